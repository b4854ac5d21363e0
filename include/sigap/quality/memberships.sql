-- One checked row per received row of a membership extract, in the order received. Each step is its own projection, so that nothing
-- is computed twice. `codes` are all findings; severity.yaml says what they do to the row. dates: see dates.sql.
WITH printed AS (
    SELECT
        position,
        delivery_id,
        sheet,
        row,
        source,
        nik,
        nik_state,
        nik_digits,
        nik_year2,
        nik_code(nik_day, nik_month, nik_year2) AS nik_code,
        flags,
        birth_date,
        coverage_start,
        coverage_end,
        last_paid_month,
        as_of_date,
        printable(kpj) AS kpj,
        printable(full_name) AS full_name,
        printable(segment) AS segment,
        printable(status) AS status,
        printable(payer_code) AS payer_code,
        printable(payer_name) AS payer_name,
        printable(programmes) AS programmes,
        printable(sex) AS sex,
        regexp_replace(printable(kk), '[^0-9]', '', 'g') AS kk,
        printable(mother_name) AS mother_name,
        printable(phone) AS phone,
        kelurahan,
        kecamatan,
        kabupaten,
        place_code
    FROM received
),

filled AS (
    SELECT
        printed.* REPLACE (
            given(kpj) AS kpj,
            CASE WHEN regexp_matches(given(full_name), '\p{L}') THEN full_name END AS full_name,
            given(payer_code) AS payer_code,
            given(payer_name) AS payer_name,
            upper(given(programmes)) AS programmes,
            given(sex) AS sex,
            CASE WHEN length(kk) = 16 THEN kk END AS kk,
            given(mother_name) AS mother_name,
            given(phone) AS phone
        ),
        given(printable(kelurahan)) IS NOT NULL AS names_kelurahan,
        given(printable(kecamatan)) IS NOT NULL AS names_kecamatan,
        spelling(sex) AS sex_spelling,
        spelling(segment) AS segment_spelling,
        spelling(status) AS status_spelling
    FROM printed
),

dated AS (
    SELECT
        filled.*,
        birth_day(born, nik_code, nik_year2, flags) AS birth_day,
        birth_code(born, birth_day, nik_year2, $last_day) AS birth_code,
        within(birth_day, DATE '1900-01-01', $last_day) AS day_of_birth,
        settled_day(started, flags) AS start_day,
        settled_day(ended, flags) AS end_day,
        settled_day(stamped, flags) AS as_of_day,
        coalesce(paid.month, strftime(settled_day(paid, flags), '%Y-%m')) AS paid_month,
        coalesce(stamped.is_given, false) AS is_stamped,
        (started.is_given AND start_day IS NULL)
            OR (ended.is_given AND end_day IS NULL)
            OR (stamped.is_given AND as_of_day IS NULL)
            OR (paid.is_given AND paid_month IS NULL) AS is_unread,
        born.is_serial OR started.is_serial OR ended.is_serial OR stamped.is_serial OR paid.is_serial AS is_serial
    FROM filled
    LEFT JOIN dates AS born ON born.field = 'birth_date' AND born.text = birth_date AND born.sheet = filled.sheet
    LEFT JOIN dates AS started ON started.field = 'coverage_start' AND started.text = coverage_start AND started.sheet = filled.sheet
    LEFT JOIN dates AS ended ON ended.field = 'coverage_end' AND ended.text = coverage_end AND ended.sheet = filled.sheet
    LEFT JOIN dates AS paid ON paid.field = 'last_paid_month' AND paid.text = last_paid_month AND paid.sheet = filled.sheet
    LEFT JOIN dates AS stamped ON stamped.field = 'as_of_date' AND stamped.text = as_of_date AND stamped.sheet = filled.sheet
),

typed AS (
    SELECT
        dated.* EXCLUDE (segment, status),
        segment_word.meaning AS segment,
        status_word.meaning AS status,
        sex_word.meaning AS sex_letter,
        -- Members live anywhere: a kelurahan of the city beside what is none of its kecamatan is most likely a namesake.
        places.is_unknown AND places.kelurahan_code IS NOT NULL AS is_namesake,
        CASE WHEN NOT is_namesake THEN places.kelurahan_code END AS kelurahan_code,
        CASE WHEN NOT is_namesake THEN places.kecamatan_code END AS kecamatan_code,
        -- Nobody has to say where a member lives: only what is written and not found is unknown.
        places.is_unknown AND (names_kelurahan OR (names_kecamatan AND places.kecamatan_code IS NULL)) AS is_place_unknown,
        places.is_respelled AS is_place_respelled,
        places.is_code_unknown AS is_place_code_unknown
    FROM dated
    LEFT JOIN words AS segment_word ON segment_word.field = 'segment' AND segment_word.spelling = segment_spelling
    LEFT JOIN words AS status_word ON status_word.field = 'status' AND status_word.spelling = status_spelling
    LEFT JOIN words AS sex_word ON sex_word.field = 'sex' AND sex_word.spelling = sex_spelling
    LEFT JOIN places
        ON places.kelurahan IS NOT DISTINCT FROM dated.kelurahan
        AND places.kecamatan IS NOT DISTINCT FROM dated.kecamatan
        AND places.kabupaten IS NOT DISTINCT FROM dated.kabupaten
        AND places.place_code IS NOT DISTINCT FROM dated.place_code
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
        CASE WHEN NOT is_stamped THEN 'DATA_INCOMPLETE' END,
        CASE WHEN is_unread THEN 'DATE_INVALID' END,
        birth_code,
        CASE WHEN full_name IS NULL THEN 'NAME_MISSING' END,
        nik_fault(nik_state),
        CASE WHEN is_place_code_unknown THEN 'PLACE_CODE_UNKNOWN' END,
        CASE WHEN sex IS NOT NULL AND sex_letter IS NULL THEN 'SEX_UNKNOWN' END,
        CASE WHEN segment IS NULL OR status IS NULL THEN 'VALUE_UNKNOWN' END,
        found_flags(flags, is_serial)
    ) AS codes,
    nik,
    nik_state,
    nik_digits,
    kpj,
    full_name,
    day_of_birth AS birth_date,
    segment,
    status,
    payer_code,
    payer_name,
    programmes,
    start_day AS coverage_start,
    end_day AS coverage_end,
    paid_month AS last_paid_month,
    as_of_day AS as_of_date,
    sex_letter AS sex,
    kk,
    mother_name,
    phone,
    kelurahan_code,
    kecamatan_code
FROM typed
ORDER BY position
