-- One row per row of the bill, in its order; `fault` names the first column that cannot be read.
SELECT
    sheet,
    row,
    nik,
    whole_rupiah(total) AS total_idr,
    CASE
        WHEN nik IS NULL THEN 'nik'
        WHEN month_of(month) IS DISTINCT FROM $period THEN 'month'
        WHEN whole_rupiah(total) IS NULL THEN 'total'
    END AS fault
FROM received
ORDER BY sheet, row
