-- Every NIK of either side, once, with its class. Amounts of a NIK that stands on a side more than once are added up.
WITH invoiced AS (
    SELECT nik, min(person_id) AS person_id, CAST(sum(total_idr) AS BIGINT) AS total_idr
    FROM lines
    GROUP BY nik
),

billed AS (
    SELECT nik, CAST(sum(total_idr) AS BIGINT) AS total_idr
    FROM bill
    GROUP BY nik
)

SELECT
    nik,
    invoiced.person_id,
    CASE
        WHEN billed.nik IS NULL THEN 'missing'
        WHEN invoiced.nik IS NULL THEN 'extra'
        WHEN invoiced.total_idr = billed.total_idr THEN 'matched'
        ELSE 'amount_differs'
    END AS class,
    coalesce(invoiced.total_idr, 0) AS invoiced_idr,
    coalesce(billed.total_idr, 0) AS billed_idr
FROM invoiced
FULL JOIN billed USING (nik)
ORDER BY nik
