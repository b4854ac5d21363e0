-- The credit of note :number by the invoice it corrects; of a person who stands on no line, by the invoice that
-- bears the debit note which it takes back: see bearers.sql. Whole rupiah.
SELECT coalesce(i.number, bearer.number) AS document, sum(l.total_idr)::bigint AS credit_idr
FROM billing.note n
JOIN billing.note_line l ON l.note_id = n.note_id
LEFT JOIN billing.invoice_line o ON o.line_id = l.line_id
LEFT JOIN billing.invoice i ON i.invoice_id = o.invoice_id
LEFT JOIN billing.correction c ON c.correction_id = l.correction_id
LEFT JOIN billing.note_line b ON b.correction_id = c.reverses_id
LEFT JOIN billing.note d ON d.note_id = coalesce(b.note_id, n.note_id)
LEFT JOIN LATERAL (
    SELECT f.number FROM billing.invoice f
    WHERE l.line_id IS NULL AND f.status = 'issued' AND f.funding_source = d.funding_source AND f.wadah_code = d.wadah_code
      AND (l.period BETWEEN f.covers_from AND f.covers_to OR f.period >= d.period)
    ORDER BY l.period BETWEEN f.covers_from AND f.covers_to AND f.issued_at <= d.issued_at DESC, f.issued_at, f.invoice_id LIMIT 1
) bearer ON true
WHERE n.number = :number AND n.kind = 'credit'
GROUP BY 1
HAVING coalesce(i.number, bearer.number) IS NOT NULL
ORDER BY 1;
