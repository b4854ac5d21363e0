-- What bills are still to be paid at the end of month :through of the books, by payer, bill and coverage month.
-- A debit note belongs to the invoice whose lines it corrects; a person who was left out, to the first invoice of the
-- payer and wadah for that month, else to the next one they got by :through, else it is owed by its own number. settled_idr is of the whole bill, in each of its rows; period is empty where only the
-- books know of a bill. Whole rupiah.
WITH leg AS (
    SELECT e.kind, e.document, p.funding_source, (p.credit_idr - p.debit_idr) AS owed_idr
    FROM billing.posting p
    JOIN billing.journal_entry e ON e.entry_id = p.entry_id
    JOIN billing.account a ON a.account_code = p.account_code AND a.kind = 'liability'
    WHERE e.period <= :through
), invoiced AS (
    SELECT document, funding_source, sum(owed_idr) AS owed_idr FROM leg
    WHERE kind IN ('invoice', 'void') GROUP BY document, funding_source HAVING sum(owed_idr) <> 0
), settled AS (
    SELECT document, funding_source, sum(-owed_idr) AS settled_idr FROM leg
    WHERE kind IN ('payment', 'credit_used') GROUP BY document, funding_source HAVING sum(owed_idr) <> 0
), noted AS (
    SELECT coalesce(i.number, bearer.number, g.document) AS document, g.funding_source, l.period,
        sum(coalesce(l.total_idr, g.owed_idr)) AS owed_idr
    FROM leg g
    LEFT JOIN billing.note n ON n.number = g.document
    LEFT JOIN billing.note_line l ON l.note_id = n.note_id
    LEFT JOIN billing.invoice_line o ON o.line_id = l.line_id
    LEFT JOIN billing.invoice i ON i.invoice_id = o.invoice_id
    LEFT JOIN LATERAL (
        SELECT f.number FROM billing.invoice f
        WHERE l.line_id IS NULL AND f.status = 'issued' AND f.funding_source = n.funding_source AND f.wadah_code = n.wadah_code
          AND (l.period BETWEEN f.covers_from AND f.covers_to OR f.period BETWEEN n.period AND :through)
        ORDER BY l.period BETWEEN f.covers_from AND f.covers_to AND f.issued_at <= n.issued_at DESC, f.issued_at, f.invoice_id LIMIT 1
    ) bearer ON true
    WHERE g.kind = 'debit_note'
    GROUP BY 1, 2, 3
), bill AS (
    SELECT document, funding_source FROM invoiced
    UNION SELECT document, funding_source FROM settled
    UNION SELECT document, funding_source FROM noted
), unsettled AS (
    -- Only what is not even is looked at line by line.
    SELECT b.document, b.funding_source, coalesce(s.settled_idr, 0) AS settled_idr, i.owed_idr AS invoiced_idr
    FROM bill b
    LEFT JOIN invoiced i USING (document, funding_source)
    LEFT JOIN settled s USING (document, funding_source)
    LEFT JOIN (SELECT document, funding_source, sum(owed_idr) AS owed_idr FROM noted GROUP BY 1, 2) n USING (document, funding_source)
    WHERE coalesce(i.owed_idr, 0) + coalesce(n.owed_idr, 0) <> coalesce(s.settled_idr, 0)
), owed AS (
    SELECT u.document, u.funding_source, v.covers_from AS period, u.invoiced_idr AS owed_idr
    FROM unsettled u LEFT JOIN billing.invoice v ON v.number = u.document
    WHERE u.invoiced_idr <> 0 AND v.covers_from IS NOT DISTINCT FROM v.covers_to
    UNION ALL
    SELECT u.document, u.funding_source, l.period, sum(l.total_idr)
    FROM unsettled u
    JOIN billing.invoice v ON v.number = u.document AND v.covers_from <> v.covers_to
    JOIN billing.invoice_line l ON l.invoice_id = v.invoice_id
    WHERE u.invoiced_idr <> 0
    GROUP BY u.document, u.funding_source, l.period
    UNION ALL
    SELECT n.document, n.funding_source, n.period, n.owed_idr FROM noted n JOIN unsettled USING (document, funding_source)
)
SELECT u.funding_source, u.document, o.period, coalesce(sum(o.owed_idr), 0)::bigint AS owed_idr, u.settled_idr::bigint AS settled_idr
FROM unsettled u
LEFT JOIN owed o USING (document, funding_source)
GROUP BY u.funding_source, u.document, u.settled_idr, o.period
ORDER BY u.funding_source, u.document, o.period;
