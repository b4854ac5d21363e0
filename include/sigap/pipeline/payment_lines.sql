-- Every movement with what became of it. `words` of a payment are also those of the views that confirm it: the SP2D names the
-- invoice that the bank does not. An order of several rows brings the words of all of them.
WITH seen AS (
    SELECT v.other_line_id AS line_id, string_agg(concat_ws(' ', s.reference, s.description), ' ' ORDER BY s.line_id) AS words
    FROM reporting.payment_line v
    JOIN settlement.statement_line s ON s.line_id = v.line_id
    WHERE v.verdict = 'confirms'
    GROUP BY v.other_line_id
), decided AS (
    SELECT line_id FROM settlement.line_verdict WHERE actor IS NOT NULL
    UNION SELECT line_id FROM settlement.allocation WHERE actor IS NOT NULL
)
SELECT
    p.line_id,
    p.channel,
    l.account,
    p.booked_on,
    p.amount_idr,
    p.open_idr,
    p.counts,
    l.reference,
    l.description AS told,
    concat_ws(' ', l.reference, l.description, s.words) AS words,
    p.verdict,
    p.other_line_id,
    p.allocated_idr,
    p.twin_id IS NOT NULL AS is_doubtful,
    d.line_id IS NOT NULL AS by_person
FROM reporting.payment_line p
JOIN settlement.statement_line l ON l.line_id = p.line_id
LEFT JOIN seen s ON s.line_id = p.line_id
LEFT JOIN decided d ON d.line_id = p.line_id
ORDER BY p.booked_on, p.line_id
