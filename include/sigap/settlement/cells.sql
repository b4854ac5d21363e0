-- How cells of a bill or a receipt are read: one form of meaning, or null. Nothing is guessed.

-- Whole rupiah: 16800, 16.800, Rp 16.800, also with a closing ,00 or ,- as receipts print it.
CREATE MACRO whole_rupiah(cell) AS
    CASE
        WHEN regexp_full_match(
            upper(trim(cell)), '(RP[.]?\s*)?([0-9]{1,15}|[0-9]{1,3}([.][0-9]{3}){1,4})(,(0{1,2}|-))?'
        ) THEN CAST(regexp_replace(split_part(cell, ',', 1), '[^0-9]', '', 'g') AS BIGINT)
    END;

-- The digits of an account, however it is grouped; empty for none.
CREATE MACRO number_of(cell) AS regexp_replace(coalesce(cell, ''), '[^0-9]', '', 'g');

-- A day as 2026-01-31, or day first as 31/01/2026 or 31-01-2026.
CREATE MACRO day_of(cell) AS
    CAST(coalesce(
        try_strptime(trim(cell), '%Y-%m-%d'), try_strptime(trim(cell), '%d/%m/%Y'), try_strptime(trim(cell), '%d-%m-%Y')
    ) AS DATE);

-- A month as 2026-01, 01-2026 or 202601, with a dash or a slash, or the date of one of its days.
CREATE MACRO month_of(cell) AS
    CASE
        WHEN regexp_full_match(trim(cell), '[0-9]{4}[-/]?[0-9]{2}') THEN left(trim(cell), 4) || '-' || right(trim(cell), 2)
        WHEN regexp_full_match(trim(cell), '[0-9]{2}[-/][0-9]{4}') THEN right(trim(cell), 4) || '-' || left(trim(cell), 2)
        ELSE strftime(day_of(cell), '%Y-%m')
    END;

-- Whole rupiah without a sign as banks write them: also 195,988,800.00 and 16800.00. Not 16,800: nobody knows.
CREATE MACRO bank_rupiah(cell) AS
    CASE
        WHEN whole_rupiah(cell) IS NOT NULL THEN whole_rupiah(cell)
        WHEN regexp_full_match(
            upper(trim(cell)),
            '(RP[.]?\s*|IDR\s*)?([0-9]{1,15}[.]0{1,2}|[0-9]{1,3}(,[0-9]{3}){1,4}[.]0{1,2}|[0-9]{1,3}(,[0-9]{3}){2,4})'
        ) THEN CAST(regexp_replace(split_part(cell, '.0', 1), '[^0-9]', '', 'g') AS BIGINT)
    END;

-- The same, zero for an empty cell or one with nothing but signs.
CREATE MACRO side_rupiah(cell) AS
    CASE WHEN regexp_full_match(coalesce(trim(cell), ''), '[-.]*') THEN 0 ELSE bank_rupiah(cell) END;

-- D: money out; K: money in; null for neither.
CREATE MACRO direction_of(cell) AS
    CASE
        WHEN upper(trim(cell)) IN ('D', 'DB', 'DR', 'DEBET', 'DEBIT') THEN 'D'
        WHEN upper(trim(cell)) IN ('K', 'C', 'CR', 'KR', 'KREDIT', 'CREDIT') THEN 'K'
    END;

-- A day, also with the time of day that some banks add.
CREATE MACRO booked_day(cell) AS
    coalesce(day_of(cell), day_of(regexp_extract(trim(cell), '^(\S{8,10})[ T]\d{1,2}[:.]\d{2}([:.]\d{2})?$', 1)));

-- One blank between words: banks break and pad texts as their columns are wide.
CREATE MACRO one_line(cell) AS trim(regexp_replace(coalesce(cell, ''), '\s+', ' ', 'g'));
