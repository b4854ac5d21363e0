-- Digests of both sides, how many rows of the lists share each, and whether such a worker was looked for among the members.
CREATE OR REPLACE TEMP TABLE facts_now AS
(
    SELECT 'worker' AS side, fact, count(*)::INT AS rows, bool_or(opened.record IS NOT NULL) AS is_open
    FROM worker_fact LEFT JOIN (SELECT record FROM open_worker) AS opened USING (record)
    GROUP BY fact ORDER BY fact
)
UNION ALL
SELECT 'member', fact, 1, false FROM member_fact;

CREATE OR REPLACE TEMP TABLE found_now AS
SELECT DISTINCT kind, l.fact AS left_fact, coalesce(w.fact, m.fact) AS right_fact
FROM found JOIN worker_fact AS l ON l.record = found."left"
LEFT JOIN worker_fact AS w ON kind = 'rows' AND w.record = found."right"
LEFT JOIN member_fact AS m ON kind = 'membership' AND m.record = found."right"
ORDER BY ALL;
