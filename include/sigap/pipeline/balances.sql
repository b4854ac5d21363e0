-- Every issued invoice; with :as_of, what was paid up to that day by the day of the movement.
SELECT
    b.invoice_id, b.number, b.period, b.covers_from, b.covers_to, b.funding_source, b.due_date, b.total_idr, b.noted_idr,
    CASE WHEN CAST(:as_of AS date) IS NULL THEN b.paid_idr ELSE coalesce(p.paid_idr, 0) END AS paid_idr
FROM reporting.invoice_balance b
LEFT JOIN (
    SELECT a.invoice_id, sum(a.amount_idr)::bigint AS paid_idr
    FROM settlement.allocation a
    JOIN settlement.statement_line l ON l.line_id = a.line_id
    WHERE l.booked_on <= CAST(:as_of AS date)
    GROUP BY a.invoice_id
) p ON p.invoice_id = b.invoice_id
ORDER BY b.period, b.number
