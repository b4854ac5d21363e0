-- The issued notes that correct lines of invoice :invoice_id; whole rupiah.
SELECT n.number, n.kind, n.period, count(DISTINCT b.person_id) AS people, sum(b.total_idr)::bigint AS total_idr
FROM billing.invoice_line l
JOIN billing.note_line b ON b.line_id = l.line_id
JOIN billing.note n ON n.note_id = b.note_id AND n.status = 'issued'
WHERE l.invoice_id = :invoice_id
GROUP BY n.number, n.kind, n.period
ORDER BY n.period, n.number
