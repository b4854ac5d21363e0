-- Digests of both sides, how many rows share each, and whether the worker was looked for among the members.
CREATE OR REPLACE TEMP TABLE facts_now AS
SELECT 'worker' AS side, fact, count(*)::INT AS rows, coalesce(bool_or(is_open), false) AS is_open
FROM worker_fact LEFT JOIN (SELECT record, true AS is_open FROM open_worker) AS opened USING (record)
GROUP BY fact
UNION ALL
SELECT 'member', fact, 1, false FROM (SELECT DISTINCT fact FROM member_fact)
ORDER BY side, fact;

CREATE OR REPLACE TEMP TABLE found_now AS
SELECT DISTINCT kind, l.fact AS left_fact, coalesce(w.fact, m.fact) AS right_fact
FROM found JOIN worker_fact AS l ON l.record = found."left"
LEFT JOIN worker_fact AS w ON kind = 'rows' AND w.record = found."right"
LEFT JOIN member_fact AS m ON kind = 'membership' AND m.record = found."right"
ORDER BY ALL;
