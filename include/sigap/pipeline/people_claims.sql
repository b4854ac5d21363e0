-- Which person each entity claims, by its NIK and as last month's person, and who wins where two claim one.
ANALYZE listed;

CREATE TEMP TABLE carried ON COMMIT DROP AS
SELECT entity, nik, coalesce(bool_or(is_lead), false) AS is_lead FROM listed WHERE nik IS NOT NULL GROUP BY entity, nik;
ANALYZE carried;

-- A verdict is about two NIK, whichever is named first; the newest of a pair counts.
CREATE TEMP TABLE said ON COMMIT DROP AS
SELECT DISTINCT ON (nik, other_nik) nik, other_nik, verdict, verdict_id, actor
FROM (SELECT * FROM verdict UNION ALL SELECT other_nik, nik, verdict, verdict_id, actor FROM verdict) both_ways
ORDER BY nik, other_nik, verdict_id DESC;
ANALYZE said;

-- Before the month: whose each NIK was, and who was merged. What another government that shares the warehouse recorded for the month
-- counts too, where the NIK was nobody's before: one human has one number, whoever lists them first.
CREATE TEMP TABLE home ON COMMIT DROP AS
WITH wanted AS (SELECT nik FROM carried UNION SELECT nik FROM said)
SELECT h.nik, h.person_id, h.since
FROM identity.nik_as_of(current_setting('sigap.before')) h
WHERE h.nik IN (SELECT nik FROM wanted)
UNION ALL
SELECT o.nik, o.person_id, o.since
FROM (
    SELECT DISTINCT ON (nik) nik, person_id, period AS since
    FROM identity.person_nik
    WHERE period = current_setting('sigap.period') AND government <> audit.government() AND withdrawn_at IS NULL
    ORDER BY nik, person_nik_id
) o
WHERE o.nik IN (SELECT nik FROM wanted)
  AND NOT EXISTS (
      SELECT FROM identity.person_nik before
      WHERE before.nik = o.nik AND before.withdrawn_at IS NULL AND before.period <= current_setting('sigap.before')
  );
ANALYZE home;
CREATE TEMP TABLE merge ON COMMIT DROP AS
SELECT m.* FROM identity.merge_as_of(current_setting('sigap.before')) m;
ANALYZE merge;

-- Two NIK of one person, or of one group of merged people, that a verdict says are two people.
CREATE TEMP TABLE apart ON COMMIT DROP AS
SELECT s.nik, s.other_nik, h.person_id, o.person_id AS other_person_id, coalesce(hm.survivor_id, h.person_id) AS survivor_id,
       s.verdict_id, s.actor
FROM said s
JOIN home h ON h.nik = s.nik
JOIN home o ON o.nik = s.other_nik
LEFT JOIN merge hm ON hm.person_id = h.person_id
LEFT JOIN merge om ON om.person_id = o.person_id
WHERE s.verdict = 'different'
  AND coalesce(hm.survivor_id, h.person_id) = coalesce(om.survivor_id, o.person_id)
  AND NOT EXISTS (SELECT FROM carried c JOIN carried d USING (entity) WHERE c.nik = s.nik AND d.nik = s.other_nik);
ANALYZE apart;

-- Of two NIK of one person, the one that came later goes.
CREATE TEMP TABLE gone ON COMMIT DROP AS
SELECT DISTINCT a.nik
FROM apart a
JOIN identity.person p USING (person_id)
JOIN home h ON h.nik = a.nik
JOIN home o ON o.nik = a.other_nik
WHERE a.person_id = a.other_person_id
  AND (h.since, (h.nik <> p.nik)::int, h.nik) > (o.since, (o.nik <> p.nik)::int, o.nik);

-- The merges left when the younger of each such two has gone (the elder never stands below the younger).
CREATE TEMP TABLE kept ON COMMIT DROP AS
SELECT person_id, parent_id FROM merge
WHERE person_id NOT IN (SELECT greatest(person_id, other_person_id) FROM apart WHERE person_id <> other_person_id);
CREATE TEMP TABLE grouped ON COMMIT DROP AS
WITH RECURSIVE down AS (
    SELECT person_id, person_id AS top_id
    FROM (SELECT person_id FROM merge UNION SELECT parent_id FROM merge) member
    WHERE person_id NOT IN (SELECT person_id FROM kept)
    UNION ALL
    SELECT k.person_id, d.top_id FROM down d JOIN kept k ON k.parent_id = d.person_id
)
SELECT * FROM down;

-- Of a group that a verdict takes apart, last month's person says nothing about an entity that has a NIK of its own there.
CREATE TEMP TABLE claim ON COMMIT DROP AS
WITH by_nik AS (
    SELECT c.entity, h.person_id, h.since, c.nik, coalesce(m.survivor_id, h.person_id) AS survivor_id
    FROM carried c JOIN home h ON h.nik = c.nik LEFT JOIN merge m ON m.person_id = h.person_id
), by_month AS (
    SELECT DISTINCT l.entity, coalesce(m.survivor_id, l.known) AS person_id
    FROM listed l LEFT JOIN merge m ON m.person_id = l.known WHERE l.known IS NOT NULL
)
SELECT entity, person_id, bool_or(is_known) AS is_known, min(since) AS since, min(nik) AS nik
FROM (
    SELECT entity, person_id, false AS is_known, since, nik FROM by_nik WHERE nik NOT IN (SELECT nik FROM gone)
    UNION ALL
    SELECT entity, person_id, true, NULL, NULL FROM by_month k
    WHERE k.person_id NOT IN (SELECT survivor_id FROM apart)
       OR NOT EXISTS (SELECT FROM by_nik n WHERE n.entity = k.entity AND n.survivor_id = k.person_id)
) made
GROUP BY entity, person_id;
ANALYZE claim;

-- One entity each: that of last month, the one with the NIK they went by, the one with the older NIK. Where a verdict took two NIK
-- apart the older NIK comes first: it restores what was before the two were joined.
CREATE TEMP TABLE won ON COMMIT DROP AS
WITH contested AS (SELECT person_id FROM claim GROUP BY person_id HAVING count(*) > 1),
names AS (
    SELECT p.person_id, p.nik FROM identity.person_as_of(current_setting('sigap.before')) p
    WHERE EXISTS (SELECT FROM contested) AND p.person_id IN (SELECT person_id FROM contested)
)
SELECT entity, person_id FROM claim c WHERE NOT EXISTS (SELECT FROM contested WHERE contested.person_id = c.person_id)
UNION ALL
SELECT entity, person_id FROM (
    SELECT DISTINCT ON (cl.person_id) cl.entity, cl.person_id
    FROM claim cl
    LEFT JOIN merge m ON m.person_id = cl.person_id
    LEFT JOIN names ON names.person_id = cl.person_id
    LEFT JOIN carried c ON c.entity = cl.entity AND c.nik = names.nik
    WHERE cl.person_id IN (SELECT person_id FROM contested)
    ORDER BY cl.person_id,
        CASE WHEN coalesce(m.survivor_id, cl.person_id) IN (SELECT survivor_id FROM apart) THEN cl.since END NULLS LAST,
        cl.is_known DESC, c.nik IS NOT NULL DESC, cl.since NULLS LAST, cl.nik NULLS LAST, cl.entity
) first_of_each;
ANALYZE won;
