-- On which invoice each issued debit note is paid: that of the line it corrects. Who was left out stands on no line: then the first
-- invoice of the payer and wadah for that month, and where none was issued by then the next one they get. invoice_id is empty where
-- there is none yet; :number names one note, NULL means all. reporting.invoice_balance and payable.sql say the same.
SELECT n.number, n.period, n.funding_source, n.wadah_code, coalesce(l.invoice_id, bearer.invoice_id) AS invoice_id,
       count(DISTINCT b.person_id) AS people, sum(b.total_idr)::bigint AS total_idr
FROM billing.note n
JOIN billing.note_line b ON b.note_id = n.note_id
LEFT JOIN billing.invoice_line l ON l.line_id = b.line_id
LEFT JOIN LATERAL (
    SELECT i.invoice_id
    FROM billing.invoice i
    WHERE b.line_id IS NULL AND i.status = 'issued' AND i.funding_source = n.funding_source AND i.wadah_code = n.wadah_code
      AND (b.period BETWEEN i.covers_from AND i.covers_to OR i.period >= n.period)
    ORDER BY b.period BETWEEN i.covers_from AND i.covers_to AND i.issued_at <= n.issued_at DESC, i.issued_at, i.invoice_id LIMIT 1
) bearer ON true
WHERE n.status = 'issued' AND n.kind = 'debit' AND (CAST(:number AS text) IS NULL OR n.number = :number)
GROUP BY n.number, n.period, n.funding_source, n.wadah_code, 5
ORDER BY n.period, n.number, 5
