-- One checked row per received row of a membership extract, in the order received. Each step is its own projection, so that nothing
-- is computed twice. `codes` are all findings, sorted; severity.yaml says what they do to the row.
WITH printed AS (
    SELECT
        position,
        delivery_id,
        sheet,
        row,
        source,
        nik,
        nik_state,
        printable(kpj) AS kpj,
        printable(full_name) AS full_name,
        printable(birth_date) AS birth_date,
        printable(segment) AS segment,
        printable(status) AS status,
        printable(payer_code) AS payer_code,
        printable(payer_name) AS payer_name,
        printable(programmes) AS programmes,
        printable(coverage_start) AS coverage_start,
        printable(coverage_end) AS coverage_end,
        printable(last_paid_month) AS last_paid_month,
        printable(as_of_date) AS as_of_date
    FROM received
),

filled AS (
    SELECT
        printed.* REPLACE (
            given(kpj) AS kpj,
            CASE WHEN regexp_matches(given(full_name), '\p{L}') THEN full_name END AS full_name,
            given(birth_date) AS birth_date,
            given(payer_code) AS payer_code,
            given(payer_name) AS payer_name,
            upper(given(programmes)) AS programmes,
            given(coverage_start) AS coverage_start,
            given(coverage_end) AS coverage_end,
            given(last_paid_month) AS last_paid_month,
            given(as_of_date) AS as_of_date
        ),
        spelling(segment) AS segment_spelling,
        spelling(status) AS status_spelling
    FROM printed
),

read AS (
    SELECT
        filled.*,
        read_date(birth_date, $birth_date_order) AS read_birth_date,
        read_date(coverage_start, $coverage_start_order) AS start_day,
        read_date(coverage_end, $coverage_end_order) AS end_day,
        read_date(as_of_date, $as_of_date_order) AS as_of_day,
        read_month(last_paid_month) AS paid_month
    FROM filled
),

typed AS (
    SELECT
        read.* EXCLUDE (segment, status),
        CASE WHEN read_birth_date BETWEEN DATE '1900-01-01' AND $last_day THEN read_birth_date END AS day_of_birth,
        segment_word.meaning AS segment,
        status_word.meaning AS status
    FROM read
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
        CASE WHEN as_of_date IS NULL THEN 'DATA_INCOMPLETE' END,
        CASE
            WHEN (coverage_start IS NOT NULL AND start_day IS NULL)
                OR (coverage_end IS NOT NULL AND end_day IS NULL)
                OR (as_of_date IS NOT NULL AND as_of_day IS NULL)
                OR (last_paid_month IS NOT NULL AND paid_month IS NULL)
                THEN 'DATE_INVALID'
        END,
        CASE WHEN birth_date IS NOT NULL AND day_of_birth IS NULL THEN 'DOB_INVALID' END,
        CASE WHEN birth_date IS NULL THEN 'DOB_MISSING' END,
        CASE WHEN full_name IS NULL THEN 'NAME_MISSING' END,
        CASE WHEN nik_state = 'damaged' THEN 'NIK_DAMAGED' END,
        CASE WHEN nik_state = 'malformed' THEN 'NIK_FORMAT' END,
        CASE WHEN nik_state = 'invalid' THEN 'NIK_INVALID' END,
        CASE WHEN nik_state = 'missing' THEN 'NIK_MISSING' END,
        CASE WHEN segment IS NULL OR status IS NULL THEN 'VALUE_UNKNOWN' END
    ) AS codes,
    nik,
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
