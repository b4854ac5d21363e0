-- New movements of one file, with the line of another file that each may be the same as in other words.
WITH fresh AS (
    SELECT a.* FROM arrived a
    WHERE NOT EXISTS (SELECT FROM settlement.statement_line l WHERE l.line_key = a.line_key)
), elsewhere AS (
    SELECT l.* FROM settlement.statement_line l
    WHERE l.delivery_id <> :delivery_id AND NOT EXISTS (SELECT FROM arrived a WHERE a.line_key = l.line_key)
), twin AS (
    SELECT f.line_key, min(e.line_id) AS line_id
    FROM fresh f
    JOIN elsewhere e ON (e.channel, e.account, e.booked_on, e.amount_idr) = (f.channel, f.account, f.booked_on, f.amount_idr)
    WHERE f.channel = 'bank'
    GROUP BY f.line_key
    UNION ALL
    SELECT f.line_key, min(e.line_id)
    FROM fresh f
    JOIN elsewhere e ON e.channel = f.channel AND upper(e.reference) = upper(f.reference)
    WHERE f.channel <> 'bank'
    GROUP BY f.line_key
)
INSERT INTO settlement.statement_line
    (line_key, channel, account, booked_on, amount_idr, reference, description, counts, twin_id, delivery_id, sheet, "row")
SELECT
    f.line_key, f.channel, f.account, f.booked_on, f.amount_idr, f.reference, f.description, f.counts, t.line_id,
    :delivery_id, f.sheet, f."row"
FROM fresh f
LEFT JOIN twin t ON t.line_key = f.line_key
ORDER BY f.sheet, f."row"
ON CONFLICT (line_key, government) DO NOTHING
RETURNING line_id
