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

-- Printable text that says something: not only punctuation, not one of the words for nothing. The set of punctuation is spelled
-- out because a Unicode class takes milliseconds to compile at each use, however short the list.
CREATE TEMP MACRO given(value) AS
    CASE WHEN regexp_matches(value, '[^ -/:-@\[-`{-~–—−…·•]') AND NOT list_contains(getvariable('blanks'), upper(value)) THEN value END;

-- A day written year first is read as that; written year last, only in the order that the catalog states. Never guessed:
-- 13/25/1980 in a day-first column, a two-digit year, a serial number or a 30 February give null.
CREATE TEMP MACRO read_date(value, date_order) AS
    try_cast(
        CASE
            WHEN regexp_full_match(value, '[0-9]{4}([-/.])[0-9]{1,2}[-/.][0-9]{1,2}([ T][0-9:.]+(Z|[+-][0-9:]+)?)?')
                THEN regexp_replace(value, '^([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2}).*$', '\1-\2-\3')
            WHEN NOT regexp_full_match(value, '[0-9]{1,2} ?[-/.] ?[0-9]{1,2} ?[-/.] ?[0-9]{4}( [0-9:.]+)?') THEN NULL
            WHEN date_order = 'dmy'
                THEN regexp_replace(value, '^([0-9]+)[^0-9]+([0-9]+)[^0-9]+([0-9]{4}).*$', '\3-\2-\1')
            WHEN date_order = 'mdy'
                THEN regexp_replace(value, '^([0-9]+)[^0-9]+([0-9]+)[^0-9]+([0-9]{4}).*$', '\3-\1-\2')
        END AS DATE
    );

-- A month as yyyy-mm, from 2026-01, 202601, 01/2026 or any day of it written year first.
CREATE TEMP MACRO read_month(value) AS
    CASE
        WHEN regexp_full_match(value, '[0-9]{4}[-/]?(0[1-9]|1[0-2])') THEN value[:4] || '-' || value[-2:]
        WHEN regexp_full_match(value, '(0[1-9]|1[0-2])[-/][0-9]{4}') THEN value[-4:] || '-' || value[:2]
        ELSE strftime(read_date(value, 'ymd'), '%Y-%m')
    END;
