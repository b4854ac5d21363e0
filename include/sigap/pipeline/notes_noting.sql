-- What the month books: agreed, on no issued note and on no other month's draft, and of an invoice that was issued by then.
CREATE TEMPORARY TABLE noting ON COMMIT DROP AS
SELECT c.correction_id, c.kind, c.funding_source, c.wadah_code, c.line_id, c.person_id, c.period, c.jkk_idr, c.jkm_idr, c.total_idr
FROM billing.correction c
JOIN billing.correction_check k USING (correction_id)
LEFT JOIN billing.invoice_line l ON l.line_id = c.line_id
WHERE k.answer = 'agree'
  AND NOT EXISTS (
      SELECT FROM billing.note_line b JOIN billing.note n USING (note_id)
      WHERE b.correction_id = c.correction_id AND (n.status = 'issued' OR n.period <> :period)
  )
  AND EXISTS (
      SELECT FROM billing.invoice i
      WHERE i.status = 'issued' AND i.period <= :period
        AND (i.invoice_id = l.invoice_id OR (c.line_id IS NULL AND c.period BETWEEN i.covers_from AND i.covers_to))
  )
