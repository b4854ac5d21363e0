-- `asked`: one row per proposal, in its order (`place`). Every line that it is about, with what remains of it by all that was not turned down.
CREATE TEMPORARY TABLE found ON COMMIT DROP AS
WITH who AS (
    SELECT a.*, coalesce(a.person_id, l.person_id) AS whom FROM asked a LEFT JOIN billing.invoice_line l ON l.line_id = a.line_id
),
picked AS (
    SELECT w.place, l.line_id FROM who w JOIN billing.invoice_line l ON l.line_id = w.line_id WHERE w.from_month IS NULL
    UNION ALL
    SELECT w.place, l.line_id FROM who w JOIN billing.invoice_line l ON l.person_id = w.whom AND l.period = w.month
    WHERE w.line_id IS NULL AND w.from_month IS NULL AND w.reason_code NOT IN ('LEFT_OUT', 'REVERSED')
    UNION ALL
    SELECT w.place, l.line_id FROM who w JOIN billing.invoice_line l ON l.person_id = w.whom AND l.period >= w.from_month WHERE w.from_month IS NOT NULL
),
live AS (
    SELECT c.line_id, sum(CASE c.kind WHEN 'debit' THEN c.jkk_idr ELSE -c.jkk_idr END) AS jkk_idr,
           sum(CASE c.kind WHEN 'debit' THEN c.jkm_idr ELSE -c.jkm_idr END) AS jkm_idr
    FROM billing.correction c LEFT JOIN billing.correction_check k USING (correction_id)
    WHERE c.line_id IN (SELECT line_id FROM picked) AND k.answer IS DISTINCT FROM 'disagree'
    GROUP BY c.line_id
)
SELECT p.place, l.line_id, NULL::bigint AS reverses_id, CASE w.is_pair WHEN true THEN 'both' ELSE 'credit' END AS kind,
       l.person_id, l.period::text AS period, l.payer_set, l.share_no, i.funding_source, i.wadah_code::text AS wadah_code,
       l.jkk_idr + coalesce(v.jkk_idr, 0)::bigint AS jkk_idr, l.jkm_idr + coalesce(v.jkm_idr, 0)::bigint AS jkm_idr, l.tariff, i.status
FROM picked p
JOIN who w ON w.place = p.place
JOIN billing.invoice_line l ON l.line_id = p.line_id
JOIN billing.invoice i ON i.invoice_id = l.invoice_id
LEFT JOIN live v ON v.line_id = l.line_id
WHERE w.line_id = l.line_id AND w.from_month IS NULL OR i.status = 'issued'
UNION ALL
-- What is taken back: the agreed correction, on the other side.
SELECT a.place, c.line_id, c.correction_id, CASE c.kind WHEN 'debit' THEN 'credit' ELSE 'debit' END,
       c.person_id, c.period, c.payer_set, c.share_no, c.funding_source, c.wadah_code,
       CASE WHEN back.is_taken THEN 0 ELSE c.jkk_idr END, CASE WHEN back.is_taken THEN 0 ELSE c.jkm_idr END, c.tariff,
       CASE WHEN c.reason_code NOT IN ('REVERSED', 'NIK_CORRECTED') AND k.answer = 'agree' THEN 'issued' ELSE 'not_agreed' END
FROM asked a
JOIN billing.correction c ON c.correction_id = a.reverses_id
LEFT JOIN billing.correction_check k ON k.correction_id = c.correction_id
CROSS JOIN LATERAL (
    SELECT count(*) > 0 AS is_taken FROM billing.correction r LEFT JOIN billing.correction_check b ON b.correction_id = r.correction_id
    WHERE r.reverses_id = c.correction_id AND b.answer IS DISTINCT FROM 'disagree'
) back
UNION ALL
-- Who was left out: priced by the tariff of the month, see `rate`.
SELECT a.place, NULL, NULL, 'debit', a.person_id, a.month, s.payer_set, r.share_no, r.funding_source, r.wadah_code, r.jkk_idr, r.jkm_idr, r.tariff, 'issued'
FROM asked a
JOIN left_out s ON s.place = a.place
JOIN rate r ON r.period = a.month AND r.payer_set = s.payer_set AND r.sector = coalesce(s.sector, '')
WHERE a.reason_code = 'LEFT_OUT'
