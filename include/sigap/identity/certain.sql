-- Pairs under one NIK, whatever else they say: each row with the first row of its NIK, and each row with the memberships of its NIK.
CREATE OR REPLACE TEMP TABLE lead AS
SELECT nik, min(record) AS record FROM worker WHERE nik IS NOT NULL GROUP BY nik;

CREATE OR REPLACE TEMP TABLE same_nik AS
SELECT 'rows' AS kind, lead.record AS "left", worker.record AS "right"
FROM worker JOIN lead ON worker.nik = lead.nik AND worker.record <> lead.record
UNION ALL
SELECT 'membership', worker.record, member.record FROM worker JOIN member ON worker.nik = member.nik;

-- Whoever has a membership under the very NIK is looked for no further.
CREATE OR REPLACE TEMP VIEW open_worker AS
SELECT worker.* FROM worker ANTI JOIN (SELECT "left" AS record FROM same_nik WHERE kind = 'membership') AS settled USING (record);

-- Pairs that are looked at besides. What does not weigh enough is dropped when they are weighed.
CREATE OR REPLACE TEMP TABLE found (kind VARCHAR, "left" BIGINT, "right" BIGINT);
-- Rows of which so many agree that only a few pairs of each are looked at (see crowds.py).
CREATE OR REPLACE TEMP TABLE crowded (record BIGINT);
