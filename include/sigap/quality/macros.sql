-- Printable text on one line: invisible characters dropped, runs of blanks one space, ends trimmed; null when nothing is left.
CREATE TEMP MACRO printable(value) AS
    CASE
        WHEN regexp_full_match(value, '[!-~]+( [!-~]+)*') THEN value  -- most cells are clean: spare them the rest
        ELSE nullif(
            trim(regexp_replace(regexp_replace(nfc_normalize(value), '\p{Cf}', '', 'g'), '[\p{Z}\p{Cc}]+', ' ', 'g')), ''
        )
    END;

-- What words.yaml is compared with: capitals and digits only.
CREATE TEMP MACRO spelling(value) AS regexp_replace(upper(value), '[^A-Z0-9]', '', 'g');

-- Printable text that says something: not only punctuation, not one of the words for nothing (a text of them, each on a line of its
-- own; they are short). Most cells begin with a digit or a capital and are spared the look for punctuation, whose signs are spelled out
-- because a Unicode class takes milliseconds to compile at each use.
CREATE TEMP MACRO given(value) AS
    CASE
        WHEN NOT (ord(value) BETWEEN 48 AND 57 OR ord(value) BETWEEN 65 AND 90)
            AND NOT regexp_matches(value, '[^ -/:-@\[-`{-~–—−…·•]')
            THEN NULL
        WHEN length(value) < 12 AND contains(getvariable('blanks'), concat(chr(10), upper(value), chr(10))) THEN NULL
        ELSE value
    END;

-- A day of the calendar, or null: 30 February is none.
CREATE TEMP MACRO calendar_day(year, month, day) AS try_cast(year || '-' || month || '-' || day AS DATE);

CREATE TEMP MACRO within(day, first_day, last_day) AS CASE WHEN day BETWEEN first_day AND last_day THEN day END;

-- The day that a spreadsheet shows for a number. Its calendar of 1900 has a 29 February, number 60, which never was.
CREATE TEMP MACRO serial_day(number) AS
    CASE WHEN number > 60 THEN DATE '1899-12-30' + number WHEN number BETWEEN 1 AND 59 THEN DATE '1899-12-31' + number END;

CREATE TEMP MACRO serial_day_1904(number) AS DATE '1904-01-01' + number;

-- Day, month and two digits of the year in one number: what a NIK has of a birth date.
CREATE TEMP MACRO nik_code(day, month, year2) AS day::INTEGER * 10000 + month::INTEGER * 100 + year2;
CREATE TEMP MACRO date_code(value) AS nik_code(day(value), month(value), year(value) % 100);

-- The day that a date of a membership means (a row of dates.sql); null when it cannot be told.
CREATE TEMP MACRO settled_day(said, flags) AS
    CASE
        WHEN said.trouble IS NOT NULL OR (said.other IS NOT NULL AND (said.stated IS NULL OR said.in_doubt)) THEN NULL
        WHEN said.is_serial AND contains(flags, 'DATES_1904') THEN said.from_1904
        ELSE said.stated
    END;

-- The birth date that a cell (a row of dates.sql) means beside the NIK of its row; null when it cannot be told. The NIK settles what the
-- cell leaves open. Where the column's order is clear and the NIK says the same numbers the other way round, one of the two is wrong
-- and nothing in the file says which: that is for a person, since a day decides who is old enough.
CREATE TEMP MACRO birth_day(said, nik_code, nik_year2, flags) AS
    CASE
        WHEN said.trouble IS NOT NULL OR (said.is_short AND nik_year2 <> said.year2) THEN NULL
        WHEN said.is_serial AND contains(flags, 'DATES_1904') THEN said.from_1904
        WHEN said.other IS NULL OR nik_code = said.stated_code THEN said.stated
        WHEN nik_code = said.other_code AND (said.stated IS NULL OR said.in_doubt) THEN said.other
        WHEN said.stated IS NULL OR said.in_doubt OR nik_code = said.other_code THEN NULL
        ELSE said.stated
    END;

-- What there is to say about a birth date and the day that `birth_day` gave for it.
CREATE TEMP MACRO birth_code(said, day, nik_year2, last_day) AS
    CASE
        WHEN NOT coalesce(said.is_given, false) THEN 'DOB_MISSING'
        WHEN day IS NOT NULL AND day NOT BETWEEN DATE '1900-01-01' AND last_day THEN 'DOB_INVALID'
        WHEN day IS NOT NULL THEN CASE WHEN said.is_short OR said.is_serial OR day = said.other THEN 'DOB_READ' END
        WHEN said.trouble = 'century' OR (said.is_short AND nik_year2 <> said.year2) THEN 'DOB_CENTURY'
        WHEN said.trouble = 'order' OR (said.trouble IS NULL AND said.other IS NOT NULL) THEN 'DOB_ORDER'
        ELSE 'DOB_INVALID'
    END;

-- The birth date in a NIK with its century: the declared one if it agrees, else the one at which the age is 0 to 110; null when both
-- centuries give such an age. first_day: the birth date of the oldest.
CREATE TEMP MACRO nik_born(nik_day, nik_month, nik_year2, declared, first_day, last_day) AS
    CASE
        WHEN date_code(declared) = nik_code(nik_day, nik_month, nik_year2) THEN declared
        WHEN make_date(2000 + nik_year2, nik_month, nik_day) > last_day THEN make_date(1900 + nik_year2, nik_month, nik_day)
        WHEN make_date(2000 + nik_year2, nik_month, nik_day) < first_day + INTERVAL 100 YEAR THEN make_date(2000 + nik_year2, nik_month, nik_day)
    END;

CREATE TEMP MACRO nik_fault(nik_state) AS
    CASE nik_state
        WHEN 'valid' THEN NULL
        WHEN 'missing' THEN 'NIK_MISSING'
        WHEN 'damaged' THEN 'NIK_DAMAGED'
        WHEN 'malformed' THEN 'NIK_FORMAT'
        WHEN 'placeholder' THEN 'NIK_PLACEHOLDER'
        ELSE 'NIK_INVALID'
    END;

-- What the reader says of the row. From which year the workbook counts matters only where a number was read as a date.
CREATE TEMP MACRO found_flags(flags, is_serial) AS
    CASE
        WHEN flags = '' THEN NULL
        WHEN is_serial THEN flags
        ELSE nullif(array_to_string(list_filter(string_split(flags, ','), lambda flag: flag <> 'DATES_1904'), ','), '')
    END;
