-- One row per received NIK. Each step is its own projection, so that nothing is computed twice, and most NIK
-- are 16 plain digits: they are spared everything that only the others need.
WITH seen AS (
    SELECT position, cell, text, coalesce(regexp_full_match(text, '[0-9]{16}'), false) AS is_plain
    FROM received_niks
),

-- Digits of other scripts and of wide type mean the same. ="3275..." is how a csv file keeps a spreadsheet from counting.
visible AS (
    SELECT
        position,
        cell,
        is_plain,
        CASE
            WHEN is_plain THEN text
            ELSE regexp_replace(
                translate(
                    regexp_replace(coalesce(text, ''), '[\p{Z}\p{Cc}\p{Cf}]', '', 'g'),
                    '０１２３４５６７８９٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹',
                    '012345678901234567890123456789'
                ),
                '^="(.*)"$', '\1'
            )
        END AS text
    FROM seen
),

stripped AS (
    SELECT
        position,
        cell,
        is_plain,
        CASE WHEN is_plain THEN text ELSE regexp_replace(text, '["''’‘`´.\p{Pd}]', '', 'g') END AS digits,
        -- 3.27501E+15: how a spreadsheet shows a number that is too long for its column
        CASE WHEN is_plain THEN '' ELSE replace(replace(regexp_extract(text, '^([0-9]([.,][0-9]+)?)[eE][+]?15$', 1), '.', ''), ',', '') END
            AS mantissa,
        -- 3275011708800010.0: how a text looks that went through a number
        CASE WHEN is_plain THEN text ELSE regexp_extract(text, '^([0-9]{16})([.,]0+)?$', 1) END AS whole,
        cell = 'number' OR (NOT is_plain AND regexp_full_match(text, '[0-9]+([.,][0-9]+)?[eE][+]?[0-9]+|[0-9]{14,17}[.,]0+'))
            AS is_number
    FROM visible
),

-- Seven zeros at the end are in no NIK (its month or its serial has another digit): that is 3.27501E+15, opened and saved again.
shaped AS (
    SELECT
        position,
        digits,
        mantissa,
        CASE WHEN is_number OR ends_with(whole, '0000000') THEN whole ELSE '' END AS whole,
        CASE
            WHEN cell = 'empty' OR digits = '' THEN 'missing'
            WHEN list_contains($placeholders, digits) OR (NOT is_plain AND regexp_full_match(digits, '0+')) THEN 'placeholder'
            WHEN is_number AND whole <> '' AND list_contains($placeholder_starts, whole[:15]) THEN 'placeholder'
            WHEN is_number OR ends_with(whole, '0000000') THEN 'damaged'
            WHEN NOT is_plain AND NOT regexp_full_match(digits, '[0-9]{16}') THEN 'malformed'
        END AS fault
    FROM stripped
),

counted AS (
    SELECT *, CASE WHEN fault = 'damaged' AND whole <> '' THEN CAST(whole AS BIGINT) END AS number
    FROM shaped
),

-- What is left of a damaged NIK. A number of single precision holds 7 digits and shows 16: it is a multiple of a high power of two.
-- What was rounded is right up to the digit before the last that is not 0: 3.28 may be 3.275, and 3.30 may be 3.2999. Above 2^53
-- a double holds even numbers only, so there a 0 at the end may stand for the 9 before it. Below, a spreadsheet cuts off the
-- 16th digit and writes 0; any other digit there was not cut off.
trusted AS (
    SELECT
        position,
        digits,
        fault,
        CASE
            WHEN fault IS NULL THEN digits
            WHEN fault <> 'damaged' OR number % 67108864 = 0 THEN NULL
            WHEN mantissa <> '' THEN regexp_replace(mantissa, '.0*$', '')
            WHEN ends_with(whole, '0000000') OR (number > 9007199254740992 AND number % 10 = 0)
                THEN regexp_replace(whole, '.0*$', '')
            WHEN number > 9007199254740992 OR number % 10 = 0 THEN whole[:15]
            ELSE whole
        END AS kept
    FROM counted
),

cut AS (
    SELECT
        position,
        digits,
        fault,
        nullif(kept, '') AS kept,
        CASE WHEN length(kept) >= 12 THEN CAST(substr(kept, 7, 2) AS TINYINT) END AS day_and_sex,
        CASE WHEN length(kept) >= 12 THEN CAST(substr(kept, 9, 2) AS TINYINT) END AS month,
        CASE WHEN length(kept) >= 12 THEN CAST(substr(kept, 11, 2) AS TINYINT) END AS year2
    FROM trusted
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
        coalesce(day BETWEEN 1 AND longest AND month BETWEEN 1 AND 12, false) AS is_dated
    FROM dated
),

named AS (
    SELECT
        *,
        CASE
            WHEN fault IS NOT NULL THEN fault
            WHEN NOT is_dated OR ends_with(digits, '0000') THEN 'invalid'
            ELSE 'valid'
        END AS state,
        regexp_full_match(digits, '[0-9]{14,18}') AS is_near
    FROM judged
)

SELECT
    position,
    CASE WHEN state IN ('valid', 'invalid') THEN digits END AS nik,
    state AS nik_state,
    -- Typed, not counted with: one or two digits too few or too many, or 16 with a slip, may be told from the right ones by hand.
    CASE WHEN state = 'malformed' AND is_near THEN digits ELSE kept END AS nik_digits,
    CASE WHEN is_dated AND state <> 'invalid' THEN day END AS nik_day,
    CASE WHEN is_dated AND state <> 'invalid' THEN month END AS nik_month,
    CASE WHEN is_dated AND state <> 'invalid' THEN year2 END AS nik_year2,
    CASE WHEN is_dated AND state <> 'invalid' THEN CASE WHEN day_and_sex > 40 THEN 'P' ELSE 'L' END END AS nik_sex
FROM named
