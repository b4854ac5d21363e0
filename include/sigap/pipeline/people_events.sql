-- What the month did: merges, names and NIK after it, compared with those before.
CREATE TEMP TABLE merge_after ON COMMIT DROP AS
SELECT h.person_id, coalesce(h.parent_id, a.person_id) AS parent_id, h.entity
FROM holder h LEFT JOIN assigned a ON a.entity = h.entity
WHERE coalesce(h.parent_id, a.person_id) <> h.person_id;

CREATE TEMP TABLE went_by ON COMMIT DROP AS
SELECT p.person_id, p.nik
FROM identity.person_as_of(current_setting('sigap.before')) p
WHERE p.person_id IN (SELECT person_id FROM assigned);
ANALYZE merge_after;
ANALYZE went_by;

CREATE TEMP TABLE event (
    kind text, person_id bigint, other_person_id bigint, nik_before varchar(16), nik_after varchar(16), verdict_id bigint, actor text
) ON COMMIT DROP;

INSERT INTO event
WITH parted AS MATERIALIZED (
    SELECT DISTINCT ON (person_id) person_id, verdict_id, actor FROM apart WHERE other_person_id <> person_id
    ORDER BY person_id, verdict_id DESC
)
SELECT 'unmerged', m.person_id, m.parent_id, NULL, NULL, v.verdict_id, v.actor
FROM merge m
LEFT JOIN merge_after a USING (person_id)
LEFT JOIN parted v USING (person_id)
WHERE a.parent_id IS DISTINCT FROM m.parent_id;

INSERT INTO event
WITH joined AS MATERIALIZED (
    SELECT DISTINCT ON (c.entity, h.person_id) c.entity, h.person_id, s.verdict_id, s.actor
    FROM said s
    JOIN home h ON h.nik = s.nik
    JOIN carried c ON c.nik = s.nik
    JOIN carried d ON d.nik = s.other_nik AND d.entity = c.entity
    WHERE s.verdict = 'same'
    ORDER BY c.entity, h.person_id, s.verdict_id DESC
)
SELECT 'merged', a.person_id, a.parent_id, NULL, NULL, v.verdict_id, v.actor
FROM merge_after a
LEFT JOIN merge m USING (person_id)
LEFT JOIN joined v ON v.entity = a.entity AND v.person_id = a.person_id
WHERE m.parent_id IS DISTINCT FROM a.parent_id;

INSERT INTO event
WITH parted AS MATERIALIZED (
    SELECT DISTINCT ON (nik) nik, verdict_id, actor FROM apart WHERE person_id = other_person_id ORDER BY nik, verdict_id DESC
)
SELECT 'created', a.person_id, NULL, NULL, coalesce(a.nik, p.nik), v.verdict_id, v.actor
FROM assigned a
JOIN identity.person p USING (person_id)
LEFT JOIN parted v ON v.nik = a.nik
WHERE NOT EXISTS (SELECT FROM went_by w WHERE w.person_id = a.person_id);

INSERT INTO event
SELECT 'nik_corrected', a.person_id, NULL, w.nik, a.nik, s.verdict_id, s.actor
FROM assigned a
JOIN went_by w USING (person_id)
LEFT JOIN said s ON s.nik = w.nik AND s.other_nik = a.nik AND s.verdict = 'same'
WHERE a.nik <> w.nik;

-- Who is in no list and went by the NIK of somebody who left goes by the last one of their own again.
INSERT INTO event
WITH RECURSIVE left_behind AS (  -- everybody of the groups that lost somebody, and what the verdict was
    SELECT member.person_id, v.verdict_id, v.actor
    FROM (SELECT person_id, survivor_id FROM merge UNION SELECT survivor_id, survivor_id FROM merge) member
    LEFT JOIN LATERAL (
        SELECT verdict_id, actor FROM apart WHERE apart.survivor_id = member.survivor_id ORDER BY verdict_id DESC LIMIT 1
    ) v ON true
    WHERE member.survivor_id IN (SELECT m.survivor_id FROM event e JOIN merge m USING (person_id) WHERE e.kind = 'unmerged')
), within AS (  -- whom each of them stands for after the month
    SELECT person_id AS elder_id, person_id FROM left_behind
    UNION ALL
    SELECT w.elder_id, a.person_id FROM within w JOIN merge_after a ON a.parent_id = w.person_id
)
SELECT 'nik_corrected', b.person_id, NULL, named.nik, own.nik_after, b.verdict_id, b.actor
FROM left_behind b
JOIN LATERAL (SELECT nik FROM identity.person_as_of(current_setting('sigap.before')) p WHERE p.person_id = b.person_id) named ON true
JOIN LATERAL (
    SELECT e.nik_after
    FROM identity.person_event e
    JOIN identity.nik_as_of(current_setting('sigap.before')) n ON n.nik = e.nik_after
    JOIN within w ON w.elder_id = b.person_id AND w.person_id = n.person_id
    WHERE e.person_id = b.person_id AND e.kind IN ('created', 'nik_corrected') AND e.withdrawn_at IS NULL
      AND e.period <= current_setting('sigap.before')
    ORDER BY e.period DESC, e.kind DESC LIMIT 1
) own ON true
WHERE own.nik_after <> named.nik
  AND NOT EXISTS (SELECT FROM assigned a WHERE a.person_id = b.person_id AND a.nik IS NOT NULL);

-- A NIK stays where it was while that person's entity carries it; else it is that of its entity, of the elder if two carry it.
CREATE TEMP TABLE belonging ON COMMIT DROP AS
SELECT c.nik, min(a.person_id) AS person_id
FROM carried c
JOIN assigned a USING (entity)
LEFT JOIN home h ON h.nik = c.nik AND h.since < current_setting('sigap.period')  -- what others say of the month each says for itself
LEFT JOIN holder o ON o.person_id = h.person_id
GROUP BY c.nik
HAVING bool_or(o.entity = c.entity) IS NOT TRUE;
