-- One row per received NIK, in the order received. Each step is its own projection, so that nothing is computed twice.
WITH trimmed AS (
    SELECT
        cell,
        coalesce(regexp_replace(text, '[\p{Z}\p{Cc}\p{Cf}]', '', 'g'), '') AS text
    FROM received_niks
),

stripped AS (
    SELECT
        cell,
        text,
        regexp_replace(text, '[.''’‘`´\p{Pd}]', '', 'g') AS digits
    FROM trimmed
),

-- A number, or a text that went through one (3.27501E+15, 3275...01.0), has lost its last digit: Excel keeps 15.
shaped AS (
    SELECT
        digits,
        CASE
            WHEN digits = '' OR cell = 'empty' THEN 'missing'
            WHEN cell = 'number' OR regexp_full_match(text, '[0-9]+([.,][0-9]+)?[eE][+]?[0-9]+|[0-9]{14,16}[.,]0+')
                THEN 'damaged'
            WHEN NOT regexp_full_match(digits, '[0-9]{16}') THEN 'malformed'
        END AS fault
    FROM stripped
),

cut AS (
    SELECT
        digits,
        fault,
        CASE WHEN fault IS NULL THEN CAST(substr(digits, 7, 2) AS TINYINT) END AS day_and_sex,
        CASE WHEN fault IS NULL THEN CAST(substr(digits, 9, 2) AS TINYINT) END AS month,
        CASE WHEN fault IS NULL THEN CAST(substr(digits, 11, 2) AS TINYINT) END AS year2
    FROM shaped
),

dated AS (
    SELECT
        *,
        CAST(day_and_sex - CASE WHEN day_and_sex > 40 THEN 40 ELSE 0 END AS TINYINT) AS day,
        -- 1900 was no leap year and 2000 was: a 29 February of year 00 can only be of 2000, and so exists
        CASE month
            WHEN 2 THEN CASE WHEN year2 % 4 = 0 THEN 29 ELSE 28 END
            WHEN 4 THEN 30 WHEN 6 THEN 30 WHEN 9 THEN 30 WHEN 11 THEN 30
            ELSE 31
        END AS longest
    FROM cut
),

judged AS (
    SELECT
        *,
        CASE
            WHEN fault IS NOT NULL THEN fault
            WHEN day NOT BETWEEN 1 AND longest OR month NOT BETWEEN 1 AND 12 THEN 'invalid'
            WHEN substr(digits, 13, 4) = '0000' OR digits = '9990000000999000' THEN 'invalid'
            WHEN digits = repeat(digits[1], 16) THEN 'invalid'
            ELSE 'valid'
        END AS state
    FROM dated
)

SELECT
    CASE WHEN state IN ('valid', 'invalid') THEN digits END AS nik,
    state AS nik_state,
    CASE WHEN state = 'valid' THEN day END AS nik_day,
    CASE WHEN state = 'valid' THEN month END AS nik_month,
    CASE WHEN state = 'valid' THEN year2 END AS nik_year2,
    CASE WHEN state = 'valid' THEN CASE WHEN day_and_sex > 40 THEN 'P' ELSE 'L' END END AS nik_sex
FROM judged
