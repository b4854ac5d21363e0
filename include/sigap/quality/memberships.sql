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
        printable(programmes) AS programmes
    FROM received
),

filled AS (
    SELECT
        printed.* REPLACE (
            given(kpj) AS kpj,
            CASE WHEN regexp_matches(given(full_name), '\p{L}') THEN full_name END AS full_name,
            given(payer_code) AS payer_code,
            given(payer_name) AS payer_name,
            upper(given(programmes)) AS programmes
        ),
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
    SELECT dated.* EXCLUDE (segment, status), segment_word.meaning AS segment, status_word.meaning AS status
    FROM dated
    LEFT JOIN words AS segment_word ON segment_word.field = 'segment' AND segment_word.spelling = segment_spelling
    LEFT JOIN words AS status_word ON status_word.field = 'status' AND status_word.spelling = status_spelling
)

SELECT
    delivery_id,
    sheet,
    row,
    source,
    concat_ws(
        ',',
        CASE WHEN NOT is_stamped THEN 'DATA_INCOMPLETE' END,
        CASE WHEN is_unread THEN 'DATE_INVALID' END,
        birth_code,
        CASE WHEN full_name IS NULL THEN 'NAME_MISSING' END,
        nik_fault(nik_state),
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
    as_of_day AS as_of_date
FROM typed
ORDER BY position
