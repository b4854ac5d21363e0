-- Rows of the lists numbered with the registry first (it is matched with Dukcapil, so its row leads), then last month's people.
CREATE OR REPLACE TEMP TABLE listed AS
WITH counted AS (
    SELECT *, false AS is_known, NULL::BIGINT AS person_id, false AS wants_memberships FROM workers
    UNION ALL BY NAME
    SELECT *, 'person' AS source, true AS is_known FROM known
)
SELECT row_number() OVER (ORDER BY is_known, NOT list_contains($registry, source), delivery_id, sheet, "row", person_id) AS record, *
FROM counted;

CREATE OR REPLACE TEMP VIEW worker_record AS
SELECT record, source, nik, CASE WHEN nik IS NULL THEN nik_digits END AS nik_digits, full_name, birth_date, sex, kk, mother_name,
       kelurahan_code, kecamatan_code, phone
FROM listed;

CREATE OR REPLACE TEMP TABLE membership AS SELECT row_number() OVER () AS record, * FROM members;

CREATE OR REPLACE TEMP VIEW member_record AS
SELECT record, 'memberships' AS source, nik, CASE WHEN nik IS NULL THEN nik_digits END AS nik_digits, full_name, birth_date,
       sex, kk, mother_name, kelurahan_code, kecamatan_code, phone
FROM membership;
