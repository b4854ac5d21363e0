-- `rates` has one row per payer set, sector group ('' where none is known), month due and share. Who stands there already for the same
-- share is prepaid. What cannot be billed carries the first reason that applies, in the order of parking.yaml.
CREATE TEMP TABLE due AS
WITH twice AS (SELECT nik FROM decisions WHERE nik IS NOT NULL GROUP BY nik HAVING count(*) > 1)
SELECT d.person_id, r.rate_id,
       CASE WHEN r.reason_code = 'PAYER_UNKNOWN' OR d.wadah_code IS DISTINCT FROM r.wadah_code THEN 'PAYER_UNKNOWN'
            WHEN d.was_checked IS NOT TRUE THEN 'NO_MEMBERSHIP_CHECK'
            WHEN twice.nik IS NOT NULL THEN 'NIK_TWICE'
            WHEN other.person_id IS NOT NULL THEN 'ALREADY_BILLED'
            ELSE r.reason_code END AS reason_code,
       same.person_id IS NOT NULL AS is_prepaid
FROM decisions d
LEFT JOIN sector_groups s ON s.sector = d.sector
JOIN rates r ON r.payer_set = coalesce(d.funding_source, '-') AND r.sector_group = coalesce(s.sector_group, '')
LEFT JOIN twice ON twice.nik = d.nik
LEFT JOIN billed same ON same.person_id = d.person_id AND same.period = r.period AND same.payer_set = r.payer_set AND same.share_no = r.share_no
LEFT JOIN (SELECT DISTINCT person_id, period, payer_set FROM billed) other
       ON other.person_id = d.person_id AND other.period = r.period AND other.payer_set <> r.payer_set;
