-- One row per receipt, in the order of the list; `fault` names the first column that cannot be read.
SELECT
    sheet,
    row,
    trim(reference) AS reference,
    upper(trim(invoice_number)) AS invoice_number,
    day_of(paid_on) AS paid_on,
    whole_rupiah(amount) AS amount_idr,
    CASE
        WHEN coalesce(trim(reference), '') = '' THEN 'reference'
        WHEN coalesce(trim(invoice_number), '') = '' THEN 'invoice_number'
        WHEN day_of(paid_on) IS NULL THEN 'paid_on'
        WHEN coalesce(whole_rupiah(amount), 0) = 0 THEN 'amount'
    END AS fault
FROM received
ORDER BY sheet, row
