-- One row per line and side; a corrected NIK takes both sides. `valued` says what each month means for its person.
INSERT INTO billing.correction (
    proposal_id, kind, reason_code, line_id, reverses_id, person_id, period, payer_set, share_no, funding_source, wadah_code,
    jkk_idr, jkm_idr, total_idr, tariff, effective_date, rule, months_covered, is_clock_at_stake, evidence, actor
)
SELECT a.proposal_id, side.kind, a.reason_code, f.line_id, f.reverses_id, f.person_id, f.period, f.payer_set, f.share_no, f.funding_source,
       f.wadah_code, f.jkk_idr, f.jkm_idr, f.jkk_idr + f.jkm_idr, f.tariff, a.effective_date, a.rule, v.months_covered, v.is_clock_at_stake,
       a.evidence, :actor
FROM found f
JOIN asked a ON a.place = f.place
JOIN valued v ON v.person_id = f.person_id AND v.period = f.period
JOIN (VALUES ('credit'), ('debit')) side (kind) ON f.kind IN (side.kind, 'both')
WHERE f.status = 'issued' AND f.jkk_idr + f.jkm_idr > 0
ORDER BY a.place, f.period, f.share_no, side.kind
