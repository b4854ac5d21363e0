-- One row per receipt of BPJS, in the order of the list.
SELECT
    sheet,
    row,
    '' AS account,
    day_of(paid_on) AS booked_on,
    whole_rupiah(amount) AS amount_idr,
    one_line(reference) AS reference,
    upper(one_line(invoice_number)) AS description,
    CASE
        WHEN one_line(reference) = '' THEN 'reference'
        WHEN one_line(invoice_number) = '' THEN 'invoice_number'
        WHEN day_of(paid_on) IS NULL THEN 'paid_on'
        WHEN coalesce(whole_rupiah(amount), 0) = 0 THEN 'amount'
    END AS fault
FROM received
ORDER BY sheet, row
