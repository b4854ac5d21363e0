-- What the engine found beside the truth, counted by class of source. A row has the memberships of the person it was put together with.
CREATE TEMP TABLE told AS
SELECT record, entity, person, unnest(['all', CASE WHEN list_contains($registry, source) THEN 'registry' ELSE 'association' END]) AS source_class
FROM workers JOIN truth_workers USING (record) JOIN entities USING (record);

CREATE TEMP TABLE membership_pair AS
SELECT DISTINCT entity, "right" AS member, decision
FROM pairs JOIN entities ON record = "left" WHERE kind = 'membership' AND decision IN ('same', 'review');

CREATE TEMP TABLE looked_at AS
SELECT "left" AS record FROM pairs WHERE decision = 'review' UNION SELECT "right" FROM pairs WHERE decision = 'review' AND kind = 'rows';

-- Rows and memberships: pairs said to be one person's, and pairs that are.
CREATE TEMP TABLE linked AS
WITH said AS (
    SELECT source_class, count(*) AS said, count(*) FILTER (told.person = truth_members.person) AS hits
    FROM told JOIN membership_pair USING (entity) JOIN truth_members ON truth_members.record = member
    WHERE decision = 'same' GROUP BY source_class
), there AS (
    SELECT source_class, count(*) AS truths FROM told JOIN truth_members USING (person) GROUP BY source_class
)
SELECT source_class, coalesce(said, 0) AS said, coalesce(truths, 0) AS truths, coalesce(hits, 0) AS hits
FROM said FULL JOIN there USING (source_class);

-- Rows of the lists that are one person: pairs of them.
CREATE TEMP TABLE joined AS
WITH listed AS (SELECT * FROM told WHERE source_class = 'all')
SELECT (SELECT count(*) FROM listed AS l JOIN listed AS r USING (entity) WHERE l.record < r.record) AS said,
       (SELECT count(*) FROM listed AS l JOIN listed AS r USING (person) WHERE l.record < r.record) AS truths,
       (SELECT count(*) FROM listed AS l JOIN listed AS r USING (entity, person) WHERE l.record < r.record) AS hits;

CREATE TEMP TABLE counted AS
SELECT source_class, 'precision' AS measure, hits, said AS n FROM linked
UNION ALL SELECT source_class, 'recall', hits, truths FROM linked
UNION ALL SELECT source_class, 'f1', hits, said + truths - hits FROM linked
UNION ALL SELECT source_class, 'called_new', count(*) FILTER (entity NOT IN (SELECT entity FROM membership_pair)), count(*)
          FROM told WHERE person IN (SELECT person FROM truth_members) GROUP BY source_class
UNION ALL SELECT source_class, 'in_review', count(*) FILTER (record IN (SELECT record FROM looked_at)), count(*) FROM told GROUP BY source_class
UNION ALL SELECT 'all', 'rows_precision', hits, said FROM joined
UNION ALL SELECT 'all', 'rows_recall', hits, truths FROM joined;
