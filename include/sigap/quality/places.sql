-- Every way in which the list writes an address, once, with the codes it means.
-- regency_code: the city's, 00.00 when a place elsewhere is named, null when it cannot be told.
WITH keyed AS (
    SELECT
        addresses.*,
        coalesce(nullif(one.kelurahan, ''), nullif(two.kelurahan, ''), nullif(three.kelurahan, '')) AS kelurahan_key,
        coalesce(nullif(two.kecamatan, ''), nullif(one.kecamatan, ''), nullif(three.kecamatan, '')) AS kecamatan_key,
        coalesce(nullif(three.kabupaten, ''), nullif(two.kabupaten, ''), nullif(one.kabupaten, '')) AS kabupaten_key,
        coalesce(one.kelurahan_near, false) OR coalesce(two.kelurahan_near, false) AS is_kelurahan_near,
        coalesce(one.kecamatan_near, false) OR coalesce(two.kecamatan_near, false) AS is_kecamatan_near,
        coalesce(three.kabupaten_near, false) OR coalesce(two.kabupaten_near, false) AS is_kabupaten_near
    FROM addresses
    LEFT JOIN spellings AS one ON one.field = 'kelurahan' AND one.text = addresses.kelurahan
    LEFT JOIN spellings AS two ON two.field = 'kecamatan' AND two.text = addresses.kecamatan
    LEFT JOIN spellings AS three ON three.field = 'kabupaten' AND three.text = addresses.kabupaten
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

looked_up AS (
    SELECT
        keyed.*,
        both_named.kelurahan_code AS both_code,
        unique_kelurahan.kelurahan_code AS kelurahan_alone,
        city_kecamatan.kecamatan_code AS kecamatan_alone,
        kecamatan_elsewhere.key IS NOT NULL AS is_kecamatan_elsewhere,
        CASE WHEN keyed.kabupaten_key IS NULL THEN 'unstated' ELSE coalesce(city_names.meaning, 'elsewhere') END AS regency,
        codes.regency_code AS coded_regency,
        codes.kecamatan_code AS coded_kecamatan,
        codes.kelurahan_code AS coded_kelurahan,
        codes.is_known = false AS is_code_unknown
    FROM keyed
    LEFT JOIN city_kelurahan AS both_named USING (kelurahan_key, kecamatan_key)
    LEFT JOIN unique_kelurahan ON unique_kelurahan.kelurahan_key = keyed.kelurahan_key
    LEFT JOIN city_kecamatan ON city_kecamatan.kecamatan_key = keyed.kecamatan_key
    LEFT JOIN kecamatan_elsewhere ON kecamatan_elsewhere.key = keyed.kecamatan_key
    LEFT JOIN city_names ON city_names.key = keyed.kabupaten_key
    LEFT JOIN codes ON codes.place_code = keyed.place_code
),

-- A kelurahan counts with its kecamatan. Alone it counts when nothing contradicts it; beside another kecamatan of the city it counts if
-- it was written exactly. Beside a kecamatan elsewhere it is a namesake.
named AS (
    SELECT
        looked_up.*,
        CASE
            WHEN regency = 'elsewhere' THEN NULL
            WHEN both_code IS NOT NULL THEN both_code
            WHEN is_kecamatan_elsewhere AND regency <> 'city' THEN NULL
            WHEN kecamatan_alone IS NOT NULL AND is_kelurahan_near THEN NULL
            ELSE kelurahan_alone
        END AS named_kelurahan,
        CASE WHEN regency <> 'elsewhere' THEN coalesce(named_kelurahan[1:8], kecamatan_alone) END AS named_kecamatan,
        CASE
            WHEN regency = 'elsewhere' THEN $outside
            WHEN regency = 'city' OR named_kecamatan IS NOT NULL THEN $city
            WHEN is_kecamatan_elsewhere THEN $outside
        END AS named_regency
    FROM looked_up
),

-- Names outweigh the code, which completes what they leave open.
settled AS (
    SELECT
        named.*,
        coalesce(named_regency, coded_regency) AS regency_code,
        CASE WHEN regency_code = $city THEN coalesce(named_kecamatan, coded_kecamatan) END AS kecamatan_code,
        CASE
            WHEN regency_code = $city AND coded_kecamatan IS NOT DISTINCT FROM kecamatan_code
                THEN coalesce(named_kelurahan, coded_kelurahan)
            ELSE named_kelurahan
        END AS kelurahan_code
    FROM named
)

SELECT
    kelurahan,
    kecamatan,
    kabupaten,
    place_code,
    kelurahan_code,
    kecamatan_code,
    regency_code,
    coalesce(
        (regency_code IS DISTINCT FROM $outside AND kelurahan_code IS NULL)
        OR (regency_code = $city AND kecamatan_key IS NOT NULL AND kecamatan_alone IS DISTINCT FROM kecamatan_code)
        OR coded_regency <> regency_code
        OR coded_kecamatan <> kecamatan_code
        OR coded_kelurahan <> kelurahan_code,
        false
    ) AS is_unknown,
    (is_kelurahan_near AND named_kelurahan IS NOT NULL)
        OR (is_kecamatan_near AND named_regency = $city)
        OR (is_kabupaten_near AND regency = 'city') AS is_respelled,
    coalesce(is_code_unknown, false) AS is_code_unknown
FROM settled
