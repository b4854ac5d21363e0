-- How cells of a bill or a receipt are read: one form of meaning, or null. Nothing is guessed.

-- Whole rupiah: 16800, 16.800, Rp 16.800, also with a closing ,00 or ,- as receipts print it.
CREATE MACRO whole_rupiah(cell) AS
    CASE
        WHEN regexp_full_match(
            upper(trim(cell)), '(RP[.]?\s*)?([0-9]{1,15}|[0-9]{1,3}([.][0-9]{3}){1,4})(,(0{1,2}|-))?'
        ) THEN CAST(regexp_replace(split_part(cell, ',', 1), '[^0-9]', '', 'g') AS BIGINT)
    END;

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
