-- New movements of one file, with the line of another file that each may be the same as in other words.
INSERT INTO settlement.statement_line
    (line_key, channel, account, booked_on, amount_idr, reference, description, counts, twin_id, delivery_id, sheet, "row")
SELECT
    a.line_key, a.channel, a.account, a.booked_on, a.amount_idr, a.reference, a.description, a.counts,
    (
        SELECT min(l.line_id)
        FROM settlement.statement_line l
        WHERE l.channel = a.channel AND l.delivery_id <> :delivery_id
          AND CASE a.channel
                  WHEN 'bank' THEN (l.account, l.booked_on, l.amount_idr) = (a.account, a.booked_on, a.amount_idr)
                  ELSE upper(l.reference) = upper(a.reference)
              END
          AND NOT EXISTS (SELECT FROM arrived b WHERE b.line_key = l.line_key)
    ),
    :delivery_id, a.sheet, a."row"
FROM arrived a
ORDER BY a."row", a.sheet
ON CONFLICT (line_key) DO NOTHING
RETURNING line_id
