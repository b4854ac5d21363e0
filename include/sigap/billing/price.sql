-- `rates` has one row per payer set, sector group ('' where none is known), month due and share; set_no and month_no stand for the names.
-- `twice` has each NIK that stands more than once.
-- What stands by person and month: its payer sets and the shares of them. A share that stands already for the same set is prepaid.
CREATE TEMP TABLE stands AS
WITH months AS (SELECT DISTINCT period, month_no FROM rates), sets AS (SELECT DISTINCT payer_set, set_no FROM rates)
SELECT person_id, month_no, min(coalesce(set_no, 0)) AS lowest_set, max(coalesce(set_no, 0)) AS highest_set, bit_or(1 << share_no) AS shares
FROM billed JOIN months USING (period) LEFT JOIN sets USING (payer_set)
GROUP BY person_id, month_no;

-- Lines are put in order by numbers: of the invoice they go to, of the person, of the month.
CREATE TEMP TABLE places AS
SELECT rate_id, month_no, dense_rank() OVER (ORDER BY funding_source, wadah_code) AS invoice_no FROM rates;

-- What cannot be billed carries the first reason that applies, in the order of parking.yaml.
CREATE TEMP TABLE due AS
SELECT d.person_id, r.rate_id,
       CASE WHEN r.reason_code = 'PAYER_UNKNOWN' OR d.wadah_code IS DISTINCT FROM r.wadah_code THEN 'PAYER_UNKNOWN'
            WHEN d.was_checked IS NOT TRUE THEN 'NO_MEMBERSHIP_CHECK'
            WHEN twice.nik IS NOT NULL THEN 'NIK_TWICE'
            WHEN stands.lowest_set <> r.set_no OR stands.highest_set <> r.set_no THEN 'ALREADY_BILLED'
            ELSE r.reason_code END AS reason_code,
       coalesce(stands.lowest_set = r.set_no AND stands.highest_set = r.set_no AND (stands.shares >> r.share_no) & 1 = 1, false) AS is_prepaid
FROM decisions d
LEFT JOIN sector_groups s ON s.sector = d.sector
JOIN rates r ON r.payer_set = coalesce(d.funding_source, '-') AND r.sector_group = coalesce(s.sector_group, '')
LEFT JOIN twice ON twice.nik = d.nik
LEFT JOIN stands ON stands.person_id = d.person_id AND stands.month_no = r.month_no;
