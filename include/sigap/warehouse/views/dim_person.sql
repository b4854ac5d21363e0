-- The tables stand here themselves: a function would ask for rights that analysts do not have.
CREATE OR REPLACE VIEW reporting.dim_person AS
WITH RECURSIVE merge AS (
    SELECT person_id, other_person_id AS parent_id
    FROM (
        SELECT DISTINCT ON (person_id) person_id, other_person_id, kind
        FROM identity.person_event
        WHERE withdrawn_at IS NULL AND kind IN ('merged', 'unmerged')
        ORDER BY person_id, period DESC, kind, event_id
    ) newest
    WHERE kind = 'merged'
), survivor AS (
    SELECT m.person_id, m.parent_id AS survivor_id
    FROM merge m WHERE NOT EXISTS (SELECT FROM merge WHERE merge.person_id = m.parent_id)
    UNION ALL
    SELECT m.person_id, s.survivor_id FROM merge m JOIN survivor s ON s.person_id = m.parent_id
)
SELECT DISTINCT ON (d.person_id)
    d.person_id,
    extract(year FROM d.birth_date)::integer AS birth_year,
    d.sex,
    d.kecamatan_code,
    k.kecamatan_name,
    coalesce(s.survivor_id, d.person_id) AS current_person_id
FROM entitlement.decision d
JOIN entitlement.roster r ON r.roster_id = d.roster_id  -- whose rows one sees
LEFT JOIN (SELECT DISTINCT kecamatan_code, kecamatan_name FROM reporting.region) k USING (kecamatan_code)
LEFT JOIN survivor s ON s.person_id = d.person_id
ORDER BY d.person_id, d.roster_id DESC;

COMMENT ON VIEW reporting.dim_person IS 'One row per person ever decided about, without name or NIK: as the newest roster knows them';
COMMENT ON COLUMN reporting.dim_person.person_id IS 'Person; the same from month to month';
COMMENT ON COLUMN reporting.dim_person.birth_year IS 'Year of birth';
COMMENT ON COLUMN reporting.dim_person.sex IS 'L or P';
COMMENT ON COLUMN reporting.dim_person.kecamatan_code IS 'Kemendagri code of the kecamatan of the address';
COMMENT ON COLUMN reporting.dim_person.kecamatan_name IS 'Name of that kecamatan';
COMMENT ON COLUMN reporting.dim_person.current_person_id IS 'The person they were merged into, as known now; else the person: count these to count people over months';
