-- Numbers come from the series of corrections: `--reverses` names either by one number. What is covered after the month does not count here.
INSERT INTO billing.removal (
    removal_id, proposal_id, reason_code, reverses_id, person_id, period, effective_date, rule, monthly_idr, months_covered, is_clock_at_stake,
    evidence, actor
)
SELECT nextval(pg_get_serial_sequence('billing.correction', 'correction_id')), a.proposal_id, a.reason_code, r.reverses_id, r.person_id,
       r.period, a.effective_date, a.rule, r.monthly_idr, v.months_covered - 1, v.is_clock_at_stake AND v.months_covered > 1, a.evidence, :actor
FROM removing r
JOIN asked a ON a.place = r.place
JOIN valued v ON v.person_id = r.person_id AND v.period = r.period
ORDER BY a.place
