-- The areas that a NIK may name (province, regency, kecamatan) and which of them are known in their parts.
-- nik_regions: prefix, of 2, 4 or 6 digits, of every edition of the official codes in force.
CREATE OR REPLACE TEMP TABLE nik_areas AS
WITH whole AS (
    SELECT DISTINCT left(prefix, length(prefix) - 2) AS prefix FROM nik_regions
)
SELECT DISTINCT nik_regions.prefix, whole.prefix IS NOT NULL AS has_parts
FROM nik_regions LEFT JOIN whole USING (prefix)
