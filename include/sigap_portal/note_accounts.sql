-- Who proposed the corrections of note :note_id and who agreed to them, with the first and the last moment of each.
SELECT c.actor AS proposed_by, min(c.proposed_at) AS proposed_at, max(c.proposed_at) AS last_proposed_at,
       k.actor AS checked_by, min(k.checked_at) AS checked_at, max(k.checked_at) AS last_checked_at,
       count(*) AS corrections, sum(b.total_idr)::bigint AS total_idr
FROM billing.note_line b
JOIN billing.correction c ON c.correction_id = b.correction_id
JOIN billing.correction_check k ON k.correction_id = b.correction_id
WHERE b.note_id = :note_id
GROUP BY c.actor, k.actor
ORDER BY min(c.proposed_at), c.actor, k.actor
