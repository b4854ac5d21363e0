-- Counts of pairs and rows by class of source, in the order of the fields of Counted.
WITH listed AS (
    SELECT workers.record, person, CASE WHEN source = 'dtks' THEN 'registry' ELSE 'association' END AS class, nik IS NOT NULL AS has_nik
    FROM workers JOIN truth_workers USING (record)
), there AS (
    SELECT listed.record AS "left", truth_members.record AS "right" FROM listed JOIN truth_members USING (person)
), held AS (
    SELECT pair.*, there."left" IS NOT NULL AS is_right
    FROM (SELECT "left", "right", bool_or(is_same) AS is_same FROM pair GROUP BY ALL) AS pair LEFT JOIN there USING ("left", "right")
), by_row AS (
    SELECT "left" AS record, bool_or(is_same) AS has_same, count_if(is_same) AS same, count_if(is_same AND is_right) AS right
    FROM held GROUP BY ALL
), person_seen AS (
    SELECT DISTINCT entity FROM entity JOIN by_row USING (record)
), judged AS (
    SELECT listed.record, class, has_nik, truly.pairs, by_row.*, entity IN (FROM person_seen) AS is_seen
    FROM listed LEFT JOIN (SELECT "left" AS record, count(*) AS pairs FROM there GROUP BY ALL) AS truly USING (record)
    LEFT JOIN by_row USING (record) LEFT JOIN entity USING (record)
)
SELECT class, count(*), coalesce(sum(pairs), 0), coalesce(sum(same), 0), coalesce(sum("right"), 0), count(pairs),
       count_if(pairs IS NOT NULL AND has_same IS NULL),
       count_if(pairs IS NOT NULL AND has_same IS NULL AND NOT coalesce(is_seen, false)),
       count_if(pairs IS NOT NULL AND has_same IS NULL AND NOT coalesce(is_seen, false) AND has_nik),
       count_if(NOT coalesce(has_same, true))
FROM judged GROUP BY class
