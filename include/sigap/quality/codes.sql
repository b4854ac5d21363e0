-- Every region code that the list gives, once, with the codes it means. regency_code: the city's, 00.00 for a place elsewhere, null for the
-- city's own province. One numbering is never read for the other: what has not its shape is unknown.
WITH written AS (
    SELECT DISTINCT place_code, regexp_replace(upper(place_code), '[^0-9A-Z.]', '', 'g') AS code
    FROM place_codes
    WHERE code <> ''
),

numbered AS (
    SELECT
        place_code,
        CASE
            WHEN $numbering = 'bps' THEN regexp_extract(code, '^([0-9]{2}|[0-9]{4}|[0-9]{7}|[0-9]{10})$', 1)
            WHEN regexp_full_match(code, '[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?') THEN replace(code, '.', '')
            ELSE regexp_extract(code, '^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{10})$', 1)
        END AS digits
    FROM written
),

regions AS (
    SELECT
        CASE WHEN $numbering = 'bps' THEN bps_code ELSE replace(region_code, '.', '') END AS digits,
        CASE
            WHEN starts_with(region_code, $city) THEN $city
            WHEN NOT starts_with($city, region_code) THEN $outside
        END AS regency_code,
        CASE WHEN starts_with(region_code, $city) AND length(region_code) >= 8 THEN region_code[1:8] END AS kecamatan_code,
        CASE WHEN starts_with(region_code, $city) AND length(region_code) = 13 THEN region_code END AS kelurahan_code
    FROM region_codes
    WHERE $numbering <> 'bps' OR bps_code IS NOT NULL
),

-- What lies directly above a code: kelurahan have four digits more than their kecamatan, in the numbering of BPS three.
parents AS (
    SELECT DISTINCT
        left(
            digits,
            CASE WHEN length(digits) <> 10 THEN length(digits) // 2 * 2 - 2 WHEN $numbering = 'bps' THEN 7 ELSE 6 END
        ) AS digits
    FROM regions
),

starts AS (
    SELECT digits, unnest([2, 4, 6, 7, 10]) AS cut, left(digits, cut) AS start
    FROM (SELECT DISTINCT digits FROM numbered WHERE digits <> '')
),

-- A code is known when an edition has it. Where no edition lists the parts of a region, codes of its parts are known as far as it.
meant AS (
    SELECT starts.digits, arg_max(regions, starts.cut) AS region
    FROM starts
    JOIN regions ON regions.digits = starts.start
    LEFT JOIN parents ON parents.digits = regions.digits
    WHERE regions.digits = starts.digits OR parents.digits IS NULL
    GROUP BY starts.digits
)

SELECT
    place_code,
    region.regency_code,
    region.kecamatan_code,
    region.kelurahan_code,
    meant.digits IS NOT NULL AS is_known
FROM numbered
LEFT JOIN meant USING (digits)
