-- One row per row of a bill by name; `fault` names the first column that cannot be read. A NIK need not be whole.
SELECT
    position,
    nik,
    kpj,
    whole_rupiah(total) AS total_idr,
    sheet,
    row,
    CASE
        WHEN month_of(month) IS DISTINCT FROM $period THEN 'month'
        WHEN whole_rupiah(total) IS NULL THEN 'total'
    END AS fault
FROM received
