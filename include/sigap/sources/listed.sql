-- Three digests of every row: as it was typed; its NIK, unless a number cell lost digits of it; name and birth date.
INSERT INTO listed
SELECT
    hash(nik, full_name, birth_date),
    CASE WHEN nik_cell = 'text' AND length(digits) = 16 THEN hash(digits) END,
    CASE WHEN letters <> '' AND day <> '' THEN hash(letters, day) END
FROM (
    SELECT
        nik,
        nik_cell,
        full_name,
        birth_date,
        regexp_replace(nik, '[^0-9]', '', 'g') AS digits,
        regexp_replace(upper(full_name), '[^\p{L}]', '', 'g') AS letters,
        regexp_replace(birth_date, '[^0-9]', '', 'g') AS day
    FROM stretch
)
