-- The months for which the persons in `found` and `removing` are covered today: issued lines of which something remains, and months added by notes.
CREATE TEMPORARY TABLE covered ON COMMIT DROP AS
WITH who AS (SELECT person_id FROM found UNION SELECT person_id FROM removing),
live AS (
    SELECT c.line_id, c.person_id, c.period, CASE c.kind WHEN 'debit' THEN c.total_idr ELSE -c.total_idr END AS total_idr
    FROM billing.correction c LEFT JOIN billing.correction_check k USING (correction_id)
    WHERE c.person_id IN (SELECT person_id FROM who) AND k.answer IS DISTINCT FROM 'disagree'
)
SELECT person_id, period::text AS period
FROM (
    SELECT l.person_id, l.period, l.total_idr FROM billing.invoice_line l JOIN billing.invoice i ON i.invoice_id = l.invoice_id
    WHERE l.person_id IN (SELECT person_id FROM who) AND i.status = 'issued' AND NOT l.is_void
    UNION ALL
    SELECT person_id, period, total_idr FROM live
) worth
GROUP BY person_id, period
HAVING sum(total_idr) > 0
