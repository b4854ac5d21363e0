WITH wanted AS (
    SELECT proposal_id, reason_code, state, person_id, period, total_idr, kind, months_covered, is_clock_at_stake, proposed_by, checked_by,
           note_number, NULL::bigint AS monthly_idr
    FROM reporting.correction_overview
    UNION ALL
    SELECT r.proposal_id, r.reason_code,
           CASE k.answer WHEN 'agree' THEN 'agreed' WHEN 'disagree' THEN 'turned_down' ELSE 'proposed' END,
           r.person_id, r.period, 0, 'removal', r.months_covered, r.is_clock_at_stake, r.actor, k.actor, NULL, r.monthly_idr
    FROM billing.removal r LEFT JOIN billing.removal_check k USING (removal_id)
)
SELECT proposal_id,
       min(reason_code) AS reason_code,
       min(state) AS state, -- one answer and one note month for all of it
       min(person_id) AS person_id,
       min(period) AS covers_from,
       max(period) AS covers_to,
       count(DISTINCT period) FILTER (WHERE kind <> 'removal') AS months,
       coalesce(sum(total_idr) FILTER (WHERE kind = 'credit'), 0)::bigint AS credit_idr,
       coalesce(sum(total_idr) FILTER (WHERE kind = 'debit'), 0)::bigint AS debit_idr,
       max(months_covered) AS months_covered,
       count(DISTINCT period) FILTER (WHERE is_clock_at_stake) AS at_stake,
       min(proposed_by) AS proposed_by,
       min(checked_by) AS checked_by,
       max(note_number) AS note_number,
       max(monthly_idr) AS monthly_idr
FROM wanted
WHERE CAST(:ids AS bigint[]) IS NULL OR proposal_id = ANY (CAST(:ids AS bigint[]))
GROUP BY proposal_id
ORDER BY proposal_id
