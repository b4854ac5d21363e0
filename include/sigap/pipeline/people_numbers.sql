-- Which number each entity has after the month. Merged people go with their elder unless another entity claims them.
CREATE TEMP TABLE holder ON COMMIT DROP AS
WITH RECURSIVE first_of_group AS (
    SELECT DISTINCT ON (g.top_id) g.top_id, w.entity FROM grouped g JOIN won w USING (person_id) ORDER BY g.top_id, g.person_id
), down AS (
    SELECT g.person_id, CAST(NULL AS bigint) AS parent_id, f.entity
    FROM grouped g LEFT JOIN first_of_group f USING (top_id) WHERE g.person_id = g.top_id
    UNION ALL
    SELECT k.person_id, CASE WHEN w.entity IS NULL OR w.entity = d.entity THEN d.person_id END, coalesce(w.entity, d.entity)
    FROM down d JOIN kept k ON k.parent_id = d.person_id LEFT JOIN won w ON w.person_id = k.person_id
)
SELECT person_id, parent_id, entity FROM down
UNION ALL
SELECT person_id, NULL, entity FROM won w WHERE NOT EXISTS (SELECT FROM grouped g WHERE g.person_id = w.person_id);
ANALYZE holder;

-- The elder's number goes on.
CREATE TEMP TABLE assigned ON COMMIT DROP AS
SELECT e.entity, lead.nik, min(h.person_id) AS person_id
FROM (SELECT DISTINCT entity FROM listed) e
LEFT JOIN (
    SELECT entity, coalesce(min(nik) FILTER (WHERE is_lead), min(nik)) AS nik FROM carried GROUP BY entity
) lead USING (entity)
LEFT JOIN holder h ON h.entity = e.entity AND h.parent_id IS NULL
GROUP BY e.entity, lead.nik;

-- Whoever is left is new: a number that an earlier run gave out for one of their NIK and nobody bears, else the next one, in the
-- order of NIK.
WITH fresh AS (
    SELECT entity, nik FROM assigned WHERE person_id IS NULL AND nik IS NOT NULL
), wanted AS (
    SELECT c.entity, c.nik, row_number() OVER (PARTITION BY c.nik ORDER BY c.is_lead DESC, c.entity) AS turn
    FROM carried c WHERE c.entity IN (SELECT entity FROM fresh)
), unused AS (
    SELECT p.person_id, p.nik COLLATE "C" AS nik, row_number() OVER (PARTITION BY p.nik COLLATE "C" ORDER BY p.person_id) AS turn
    FROM identity.person p
    WHERE p.nik IN (SELECT nik FROM wanted)
      AND NOT EXISTS (SELECT FROM holder h WHERE h.person_id = p.person_id)
      AND NOT EXISTS (
          SELECT FROM identity.person_event e
          WHERE e.person_id = p.person_id AND e.kind = 'created' AND e.withdrawn_at IS NULL AND e.period <= current_setting('sigap.before')
      )
), reserved AS (
    SELECT entity, min(person_id) AS person_id FROM wanted JOIN unused USING (nik, turn) GROUP BY entity
), numbered AS (
    SELECT f.entity, coalesce(r.person_id, newest.person_id + row_number() OVER (
        PARTITION BY r.person_id IS NULL ORDER BY f.nik, f.entity
    )) AS person_id
    FROM fresh f LEFT JOIN reserved r USING (entity)
    CROSS JOIN (SELECT coalesce(max(person_id), 0) AS person_id FROM identity.person) newest
)
UPDATE assigned SET person_id = numbered.person_id FROM numbered WHERE numbered.entity = assigned.entity;
INSERT INTO identity.person (person_id, nik, first_period)
SELECT a.person_id, a.nik, current_setting('sigap.period')
FROM assigned a
WHERE a.person_id > (SELECT coalesce(max(person_id), 0) FROM identity.person)
ORDER BY a.person_id;
ANALYZE assigned;
