-- Who of the proposals stands on no issued line: to be taken out of the rosters to come, or such a removal to be taken back. A month that
-- is issued without the person is a mistake when it is named, and no reason to bill a person who died when a day is.
CREATE TEMPORARY TABLE removing ON COMMIT DROP AS
WITH live AS (
    SELECT r.removal_id, r.person_id, r.period, r.reason_code, k.answer
    FROM billing.removal r LEFT JOIN billing.removal_check k USING (removal_id)
    WHERE r.reason_code <> 'REVERSED' AND k.answer IS DISTINCT FROM 'disagree' AND NOT EXISTS (
        SELECT FROM billing.removal b JOIN billing.removal_check c ON c.removal_id = b.removal_id AND c.answer = 'agree'
        WHERE b.reverses_id = r.removal_id)
),
made AS (
    SELECT a.place, NULL::bigint AS reverses_id, a.person_id, coalesce(a.from_month, a.month) AS period, a.has_clock
    FROM asked a
    WHERE a.line_id IS NULL AND a.reason_code IN ('DECEASED', 'MOVED_OUT', 'BECAME_PU', 'FOUND_INSURED')
      AND coalesce(a.month, a.from_month) >= coalesce(a.from_month, a.month)
      AND NOT EXISTS (SELECT FROM found f WHERE f.place = a.place)
      AND (a.from_month IS NOT NULL OR NOT EXISTS (
          SELECT FROM billing.invoice i WHERE i.status = 'issued' AND a.month BETWEEN i.covers_from AND i.covers_to))
    UNION ALL
    SELECT a.place, l.removal_id, l.person_id, l.period, true
    FROM asked a JOIN live l ON l.removal_id = a.reverses_id
    WHERE a.reason_code = 'REVERSED' AND l.answer = 'agree'
)
SELECT m.*, coalesce(last.monthly_idr, 0)::bigint AS monthly_idr,
       CASE
           WHEN NOT EXISTS (SELECT FROM identity.person p WHERE p.person_id = m.person_id) THEN 'PERSON_UNKNOWN'
           WHEN m.reverses_id IS NULL AND EXISTS (SELECT FROM live l WHERE l.person_id = m.person_id AND l.period <= m.period) THEN 'REMOVED_BEFORE'
           WHEN EXISTS (SELECT FROM billing.removal b LEFT JOIN billing.removal_check k USING (removal_id)
                        WHERE b.reverses_id = m.reverses_id AND k.answer IS DISTINCT FROM 'disagree') THEN 'NOTHING_LEFT'
           WHEN EXISTS (SELECT FROM made o WHERE o.place < m.place AND o.person_id = m.person_id) THEN 'TWICE'
       END AS fault
FROM made m
LEFT JOIN LATERAL (
    SELECT sum(l.total_idr) AS monthly_idr
    FROM billing.invoice_line l JOIN billing.invoice i ON i.invoice_id = l.invoice_id AND i.status = 'issued'
    WHERE l.person_id = m.person_id AND NOT l.is_void AND l.period < m.period
    GROUP BY l.period ORDER BY l.period DESC LIMIT 1
) last ON true
