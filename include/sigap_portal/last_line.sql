-- The last issued line of a person before a month.
SELECT l.line_id, l.period, i.number
FROM billing.invoice_line l
JOIN billing.invoice i ON i.invoice_id = l.invoice_id
WHERE l.person_id = :person_id AND l.period < :period AND NOT l.is_void AND i.status = 'issued'
ORDER BY l.period DESC, l.line_id DESC LIMIT 1
