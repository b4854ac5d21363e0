-- Every way in which the file names a place, once, with the codes it means.
-- regency_code: the city's, 00.00 when another place is named, null when it cannot be told.
WITH named AS (
    SELECT DISTINCT kelurahan, kecamatan, kabupaten
    FROM received
),

keyed AS (
    SELECT
        named.*,
        kelurahan_key.key AS kelurahan_key,
        kecamatan_key.key AS kecamatan_key,
        kabupaten_key.key AS kabupaten_key
    FROM named
    LEFT JOIN place_keys AS kelurahan_key ON kelurahan_key.name = named.kelurahan
    LEFT JOIN place_keys AS kecamatan_key ON kecamatan_key.name = named.kecamatan
    LEFT JOIN place_keys AS kabupaten_key ON kabupaten_key.name = named.kabupaten
),

unique_kelurahan AS (
    SELECT kelurahan_key, any_value(kelurahan_code) AS kelurahan_code, any_value(kecamatan_code) AS kecamatan_code
    FROM city_kelurahan
    GROUP BY kelurahan_key
    HAVING count(*) = 1
),

city_kecamatan AS (
    SELECT DISTINCT kecamatan_key, kecamatan_code FROM city_kelurahan
),

found AS (
    SELECT
        keyed.*,
        coalesce(both_named.kelurahan_code, unique_kelurahan.kelurahan_code) AS found_kelurahan,
        coalesce(both_named.kecamatan_code, unique_kelurahan.kecamatan_code, city_kecamatan.kecamatan_code)
            AS found_kecamatan,
        CASE city_names.meaning
            WHEN 'city' THEN 'city'
            WHEN 'unclear' THEN 'unstated'
            ELSE CASE WHEN keyed.kabupaten_key <> '' THEN 'elsewhere' ELSE 'unstated' END
        END AS regency
    FROM keyed
    LEFT JOIN city_kelurahan AS both_named USING (kelurahan_key, kecamatan_key)
    LEFT JOIN unique_kelurahan ON unique_kelurahan.kelurahan_key = keyed.kelurahan_key
    LEFT JOIN city_kecamatan ON city_kecamatan.kecamatan_key = keyed.kecamatan_key
    LEFT JOIN city_names ON city_names.key = keyed.kabupaten_key
)

SELECT
    kelurahan,
    kecamatan,
    kabupaten,
    CASE WHEN regency <> 'elsewhere' THEN found_kelurahan END AS kelurahan_code,
    CASE WHEN regency <> 'elsewhere' THEN found_kecamatan END AS kecamatan_code,
    CASE
        WHEN regency = 'elsewhere' THEN $outside
        WHEN regency = 'city' OR found_kecamatan IS NOT NULL THEN $city
        WHEN kelurahan_key <> '' AND kecamatan_key <> '' THEN $outside
    END AS regency_code,
    regency <> 'elsewhere' AND found_kelurahan IS NULL AS is_unknown
FROM found
