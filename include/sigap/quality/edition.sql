-- Every line of an official table with its code as Kemendagri writes it, and what is wrong with it.
WITH written AS (
    SELECT
        file,
        line,
        trim(code) AS code,
        trim(name) AS name,
        nullif(trim(bps_code), '') AS bps_code,
        replace(trim(code), '.', '') AS digits,
        replace(trim(coalesce(nullif(district_code, ''), nullif(regency_code, ''), nullif(province_code, ''), '')), '.', '') AS above
    FROM lines
),

coded AS (
    SELECT
        written.*,
        CASE
            WHEN regexp_full_match(code, '[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?') THEN code
            WHEN regexp_full_match(code, '[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{10}')
                THEN concat_ws('.', code[1:2], nullif(code[3:4], ''), nullif(code[5:6], ''), nullif(code[7:10], ''))
        END AS region_code,
        array_to_string(string_split(region_code, '.')[:-2], '.') AS parent
    FROM written
)

SELECT
    file,
    line,
    region_code,
    name,
    bps_code,
    region_code IS NULL AS is_no_code,
    name = '' AS is_nameless,
    coalesce(NOT regexp_full_match(bps_code, '[0-9]{2}|[0-9]{4}|[0-9]{7}|[0-9]{10}'), false) AS is_no_bps_code,
    region_code IS NOT NULL AND row_number() OVER (PARTITION BY region_code ORDER BY file, line) > 1 AS is_double,
    bps_code IS NOT NULL AND row_number() OVER (PARTITION BY bps_code ORDER BY file, line) > 1 AS is_double_bps,
    NOT starts_with(digits, above) AS is_misplaced,
    coalesce(
        parent <> ''
        AND parent NOT IN (SELECT region_code FROM coded WHERE region_code IS NOT NULL)
        AND parent NOT IN (SELECT region_code FROM known),
        false
    ) AS is_orphan
FROM coded
ORDER BY file, line
