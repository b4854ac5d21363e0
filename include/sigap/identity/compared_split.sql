-- Who is new. A digest that more rows of the lists share than before is new too: they are pairs among themselves. A worker who was
-- not looked for among the members, because of a membership under the very NIK, is new to them once that is gone.
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT record FROM worker_fact
JOIN (SELECT fact, count(*) AS rows FROM worker_fact GROUP BY fact) AS now USING (fact)
LEFT JOIN (SELECT fact, rows FROM facts_before WHERE side = 'worker') AS old USING (fact)
WHERE old.rows IS NULL OR now.rows > old.rows;

CREATE OR REPLACE TEMP TABLE fresh_open AS
SELECT record FROM worker_fact ANTI JOIN (SELECT fact FROM facts_before WHERE side = 'worker' AND is_open) AS old USING (fact);

CREATE OR REPLACE TEMP VIEW new_worker AS SELECT worker.* FROM worker SEMI JOIN fresh USING (record);
CREATE OR REPLACE TEMP VIEW old_worker AS SELECT worker.* FROM worker ANTI JOIN fresh USING (record);
CREATE OR REPLACE TEMP VIEW new_open_worker AS SELECT open_worker.* FROM open_worker SEMI JOIN fresh_open USING (record);
CREATE OR REPLACE TEMP VIEW old_open_worker AS SELECT open_worker.* FROM open_worker ANTI JOIN fresh_open USING (record);
CREATE OR REPLACE TEMP TABLE new_member AS
SELECT member.* FROM member SEMI JOIN (
    SELECT record FROM member_fact ANTI JOIN (SELECT fact FROM facts_before WHERE side = 'member') AS old USING (fact)
) AS added USING (record);

-- Two rows of one digest meet in both orders here, and whoever is new is looked for in any case: each pair stands in `found` once.
INSERT INTO found
SELECT DISTINCT 'rows', least(l.record, r.record), greatest(l.record, r.record)
FROM found_before JOIN worker_fact AS l ON l.fact = left_fact JOIN worker_fact AS r ON r.fact = right_fact
ANTI JOIN fresh AS new_left ON new_left.record = l.record ANTI JOIN fresh AS new_right ON new_right.record = r.record
WHERE kind = 'rows' AND l.record <> r.record;

INSERT INTO found
SELECT 'membership', l.record, r.record
FROM found_before JOIN worker_fact AS l ON l.fact = left_fact JOIN member_fact AS r ON r.fact = right_fact
SEMI JOIN open_worker ON open_worker.record = l.record
WHERE kind = 'membership';
