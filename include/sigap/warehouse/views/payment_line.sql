CREATE OR REPLACE VIEW reporting.payment_line AS
WITH standing AS (
    SELECT DISTINCT ON (line_id) line_id, nullif(kind, 'reopened') AS kind, other_line_id
    FROM settlement.line_verdict ORDER BY line_id, verdict_id DESC
), used AS (
    SELECT line_id, sum(amount_idr)::bigint AS allocated_idr FROM settlement.allocation GROUP BY line_id
), came_back AS (
    SELECT s.other_line_id AS line_id, sum(l.amount_idr - coalesce(u.allocated_idr, 0))::bigint AS rest_idr
    FROM standing s
    JOIN settlement.statement_line l USING (line_id)
    LEFT JOIN used u USING (line_id)
    WHERE s.kind = 'reverses' AND l.counts
    GROUP BY s.other_line_id
)
SELECT
    l.line_id,
    l.channel,
    l.booked_on,
    l.amount_idr,
    l.counts,
    s.kind AS verdict,
    s.other_line_id,
    l.twin_id,
    coalesce(u.allocated_idr, 0) AS allocated_idr,
    CASE
        WHEN NOT l.counts OR s.kind IS NOT NULL THEN 0
        ELSE l.amount_idr - coalesce(u.allocated_idr, 0) + coalesce(b.rest_idr, 0)
    END AS open_idr,
    l.delivery_id
FROM settlement.statement_line l
LEFT JOIN standing s ON s.line_id = l.line_id
LEFT JOIN used u ON u.line_id = l.line_id
LEFT JOIN came_back b ON b.line_id = l.line_id;

COMMENT ON VIEW reporting.payment_line IS 'One row per money movement with what became of it; without the words of the bank, which may name people';
COMMENT ON COLUMN reporting.payment_line.line_id IS 'Movement';
COMMENT ON COLUMN reporting.payment_line.channel IS 'bank, sp2d or receipt';
COMMENT ON COLUMN reporting.payment_line.booked_on IS 'Day of the movement';
COMMENT ON COLUMN reporting.payment_line.amount_idr IS 'Paid towards BPJS; negative when it came back, whole rupiah';
COMMENT ON COLUMN reporting.payment_line.counts IS 'Its channel is the one that counts as paid on that day';
COMMENT ON COLUMN reporting.payment_line.verdict IS 'confirms, reverses or set_aside; empty for a line by itself';
COMMENT ON COLUMN reporting.payment_line.other_line_id IS 'The line it confirms or reverses';
COMMENT ON COLUMN reporting.payment_line.twin_id IS 'A line of another statement that may be the same movement';
COMMENT ON COLUMN reporting.payment_line.allocated_idr IS 'Allocated to invoices, whole rupiah';
COMMENT ON COLUMN reporting.payment_line.open_idr IS 'What still waits to be allocated, whole rupiah';
COMMENT ON COLUMN reporting.payment_line.delivery_id IS 'Delivery it was first seen in';
