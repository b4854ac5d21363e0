-- When proposal :number was made and answered, and which proposal it takes back or is taken back by.
WITH asked AS (
    SELECT c.correction_id AS number, c.proposal_id, c.reverses_id, c.proposed_at, k.answer, k.actor, k.reason, k.checked_at
    FROM billing.correction c LEFT JOIN billing.correction_check k ON k.correction_id = c.correction_id
    UNION ALL
    SELECT r.removal_id, r.proposal_id, r.reverses_id, r.proposed_at, k.answer, k.actor, k.reason, k.checked_at
    FROM billing.removal r LEFT JOIN billing.removal_check k ON k.removal_id = r.removal_id
)
SELECT min(a.proposed_at) AS proposed_at, min(a.answer) AS answer, min(a.actor) AS checked_by, min(a.reason) AS reason,
       min(a.checked_at) AS checked_at, min(earlier.proposal_id) AS takes_back, min(later.proposal_id) AS taken_back_by
FROM asked a
LEFT JOIN asked earlier ON earlier.number = a.reverses_id
LEFT JOIN asked later ON later.reverses_id = a.number AND later.answer = 'agree'
WHERE a.proposal_id = :number
