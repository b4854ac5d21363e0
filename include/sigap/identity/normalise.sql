-- The records with the columns of STANDARD. Every step is its own projection, so that nothing is computed twice.
CREATE OR REPLACE TABLE naming_standard AS
WITH titled AS (
    SELECT *, CASE WHEN list_contains(getvariable('naming_titles'), words[1]) THEN 1 ELSE 0 END AS before
    FROM naming_split('naming_records')
),

-- After a title the name only begins (H. M. Ali).
placed AS (
    SELECT
        * EXCLUDE (words, before),
        words[1 + before] AS t1, words[2 + before] AS t2, words[3 + before] AS t3, words[4 + before] AS t4
    FROM titled
),

-- Every token is in the dictionaries. The joins are outer ones so that this is known beforehand too: guessed to leave few rows, inner
-- ones would make a hash table of all records, and look up the dictionary in it.
looked_up AS (
    SELECT
        placed.* EXCLUDE (t1, t2, t3, t4),
        concat_ws(' ', d1.words, d2.words, d3.words, d4.words) AS words,
        d1.nick IS NOT NULL OR d2.nick IS NOT NULL OR d3.nick IS NOT NULL OR d4.nick IS NOT NULL AS is_nicked,
        d1.nick AS n1, d2.nick AS n2, d3.nick AS n3, d4.nick AS n4,
        CASE WHEN d1.counted = 1 AND d2.counted = 1 THEN d2.words END AS second,
        d1.words AS w1, d2.words AS w2, d3.words AS w3, d4.words AS w4,
        coalesce(d1.head, d2.head, d3.head, d4.head) AS head,
        coalesce(d4.tail, d3.tail, d2.tail, d1.tail) AS tail,
        d1.counted + d2.counted + d3.counted + d4.counted AS counted,
        (d1.key + d2.key + d3.key + d4.key) % 576460752303423488 AS key,
        d1.frequency * d2.frequency * d3.frequency * d4.frequency AS frequency
    FROM placed
    LEFT JOIN naming_opening AS d1 ON d1.token = coalesce(t1, '')
    LEFT JOIN naming_later AS d2 ON d2.token = coalesce(t2, '')
    LEFT JOIN naming_later AS d3 ON d3.token = coalesce(t3, '')
    LEFT JOIN naming_later AS d4 ON d4.token = coalesce(t4, '')
),

-- A name of nothing but titles is what is written.
named AS (
    SELECT
        * EXCLUDE (full_name, words, is_nicked, n1, n2, n3, n4, w1, w2, w3, w4),
        CASE
            WHEN counted > 0 THEN words
            WHEN full_name IS NOT NULL THEN nullif(trim(regexp_replace(strip_accents(upper(full_name)), '[^A-Z]+', ' ', 'g')), '')
        END AS name,
        CASE
            WHEN is_nicked
                THEN concat_ws(' ', coalesce(n1, w1), coalesce(n2, w2), coalesce(n3, w3), coalesce(n4, w4))
            WHEN counted > 0 THEN words
        END AS nicks
    FROM looked_up
),

-- What a valid NIK says where the list is silent: day (40 more for women), month, year of two digits.
silent AS (
    SELECT
        * EXCLUDE (birth_date, sex),
        birth_date AS stated_date,
        coalesce(sex, CASE WHEN nik IS NOT NULL THEN CASE WHEN substr(nik, 7, 1) >= '4' THEN 'P' ELSE 'L' END END) AS sex,
        CASE WHEN birth_date IS NULL AND nik IS NOT NULL THEN TRY_CAST(substr(nik, 7, 6) AS INTEGER) END AS said
    FROM named
),

born AS (
    SELECT
        * EXCLUDE (stated_date, said),
        stated_date IS NOT NULL AS is_birth_told,
        CASE
            WHEN said IS NULL THEN stated_date
            ELSE TRY(make_date(
                said % 100 + CASE WHEN said % 100 > $newest_year THEN 1900 ELSE 2000 END,
                said // 100 % 100,
                said // 10000 - CASE WHEN said >= 400000 THEN 40 ELSE 0 END
            ))
        END AS birth_date
    FROM silent
),

-- Most numbers are written 0812... or +62812..., with blanks and hyphens; only the others cost another three expressions.
bare AS (
    SELECT *, regexp_extract(replace(replace(phone, '-', ''), ' ', ''), '^(?:0|[+]?62)(8[0-9]{8,11})$', 1) AS usual_phone
    FROM born
),

-- Of two numbers in a cell the first counts.
dialled AS (
    SELECT
        * EXCLUDE (phone, usual_phone, kk),
        CASE
            WHEN usual_phone = '' THEN regexp_extract(
                regexp_replace(regexp_replace(regexp_extract(phone, '^[^/,;]+'), '[.]0+$', ''), '[^0-9]', '', 'g'),
                '^(?:(?:00)?620?|0)?(8[0-9]{8,11}|[2-79][0-9]{7,10})$', 1
            )
            ELSE usual_phone
        END AS national,
        CASE WHEN kk IS NOT NULL AND regexp_full_match(kk, '[0-9]{16}') AND NOT ends_with(kk, '0000000') AND NOT list_contains($placeholders, kk) THEN kk END
            AS kk
    FROM bare
)

SELECT
    record,
    source,
    nik,
    CASE WHEN nik IS NULL AND length(nik_digits) >= 7 THEN nik_digits END AS nik_part,
    dialled.name,
    CASE WHEN counted > 0 THEN head ELSE dialled.name END AS first,
    CASE WHEN counted > 2 THEN coalesce(second, split_part(dialled.name, ' ', 2)) END AS middle,
    CASE WHEN counted > 1 THEN tail END AS last,
    CASE WHEN counted > 0 THEN key WHEN dialled.name IS NOT NULL THEN CAST(hash(dialled.name) % 576460752303423488 AS BIGINT) END AS name_key,
    coalesce(nicks, dialled.name) AS nick,
    dialled.birth_date,
    day.swapped AS birth_swapped,
    is_birth_told,
    sex,
    kk,
    mothers.mother,
    kelurahan_code,
    kecamatan_code,
    '+62' || nullif(national, '') AS phone,
    CASE
        WHEN dialled.name IS NULL THEN NULL
        ELSE coalesce(whole.frequency, greatest($least_name, CASE WHEN counted > 0 THEN dialled.frequency ELSE $rare_token END))
    END AS tf_name,
    CASE WHEN dialled.birth_date IS NOT NULL THEN coalesce(day.frequency, $rare_birth) END AS tf_birth_date
FROM dialled
LEFT JOIN naming_mothers AS mothers ON mothers.full_name = dialled.mother_name
LEFT JOIN naming_names AS whole ON whole.name = dialled.name
JOIN naming_day AS day
    ON day.birth_date = CASE
        WHEN dialled.birth_date BETWEEN DATE '1850-01-01' AND DATE '2149-12-31' THEN dialled.birth_date
        ELSE DATE '1849-12-31'
    END;
