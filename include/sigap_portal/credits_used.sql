-- What was set off against bills: of credit note :number by the bill, of invoice :document by the note or letter. Either may be NULL.
-- The key of the entry names both: credit/<note or letter>/<invoice>. Whole rupiah.
SELECT substring(e.key FROM 8 FOR length(e.key) - 8 - length(e.document)) AS credit, e.document,
       sum(p.debit_idr - p.credit_idr)::bigint AS used_idr
FROM billing.journal_entry e
JOIN billing.posting p ON p.entry_id = e.entry_id
JOIN billing.account a ON a.account_code = p.account_code AND a.kind = 'liability'
WHERE e.kind = 'credit_used'
  AND (CAST(:document AS text) IS NULL OR e.document = :document)
  AND (CAST(:number AS text) IS NULL OR e.key = 'credit/' || :number || '/' || e.document)
GROUP BY 1, 2
ORDER BY 1, 2
