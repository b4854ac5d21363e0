-- What lines and notes say of a coverage month, added up on their own: the movement has to agree with it.
SELECT (SELECT coalesce(sum(invoice_line.total_idr), 0) FROM billing.invoice_line JOIN billing.invoice USING (invoice_id)
        WHERE invoice_line.period = :period AND NOT is_void)::bigint AS invoiced_idr,
       (SELECT coalesce(sum(CASE n.kind WHEN 'debit' THEN b.total_idr ELSE -b.total_idr END), 0)
        FROM billing.note_line b JOIN billing.note n ON n.note_id = b.note_id WHERE b.period = :period AND n.period < :until)::bigint AS noted_idr,
       NOT EXISTS (SELECT FROM billing.invoice WHERE :period BETWEEN covers_from AND covers_to AND status IN ('draft', 'approved'))
       AND NOT EXISTS (SELECT FROM billing.note WHERE period < :until AND status = 'draft') AS is_final
