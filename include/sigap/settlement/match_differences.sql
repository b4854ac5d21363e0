SELECT
    lpad(CAST(nik AS VARCHAR), 16, '0') AS nik,
    kpj,
    person_id,
    class,
    invoiced_idr,
    noted_idr,
    billed_idr,
    paid_idr,
    is_listed,
    is_active,
    days_not_active,
    parked_code,
    place.sheet AS sheet,
    place.row AS row
FROM compared
WHERE list_contains($wanted, class)
ORDER BY nik NULLS LAST, kpj NULLS LAST, sheet, row
