-- One row per row of the treasury's SP2D list. A cancelled order may stand with a minus.
SELECT
    sheet,
    row,
    '' AS account,
    booked_day(booked_on) AS booked_on,
    bank_rupiah(ltrim(trim(amount), '- ')) * CASE WHEN starts_with(trim(amount), '-') THEN -1 ELSE 1 END AS amount_idr,
    one_line(reference) AS reference,
    concat_ws(
        ' | ', nullif(one_line(description), ''), 'BLTH ' || nullif(one_line(month), ''),
        nullif(one_line(invoice_number), ''), nullif(one_line(payee), '')
    ) AS description,
    CASE
        WHEN one_line(reference) = '' THEN 'reference'
        WHEN booked_day(booked_on) IS NULL THEN 'booked_on'
        WHEN coalesce(bank_rupiah(ltrim(trim(amount), '- ')), 0) = 0 THEN 'order'
    END AS fault
FROM received
ORDER BY sheet, row
