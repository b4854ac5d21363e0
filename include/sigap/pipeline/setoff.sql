-- The credit of note :number by the invoice it corrects; of a person who stands on no line, by the first invoice of the
-- payer and wadah for that month. Whole rupiah.
SELECT coalesce(i.number, first.number) AS document, sum(l.total_idr)::bigint AS credit_idr
FROM billing.note n
JOIN billing.note_line l ON l.note_id = n.note_id
LEFT JOIN billing.invoice_line o ON o.line_id = l.line_id
LEFT JOIN billing.invoice i ON i.invoice_id = o.invoice_id
LEFT JOIN LATERAL (
    SELECT f.number FROM billing.invoice f
    WHERE l.line_id IS NULL AND f.status = 'issued' AND f.funding_source = n.funding_source
      AND f.wadah_code = n.wadah_code AND l.period BETWEEN f.covers_from AND f.covers_to
    ORDER BY f.invoice_id LIMIT 1
) first ON true
WHERE n.number = :number AND n.kind = 'credit'
GROUP BY 1
HAVING coalesce(i.number, first.number) IS NOT NULL
ORDER BY 1;
