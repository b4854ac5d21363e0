-- One checked row per received row of a list of workers, in the order received. Each step is its own projection, so that nothing
-- is computed twice. `codes` are all findings, sorted; severity.yaml says what they do to the row.
WITH printed AS (
    SELECT
        received.* EXCLUDE (full_name, birth_date, sex, address, rt, rw, desil, job, inactive, deceased, phone, mother_name, kk),
        printable(full_name) AS full_name,
        printable(birth_date) AS birth_date,
        printable(sex) AS sex,
        printable(address) AS address,
        printable(rt) AS rt,
        printable(rw) AS rw,
        printable(desil) AS desil,
        printable(job) AS job,
        printable(inactive) AS inactive,
        printable(deceased) AS deceased,
        printable(phone) AS phone,
        printable(mother_name) AS mother_name,
        regexp_replace(printable(kk), '[^0-9]', '', 'g') AS kk
    FROM received
),

filled AS (
    SELECT
        printed.* REPLACE (
            CASE WHEN regexp_matches(given(full_name), '\p{L}') THEN full_name END AS full_name,
            given(birth_date) AS birth_date,
            given(sex) AS sex,
            given(address) AS address,
            given(rt) AS rt,
            given(rw) AS rw,
            given(desil) AS desil,
            given(job) AS job,
            given(inactive) AS inactive,
            given(deceased) AS deceased,
            given(phone) AS phone,
            given(mother_name) AS mother_name,
            CASE WHEN length(kk) = 16 THEN kk END AS kk
        )
    FROM printed
),

spelled AS (
    SELECT
        filled.*,
        read_date(birth_date, $birth_date_order) AS read_birth_date,
        spelling(sex) AS sex_spelling,
        spelling(inactive) AS inactive_spelling,
        spelling(deceased) AS deceased_spelling,
        try_cast(regexp_extract(upper(desil), '^(DESIL ?)?([0-9]{1,2})([.]0+)?$', 2) AS TINYINT) AS read_desil
    FROM filled
),

typed AS (
    SELECT
        spelled.*,
        CASE WHEN read_birth_date BETWEEN DATE '1900-01-01' AND $last_day THEN read_birth_date END AS day_of_birth,
        CASE WHEN read_desil BETWEEN 1 AND 10 THEN read_desil END AS tier,
        sex_word.meaning AS sex_letter,
        inactive IS NOT NULL AND inactive_word.meaning IS NULL AS is_inactive,
        deceased IS NOT NULL AND deceased_word.meaning IS NULL AS is_deceased,
        places.kelurahan_code,
        places.kecamatan_code,
        places.regency_code,
        places.is_unknown AS is_place_unknown,
        repeats.position IS NOT NULL AS is_repeated
    FROM spelled
    LEFT JOIN words AS sex_word ON sex_word.field = 'sex' AND sex_word.spelling = sex_spelling
    LEFT JOIN words AS inactive_word ON inactive_word.field = 'inactive' AND inactive_word.spelling = inactive_spelling
    LEFT JOIN words AS deceased_word ON deceased_word.field = 'deceased' AND deceased_word.spelling = deceased_spelling
    LEFT JOIN repeats ON repeats.position = spelled.position
    LEFT JOIN places
        ON places.kelurahan IS NOT DISTINCT FROM spelled.kelurahan
        AND places.kecamatan IS NOT DISTINCT FROM spelled.kecamatan
        AND places.kabupaten IS NOT DISTINCT FROM spelled.kabupaten
)

SELECT
    delivery_id,
    sheet,
    row,
    source,
    concat_ws(
        ',',
        CASE WHEN is_place_unknown THEN 'ADDRESS_UNKNOWN' END,
        CASE WHEN birth_date IS NOT NULL AND day_of_birth IS NULL THEN 'DOB_INVALID' END,
        CASE
            WHEN nik_state = 'valid' AND day_of_birth IS NOT NULL
                AND (day(day_of_birth), month(day_of_birth), year(day_of_birth) % 100) <> (nik_day, nik_month, nik_year2)
                THEN 'DOB_MISMATCH'
        END,
        CASE WHEN birth_date IS NULL THEN 'DOB_MISSING' END,
        CASE WHEN full_name IS NULL THEN 'NAME_MISSING' END,
        CASE WHEN nik_state = 'damaged' THEN 'NIK_DAMAGED' END,
        CASE WHEN nik_state = 'malformed' THEN 'NIK_FORMAT' END,
        CASE WHEN nik_state = 'invalid' THEN 'NIK_INVALID' END,
        CASE WHEN nik_state = 'missing' THEN 'NIK_MISSING' END,
        CASE WHEN nik_state = 'valid' AND NOT starts_with(nik, $city_prefix) THEN 'NIK_REGION' END,
        CASE WHEN is_repeated THEN 'ROW_REPEATED' END,
        CASE WHEN sex_letter <> nik_sex THEN 'SEX_MISMATCH' END,
        CASE WHEN (sex IS NOT NULL AND sex_letter IS NULL) OR (desil IS NOT NULL AND tier IS NULL) THEN 'VALUE_UNKNOWN' END
    ) AS codes,
    nik,
    nik_state,
    kk,
    full_name,
    day_of_birth AS birth_date,
    sex_letter AS sex,
    nullif(
        concat_ws(
            ' ',
            address,
            'RT ' || regexp_replace(rt, '^RT[. ]*', '', 'i'),
            'RW ' || regexp_replace(rw, '^RW[. ]*', '', 'i')
        ),
        ''
    ) AS address,
    kelurahan_code,
    kecamatan_code,
    regency_code,
    tier AS desil,
    job,
    $sector AS sector,
    is_inactive,
    is_deceased,
    phone,
    mother_name
FROM typed
ORDER BY position
