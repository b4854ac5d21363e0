-- One row per NIK. `place` orders the rows of everybody: the registry first (it is matched with Dukcapil), then the most complete
-- row, then delivery, sheet and row. A value is taken from the first row that has it (arg_min passes over nulls); the parts of an
-- address stay together.
CREATE TEMP TABLE persons AS
WITH counted AS (
    SELECT *,
           (kk IS NOT NULL)::INT + (birth_date IS NOT NULL)::INT + (sex IS NOT NULL)::INT + (address IS NOT NULL)::INT
           + (kelurahan_code IS NOT NULL)::INT + (kecamatan_code IS NOT NULL)::INT + (regency_code IS NOT NULL)::INT
           + (desil IS NOT NULL)::INT + (job IS NOT NULL)::INT AS filled
    FROM listed
), placed AS (
    SELECT counted.*, job_sector.sector AS job_sector,
           row_number() OVER (ORDER BY source <> $registry, filled DESC, delivery_id, sheet, "row") AS place,
           CASE WHEN regency_code IS NOT NULL
                THEN {'address': address, 'kelurahan': kelurahan_code, 'kecamatan': kecamatan_code, 'regency': regency_code}
           END AS home
    FROM counted LEFT JOIN job_sector USING (job)
), gathered AS (
    SELECT nik,
           arg_min(full_name, place) AS full_name,
           arg_min(birth_date, place) AS birth_date,
           arg_min(sex, place) AS sex,
           arg_min(kk, place) AS kk,
           arg_min(address, place) AS any_address,
           arg_min(home, place) AS home,
           arg_min(desil, place) AS desil,
           arg_min(sector, row(source, place)) FILTER (source <> $registry) AS association_sector,
           arg_min(job_sector, place) AS job_sector,
           array_to_string(list_sort(list(DISTINCT source)), ',') AS sources,
           coalesce(bool_or(is_inactive), false) AS is_inactive,
           coalesce(bool_or(is_deceased), false) AS is_deceased,
           count(*)::INT AS listed_rows,
           arg_min({'delivery_id': delivery_id, 'sheet': sheet, 'row': "row"}, place) AS first_row
    FROM placed
    GROUP BY nik
)
SELECT nik, full_name, birth_date, sex, kk,
       coalesce(home.address, any_address) AS address,
       home.kelurahan AS kelurahan_code, home.kecamatan AS kecamatan_code, home.regency AS regency_code,
       desil,
       coalesce(association_sector, job_sector, $fallback_sector) AS sector,
       sources,
       CASE WHEN conflict.nik IS NOT NULL THEN 'NIK_NAME_CONFLICT' END AS conflict,
       is_inactive, is_deceased, listed_rows,
       first_row.delivery_id AS delivery_id, first_row.sheet AS sheet, first_row."row" AS "row"
FROM gathered LEFT JOIN conflict USING (nik);
