-- One row per row of a bill without names; `fault` names the first column that cannot be read.
SELECT
    position,
    upper(trim(wadah)) AS wadah_code,
    try_cast(regexp_replace(people, '[^0-9]', '', 'g') AS INTEGER) AS people,
    whole_rupiah(total) AS total_idr,
    sheet,
    row,
    CASE
        WHEN month_of(month) IS DISTINCT FROM $period THEN 'month'
        WHEN coalesce(trim(wadah), '') = '' THEN 'wadah'
        WHEN NOT regexp_full_match(trim(coalesce(people, '')), '[0-9]{1,9}|[0-9]{1,3}([.][0-9]{3}){1,2}') THEN 'people'
        WHEN whole_rupiah(total) IS NULL THEN 'total'
    END AS fault
FROM received
