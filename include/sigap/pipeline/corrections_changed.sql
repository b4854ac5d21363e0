-- The person-months that the proposals change, each once. A corrected NIK takes nothing away.
CREATE TEMPORARY TABLE changed ON COMMIT DROP AS
SELECT f.person_id, f.period, min(CASE f.kind WHEN 'both' THEN 'debit' ELSE f.kind END) AS kind, max(a.has_clock::int) AS has_clock
FROM found f JOIN asked a USING (place)
WHERE f.status = 'issued' AND f.jkk_idr + f.jkm_idr > 0
GROUP BY f.person_id, f.period
UNION ALL
SELECT DISTINCT r.person_id, r.period, 'credit', r.has_clock::int FROM removing r
