-- Every way in which a list writes a date, once, with the day it means.
--   stated: in the order that the catalog states. other: with day and month changed round, where that too is a day; null where there is no
--   doubt. in_doubt: the column is mixed, so that its order proves nothing. trouble: why there is no day at all.
-- written_dates: field, sheet, text. date_orders: field, date_order. months: name, month. reaches: field, first_day, last_day.
WITH said AS (
    SELECT
        *,
        -- without place or weekday before it (Bekasi, 17-08-1990) and time after it. A time in another zone may be another day here.
        regexp_replace(
            regexp_replace(upper(given(printable(text))), '^([A-Z][A-Z .''()-]*[,/] *)+', ''),
            '[ T]+([0-9]{1,2}[:.][0-5][0-9]([:.][0-9]{2}([.,][0-9]+)?)?( ?[AP]M)?|00:00(:00([.]0+)?)?(Z|[+-][0-9]{2}:?[0-9]{2}))$',
            ''
        ) AS value
    FROM written_dates
),

formed AS (
    SELECT
        *,
        regexp_extract(value, '^([0-9]{4})[-/. ]+([0-9]{1,2})[-/. ]+([0-9]{1,2})$', ['year', 'month', 'day']) AS year_first,
        regexp_extract(
            value, '^([0-9]{1,2})[-–/\\., ]+([0-9]{1,2})[-–/\\., ]+''?([0-9]{4}|[0-9]{2})$', ['first', 'second', 'year']
        ) AS year_last,
        regexp_extract(value, '^([0-9]{1,2})[-/., ]*([A-Z]+)[-/., ]*''?([0-9]{4}|[0-9]{2})$', ['day', 'name', 'year']) AS day_named,
        regexp_extract(value, '^([A-Z]+)[-/. ]*([0-9]{1,2})[-/., ]+''?([0-9]{4}|[0-9]{2})$', ['name', 'day', 'year']) AS month_named,
        regexp_extract(value, '^([0-9]{4})[-/. ]*([A-Z]+)[-/. ]*([0-9]{1,2})$', ['year', 'name', 'day']) AS year_named,
        regexp_extract(value, '^(19|20)[0-9]{2}(0[1-9]|1[0-2])[0-9]{2}$') AS run_together,
        regexp_extract(value, '^([0-9]{2})([0-9]{2})((?:19|20)[0-9]{2})$', ['first', 'second', 'year']) AS run_backwards,
        try_cast(regexp_extract(value, '^([0-9]{4,5})([.][0-9]+)?$', 1) AS INTEGER) AS serial,
        regexp_extract(value, '^([0-9]{4})[-/]?(0[1-9]|1[0-2])$', ['year', 'month']) AS year_month,
        regexp_extract(value, '^(0?[1-9]|1[0-2])[-/. ]([0-9]{4})$', ['month', 'year']) AS month_year,
        regexp_extract(value, '^([A-Z]+)[-/., ]*([0-9]{4})$', ['name', 'year']) AS name_year
    FROM said
),

parted AS (
    SELECT
        field,
        sheet,
        text,
        value,
        serial,
        year_month,
        month_year,
        name_year,
        month_name.month AS named_month,
        CASE
            WHEN year_first.year <> '' OR run_together <> '' THEN 'plain'
            WHEN named_month IS NOT NULL THEN 'named'
            WHEN year_last.year <> '' OR run_backwards.year <> '' THEN 'ordered'
            WHEN serial IS NOT NULL THEN 'serial'
        END AS form,
        coalesce(
            nullif(year_first.year, ''), nullif(run_together[:4], ''), nullif(day_named.year, ''), nullif(month_named.year, ''),
            nullif(year_named.year, ''), nullif(year_last.year, ''), nullif(run_backwards.year, '')
        ) AS year,
        -- the two numbers as if the day came first
        coalesce(
            nullif(year_first.day, ''), nullif(run_together[7:8], ''), nullif(day_named.day, ''), nullif(month_named.day, ''),
            nullif(year_named.day, ''), nullif(year_last.first, ''), nullif(run_backwards.first, '')
        )::TINYINT AS first,
        coalesce(
            try_cast(nullif(year_first.month, '') AS TINYINT), try_cast(run_together[5:6] AS TINYINT), named_month,
            try_cast(nullif(year_last.second, '') AS TINYINT), try_cast(nullif(run_backwards.second, '') AS TINYINT)
        ) AS second
    FROM formed
    LEFT JOIN months AS month_name
        ON month_name.name = concat(day_named.name, month_named.name, year_named.name, name_year.name)
),

