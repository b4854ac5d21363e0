-- The persons of one invoice in the order of its lists: by regency, kecamatan, kelurahan and name. Months are added up.
SELECT d.nik, d.full_name, d.birth_date, d.sex, d.address, d.kelurahan_code, d.kecamatan_code,
    left(d.kelurahan_code, 5) AS regency_code, d.sector,
    l.first_month, l.last_month, l.months, l.jkk_idr, l.jkm_idr, l.total_idr, l.line_id
FROM (
    SELECT roster_id, person_id, min(period) AS first_month, max(period) AS last_month,
        count(DISTINCT period) AS months, sum(jkk_idr)::bigint AS jkk_idr, sum(jkm_idr)::bigint AS jkm_idr,
        sum(total_idr)::bigint AS total_idr, min(line_id) AS line_id
    FROM billing.invoice_line
    WHERE invoice_id = %(invoice_id)s
    GROUP BY roster_id, person_id
) l
JOIN entitlement.decision d USING (roster_id, person_id)
ORDER BY left(d.kelurahan_code, 5) COLLATE "C" NULLS LAST, d.kecamatan_code COLLATE "C" NULLS LAST,
    d.kelurahan_code COLLATE "C" NULLS LAST, upper(d.full_name) COLLATE "C", d.nik COLLATE "C"
