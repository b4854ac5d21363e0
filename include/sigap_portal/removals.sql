-- Removals, the newest first; of the month :period where one is given. What was taken back by two people says by which proposal.
SELECT r.proposal_id, r.period, r.reason_code, r.effective_date, r.monthly_idr, r.months_covered, r.is_clock_at_stake,
       r.actor AS proposed_by, r.proposed_at, k.actor AS checked_by, k.checked_at, b.proposal_id AS taken_back_by,
       CASE WHEN b.proposal_id IS NOT NULL THEN 'taken_back' WHEN k.answer = 'agree' THEN 'agreed'
            WHEN k.answer = 'disagree' THEN 'turned_down' ELSE 'proposed' END AS state
FROM billing.removal r
LEFT JOIN billing.removal_check k ON k.removal_id = r.removal_id
LEFT JOIN LATERAL (
    SELECT x.proposal_id FROM billing.removal x JOIN billing.removal_check y ON y.removal_id = x.removal_id AND y.answer = 'agree'
    WHERE x.reverses_id = r.removal_id
) b ON true
WHERE CAST(:period AS text) IS NULL OR r.period = :period
ORDER BY r.period DESC, r.removal_id DESC
LIMIT :size OFFSET :start
