-- One row per row of an activation list; `fault` names the first column that cannot be read.
SELECT
    position,
    nik,
    kpj,
    coalesce(
        day_of(active_from) <= CAST($last_day AS DATE)
        AND (trim(coalesce(status, '')) = '' OR list_contains($active_statuses, upper(trim(status)))), false
    ) AS is_active,
    sheet,
    row,
    CASE WHEN day_of(active_from) IS NULL THEN 'active_from' END AS fault
FROM received
