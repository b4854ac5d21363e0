-- One line per person of the compared set: nik,kpj,listed,invoiced,notes,billed,paid,active,class. Empty where nothing is known.
SELECT
    concat_ws(
        ',', coalesce(lpad(CAST(nik AS VARCHAR), 16, '0'), ''), coalesce(kpj, ''), CAST(is_listed AS INT), invoiced_idr, noted_idr,
        CASE WHEN is_billed THEN CAST(billed_idr AS VARCHAR) ELSE '' END, paid_idr,
        coalesce(CAST(CAST(is_active AS INT) AS VARCHAR), ''), class
    ) || chr(10) AS line
FROM compared
ORDER BY nik NULLS LAST, kpj NULLS LAST, place
