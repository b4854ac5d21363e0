-- Everybody of either side under one number: ours by person, BPJS's by NIK, or by KPJ where a row lacks its NIK.
-- A NIK is joined as the number it is: half the memory of its text, and no row is read twice.
CREATE MACRO whole(nik) AS try_cast(nik AS BIGINT);

-- A participant number however it is typed.
CREATE MACRO plain(kpj) AS nullif(regexp_replace(upper(kpj), '[^0-9A-Z]', '', 'g'), '');

-- The NIK that a KPJ belongs to, as membership extract and activation list have it; none where they disagree.
CREATE TEMP TABLE holder AS
SELECT plain(kpj) AS kpj, min(whole(nik)) AS nik
FROM known
WHERE plain(kpj) IS NOT NULL AND whole(nik) IS NOT NULL
GROUP BY ALL
HAVING count(DISTINCT nik) = 1;

-- A person has one NIK here: that of the newest roster.
CREATE TEMP TABLE person AS
SELECT person_id, whole(arg_max(nik, roster_id)) AS nik
FROM (
    SELECT person_id, nik, roster_id FROM listed
    UNION ALL
    SELECT person_id, nik, roster_id FROM invoiced
    UNION ALL
    SELECT person_id, nik, 0 FROM noted
)
GROUP BY person_id;

CREATE TEMP TABLE ours AS
WITH entries AS (
    SELECT
        person_id, true AS is_listed, parked_code, 0 AS invoiced_idr, 0 AS noted_idr, 0 AS paid_idr, 0 AS lines,
        0 AS paid_lines, CAST(NULL AS DATE) AS paid_on
    FROM listed
    UNION ALL
    SELECT
        person_id, false, NULL, total_idr, 0, CASE WHEN is_paid THEN total_idr ELSE 0 END, 1,
        CASE WHEN is_paid THEN 1 ELSE 0 END, paid_on
    FROM invoiced LEFT JOIN paid USING (invoice_id)
    UNION ALL
    SELECT person_id, false, NULL, 0, total_idr, 0, 0, 0, NULL
    FROM noted
)

SELECT
    nik,
    min(person_id) AS person_id,
    bool_or(is_listed) AS is_listed,
    min(parked_code) AS parked_code,
    CAST(sum(invoiced_idr) AS BIGINT) AS invoiced_idr,
    CAST(sum(noted_idr) AS BIGINT) AS noted_idr,
    CAST(sum(paid_idr) AS BIGINT) AS paid_idr,
    sum(lines) > 0 AS is_invoiced,
    sum(lines) > 0 AND sum(lines) = sum(paid_lines) AS is_paid,
    max(paid_on) AS paid_on
FROM entries JOIN person USING (person_id)
GROUP BY nik;

-- Rows of the bill, with the NIK that could be found for them.
CREATE TEMP TABLE told AS
SELECT
    coalesce(whole(billed.nik), holder.nik) AS nik,
    plain(billed.kpj) AS kpj,
    total_idr,
    sheet,
    row,
    billed.nik IS NULL AS is_without_nik
FROM billed LEFT JOIN holder ON billed.nik IS NULL AND holder.kpj = plain(billed.kpj);

-- Who stands on the activation list, by either number.
CREATE TEMP TABLE insured AS
SELECT DISTINCT coalesce(whole(active.nik), holder.nik) AS nik
FROM active LEFT JOIN holder ON active.nik IS NULL AND holder.kpj = plain(active.kpj)
WHERE coalesce(whole(active.nik), holder.nik) IS NOT NULL;
