CREATE OR REPLACE VIEW reporting.dim_person AS
SELECT DISTINCT ON (d.person_id)
    d.person_id,
    extract(year FROM d.birth_date)::integer AS birth_year,
    d.sex,
    d.kecamatan_code,
    k.kecamatan_name
FROM entitlement.decision d
LEFT JOIN (SELECT DISTINCT kecamatan_code, kecamatan_name FROM reporting.region) k USING (kecamatan_code)
ORDER BY d.person_id, d.roster_id DESC;

COMMENT ON VIEW reporting.dim_person IS 'One row per person ever decided about, without name or NIK: as the newest roster knows them';
COMMENT ON COLUMN reporting.dim_person.person_id IS 'Person; the same from month to month';
COMMENT ON COLUMN reporting.dim_person.birth_year IS 'Year of birth';
COMMENT ON COLUMN reporting.dim_person.sex IS 'L or P';
COMMENT ON COLUMN reporting.dim_person.kecamatan_code IS 'Kemendagri code of the kecamatan of the address';
COMMENT ON COLUMN reporting.dim_person.kecamatan_name IS 'Name of that kecamatan';
