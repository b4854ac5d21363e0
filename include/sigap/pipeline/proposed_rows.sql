-- The corrections of proposal :number, or its removal.
SELECT correction_id, kind, line_id, invoice_number, period, funding_source, jkk_idr, jkm_idr, total_idr,
       effective_date, rule, months_covered, is_clock_at_stake, state, note_number
FROM reporting.correction_overview
WHERE proposal_id = :number
UNION ALL
SELECT r.removal_id, 'removal', NULL, NULL, r.period, NULL, NULL, NULL, r.monthly_idr, r.effective_date, r.rule, r.months_covered,
       r.is_clock_at_stake, CASE k.answer WHEN 'agree' THEN 'agreed' WHEN 'disagree' THEN 'turned_down' ELSE 'proposed' END, NULL
FROM billing.removal r LEFT JOIN billing.removal_check k USING (removal_id)
WHERE r.proposal_id = :number
ORDER BY period, kind, correction_id
