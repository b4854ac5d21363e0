-- Finance judges the notes of a month with its invoices: the approval that stood when note :note_id was issued.
SELECT a.verdict, a.actor, a.decided_at, a.reason
FROM billing.note n
JOIN audit.approval a ON a.period = n.period AND a.subject = 'invoices' AND a.decided_at <= n.issued_at
WHERE n.note_id = :note_id AND a.verdict = 'approved'
ORDER BY a.approval_id DESC LIMIT 1
