SELECT proposal_id,
       min(reason_code) AS reason_code,
       min(state) AS state, -- one answer and one note month for all of it
       min(person_id) AS person_id,
       min(period) AS covers_from,
       max(period) AS covers_to,
       count(DISTINCT period) AS months,
       coalesce(sum(total_idr) FILTER (WHERE kind = 'credit'), 0)::bigint AS credit_idr,
       coalesce(sum(total_idr) FILTER (WHERE kind = 'debit'), 0)::bigint AS debit_idr,
       max(months_covered) AS months_covered,
       count(DISTINCT period) FILTER (WHERE is_clock_at_stake) AS at_stake,
       min(proposed_by) AS proposed_by,
       min(checked_by) AS checked_by,
       max(note_number) AS note_number
FROM reporting.correction_overview
WHERE CAST(:ids AS bigint[]) IS NULL OR proposal_id = ANY (CAST(:ids AS bigint[]))
GROUP BY proposal_id
ORDER BY proposal_id
