-- One checked row per received row of a list of workers, in the order received. Each step is its own projection, so that nothing
-- is computed twice. `codes` are all findings; severity.yaml says what they do to the row. dates: see dates.sql.
WITH unknown_areas AS (
    SELECT area
    FROM (SELECT DISTINCT left(nik, 6) AS area FROM received WHERE nik_state = 'valid')
    LEFT JOIN nik_areas AS province ON province.prefix = left(area, 2)
    LEFT JOIN nik_areas AS regency ON regency.prefix = left(area, 4)
    LEFT JOIN nik_areas AS kecamatan ON kecamatan.prefix = area
    WHERE (province.prefix IS NULL AND EXISTS (FROM nik_areas))
        OR (province.has_parts AND regency.prefix IS NULL)
        OR (regency.has_parts AND kecamatan.prefix IS NULL)
),

printed AS (
    SELECT
        received.* EXCLUDE (full_name, sex, address, rt, rw, desil, job, inactive, deceased, phone, mother_name, kk),
        printable(full_name) AS full_name,
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
        nik_code(nik_day, nik_month, nik_year2) AS nik_code,
        spelling(sex) AS sex_spelling,
        spelling(inactive) AS inactive_spelling,
        spelling(deceased) AS deceased_spelling,
        try_cast(regexp_extract(upper(desil), '^(DESIL ?)?([0-9]{1,2})([.]0+)?$', 2) AS TINYINT) AS read_desil
    FROM filled
),

typed AS (
    SELECT
        spelled.*,
        birth_day(said, nik_code, nik_year2, flags) AS birth_day,
        birth_code(said, birth_day, nik_year2, $last_day) AS birth_code,
        within(birth_day, DATE '1900-01-01', $last_day) AS day_of_birth,
        said.is_serial AS is_serial,
        unknown_areas.area IS NOT NULL AS is_area_unknown,
        CASE WHEN read_desil BETWEEN 1 AND 10 THEN read_desil END AS tier,
        sex_word.meaning AS sex_letter,
        inactive IS NOT NULL AND inactive_word.meaning IS NULL AS is_inactive,
        deceased IS NOT NULL AND deceased_word.meaning IS NULL AS is_deceased,
        places.kelurahan_code,
        places.kecamatan_code,
        places.regency_code,
        places.is_unknown AS is_place_unknown,
        places.is_respelled AS is_place_respelled,
        places.is_code_unknown AS is_place_code_unknown
    FROM spelled
    LEFT JOIN dates AS said
        ON said.field = 'birth_date' AND said.text = spelled.birth_date AND said.sheet = spelled.sheet
    LEFT JOIN unknown_areas ON unknown_areas.area = left(nik, 6)
    LEFT JOIN words AS sex_word ON sex_word.field = 'sex' AND sex_word.spelling = sex_spelling
    LEFT JOIN words AS inactive_word ON inactive_word.field = 'inactive' AND inactive_word.spelling = inactive_spelling
    LEFT JOIN words AS deceased_word ON deceased_word.field = 'deceased' AND deceased_word.spelling = deceased_spelling
    LEFT JOIN places
        ON places.kelurahan IS NOT DISTINCT FROM spelled.kelurahan
        AND places.kecamatan IS NOT DISTINCT FROM spelled.kecamatan
        AND places.kabupaten IS NOT DISTINCT FROM spelled.kabupaten
        AND places.place_code IS NOT DISTINCT FROM spelled.place_code
)

SELECT
    delivery_id,
    sheet,
    row,
    source,
    concat_ws(
        ',',
        CASE WHEN is_place_respelled THEN 'ADDRESS_SPELLING' END,
        CASE WHEN is_place_unknown THEN 'ADDRESS_UNKNOWN' END,
        CASE WHEN desil IS NOT NULL AND tier IS NULL THEN 'DESIL_UNKNOWN' END,
        birth_code,
        CASE WHEN nik_code <> date_code(day_of_birth) THEN 'DOB_MISMATCH' END,
        CASE WHEN full_name IS NULL THEN 'NAME_MISSING' END,
        nik_fault(nik_state),
        CASE
            WHEN nik_state <> 'valid' THEN NULL
            WHEN is_area_unknown THEN 'NIK_REGION_UNKNOWN'
            WHEN NOT starts_with(nik, $city_prefix) THEN 'NIK_REGION'
        END,
        CASE WHEN is_place_code_unknown THEN 'PLACE_CODE_UNKNOWN' END,
        CASE WHEN sex_letter <> nik_sex THEN 'SEX_MISMATCH' END,
        CASE WHEN sex IS NOT NULL AND sex_letter IS NULL THEN 'SEX_UNKNOWN' END,
        found_flags(flags, is_serial)
    ) AS codes,
    nik,
    nik_state,
    nik_digits,
    CASE WHEN nik_state = 'valid' THEN nik_born(nik_day, nik_month, nik_year2, day_of_birth, $first_birth, $last_day) END AS nik_birth_date,
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
