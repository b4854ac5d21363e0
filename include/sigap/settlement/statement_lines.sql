-- One row per line of a bank statement that moves money; lines that tell a balance are no movements.
WITH sides AS (
    SELECT
        sheet, row, account, booked_on, currency, reference, description,
        side_rupiah(debit) AS debit_idr,
        side_rupiah(credit) AS credit_idr,
        bank_rupiah(regexp_extract(upper(trim(amount)), '^[+-]?\s*(.*?)\s*(DB|DR|D|CR|C|K)?$', 1)) AS amount_idr,
        coalesce(trim(amount), '') <> '' AS has_amount,
        coalesce(trim(mark), '') <> '' AS has_mark,
        direction_of(mark) AS marked,
        direction_of(regexp_extract(upper(trim(amount)), '[\s0-9,.-](DB|DR|D|CR|C|K)$', 1)) AS written,
        CASE left(trim(amount), 1) WHEN '-' THEN 'D' WHEN '+' THEN 'K' END AS signed
    FROM received
),

told AS (
    SELECT
        *,
        coalesce(marked, written, signed) AS direction,
        NOT has_amount AND debit_idr = 0 AND credit_idr = 0 AS is_still,
        regexp_matches(upper(one_line(description)), '^(SALDO|BALANCE|OPENING|CLOSING|TOTAL|JUMLAH)\b') AS tells_a_balance
    FROM sides
)

SELECT
    sheet,
    row,
    number_of(account) AS account,
    booked_day(booked_on) AS booked_on,
    CASE
        WHEN NOT has_amount THEN debit_idr - credit_idr
        WHEN direction = 'D' THEN amount_idr
        ELSE -amount_idr
    END AS amount_idr,
    one_line(reference) AS reference,
    one_line(description) AS description,
    CASE
        WHEN booked_day(booked_on) IS NULL THEN 'booked_on'
        WHEN number_of(account) = '' AND bool_or(number_of(account) <> '') OVER () THEN 'account'
        WHEN upper(coalesce(trim(currency), 'IDR')) NOT IN ('IDR', 'RP', '') THEN 'currency'
        WHEN debit_idr IS NULL OR credit_idr IS NULL OR (debit_idr > 0)::INT + (credit_idr > 0)::INT + has_amount::INT <> 1
            OR (has_amount AND (coalesce(amount_idr, 0) = 0 OR direction IS NULL
                                OR (has_mark AND marked IS NULL)
                                OR direction <> coalesce(written, direction) OR direction <> coalesce(signed, direction)))
            THEN 'movement'
    END AS fault
FROM told
WHERE NOT coalesce(is_still AND tells_a_balance, false)
ORDER BY sheet, row