-- Each reading in the 1900s and the 2000s, or in the year given.
dated AS (
    SELECT
        parted.*,
        length(year) = 2 AS is_short,
        calendar_day(if(is_short, '19', '') || year, second, first) AS day_first,
        CASE WHEN is_short THEN calendar_day('20' || year, second, first) END AS day_first_later,
        calendar_day(if(is_short, '19', '') || year, first, second) AS month_first,
        CASE WHEN is_short THEN calendar_day('20' || year, first, second) END AS month_first_later,
        date_order,
        reaches.first_day,
        reaches.last_day
    FROM parted
    JOIN date_orders USING (field)
    JOIN reaches USING (field)
),

ordered AS (
    SELECT
        dated.*,
        coalesce(day_first, day_first_later) IS NOT NULL AS is_day_first,
        coalesce(month_first, month_first_later) IS NOT NULL AS is_month_first,
        is_short AND day_first >= dated.first_day AND day_first_later <= dated.last_day AS is_open_day_first,
        is_short AND month_first >= dated.first_day AND month_first_later <= dated.last_day AS is_open_month_first,
        CASE
            WHEN NOT is_short THEN day_first
            WHEN day_first BETWEEN dated.first_day AND dated.last_day THEN day_first
            WHEN day_first_later BETWEEN dated.first_day AND dated.last_day THEN day_first_later
        END AS reading_day_first,
        CASE
            WHEN NOT is_short THEN month_first
            WHEN month_first BETWEEN dated.first_day AND dated.last_day THEN month_first
            WHEN month_first_later BETWEEN dated.first_day AND dated.last_day THEN month_first_later
        END AS reading_month_first
    FROM dated
),

columned AS (
    SELECT
        *,
        -- one value that fits only the other order shows that two hands, or two programs, wrote this column
        bool_or(
            form = 'ordered' AND CASE date_order
                WHEN 'dmy' THEN NOT is_day_first AND is_month_first
                WHEN 'mdy' THEN NOT is_month_first AND is_day_first
                ELSE false
            END
        ) OVER columns AS is_mixed,
        count(*) FILTER (form = 'plain' AND first <= 12 AND first <> second) OVER columns >= $converted
            AND NOT bool_or(form = 'plain' AND first > 12) OVER columns
            AND coalesce(bool_and(is_day_first <> is_month_first) FILTER (form = 'ordered') OVER columns, false) AS is_converted
    FROM ordered
    WINDOW columns AS (PARTITION BY field, sheet)
),

read AS (
    SELECT
        field,
        sheet,
        text,
        value,
        form,
        year,
        coalesce(is_short, false) AS is_short,
        CASE
            WHEN form = 'serial' THEN within(serial_day(serial), first_day, last_day)
            WHEN form IN ('plain', 'named') OR date_order = 'dmy' THEN reading_day_first
            WHEN date_order = 'mdy' THEN reading_month_first
        END AS stated,
        CASE
            WHEN form = 'plain' AND is_converted THEN reading_month_first
            WHEN form <> 'ordered' THEN NULL
            WHEN date_order = 'dmy' THEN reading_month_first
            WHEN date_order = 'mdy' THEN reading_day_first
            WHEN NOT is_day_first THEN reading_month_first
            WHEN NOT is_month_first OR first = second THEN reading_day_first
        END AS other,
        CASE WHEN form = 'serial' THEN within(serial_day_1904(serial), first_day, last_day) END AS from_1904,
        CASE WHEN form = 'plain' THEN is_converted ELSE is_mixed END AS in_doubt,
        form = 'serial' AS is_serial,
        CASE form
            WHEN 'named' THEN is_open_day_first
            WHEN 'ordered' THEN is_open_day_first OR is_open_month_first
        END AS is_open,
        form = 'ordered' AND date_order = 'ymd' AND is_day_first AND is_month_first AND first <> second AS is_unordered,
        CASE
            WHEN year_month.year <> '' THEN year_month.year || '-' || year_month.month
            WHEN month_year.year <> '' THEN month_year.year || '-' || lpad(month_year.month, 2, '0')
            WHEN name_year.year <> '' THEN name_year.year || '-' || lpad(named_month::VARCHAR, 2, '0')
        END AS month
    FROM columned
)

SELECT
    field,
    sheet,
    text,
    value IS NOT NULL AS is_given,
    stated,
    nullif(other, stated) AS other,
    from_1904,
    in_doubt,
    is_short,
    is_serial,
    try_cast(year[-2:] AS TINYINT) AS year2,
    date_code(stated) AS stated_code,
    date_code(other) AS other_code,
    CASE
        WHEN value IS NULL THEN NULL
        WHEN is_open THEN 'century'
        WHEN is_unordered THEN 'order'
        WHEN stated IS NULL AND other IS NULL AND from_1904 IS NULL THEN 'unread'
    END AS trouble,
    month
FROM read
