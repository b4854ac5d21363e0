-- Digests of both sides, how many rows of the lists share each, and whether such a worker was looked for among the members.
(
    SELECT 'worker' AS side, fact, count(*)::INT AS rows, bool_or(opened.record IS NOT NULL) AS is_open
    FROM worker_fact LEFT JOIN (SELECT record FROM open_worker) AS opened USING (record)
    GROUP BY fact ORDER BY fact
)
UNION ALL
SELECT 'member', fact, 1, false FROM member_fact;

-- Pairs that were worth keeping, those under one NIK apart: they are met again in any case.
SELECT DISTINCT kind, l.fact AS left_fact, coalesce(w.fact, m.fact) AS right_fact
FROM weighed JOIN worker_fact AS l ON l.record = weighed."left"
LEFT JOIN worker_fact AS w ON kind = 'rows' AND w.record = weighed."right"
LEFT JOIN member_fact AS m ON kind = 'membership' AND m.record = weighed."right"
WHERE NOT is_same_nik
ORDER BY ALL;
