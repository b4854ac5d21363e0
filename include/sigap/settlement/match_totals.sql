WITH bill AS (
    SELECT count(*) AS rows, count(*) FILTER (is_without_nik) AS rows_without_nik, count(*) FILTER (nik IS NULL) AS rows_of_nobody FROM told
),

listed AS (
    SELECT
        count(*) FILTER (is_listed) AS people_listed,
        count(*) FILTER (is_listed AND NOT is_invoiced AND parked_code IS NOT NULL) AS people_parked,
        count(*) FILTER (is_invoiced) AS people_invoiced,
        count(*) FILTER (is_billed) AS people_billed,
        count(*) FILTER (is_paid) AS people_paid,
        CAST(coalesce(sum(invoiced_idr), 0) AS BIGINT) AS invoiced_idr,
        CAST(coalesce(sum(noted_idr), 0) AS BIGINT) AS noted_idr,
        CAST(coalesce(sum(billed_idr), 0) AS BIGINT) AS billed_idr,
        CAST(coalesce(sum(paid_idr), 0) AS BIGINT) AS paid_idr
    FROM compared
)

SELECT
    listed.*,
    (SELECT count(*) FROM insured) AS people_active,
    bill.rows - listed.people_billed AS repeated_rows,
    bill.rows_without_nik,
    bill.rows_of_nobody,
    (SELECT count(*) FROM insured ANTI JOIN compared USING (nik)) AS active_only
FROM listed CROSS JOIN bill
