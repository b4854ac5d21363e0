-- How far one list stands in another. A row is found again by its NIK or by name and birth date: in a corrected list, one of them has
-- usually changed. Lists are compared by hashes, so that millions of rows fit in memory.
WITH niks AS (SELECT DISTINCT nik FROM newer WHERE nik IS NOT NULL),

people AS (SELECT DISTINCT person FROM newer WHERE person IS NOT NULL),

found AS (
    SELECT count(*) AS rows, count(*) FILTER (WHERE nik IN (FROM niks) OR person IN (FROM people) OR line IN (SELECT line FROM newer)) AS again
    FROM earlier
),

added AS (
    SELECT count(*) AS rows
    FROM newer
    WHERE line NOT IN (SELECT line FROM earlier)
        AND (nik IS NULL OR nik NOT IN (SELECT nik FROM earlier WHERE nik IS NOT NULL))
        AND (person IS NULL OR person NOT IN (SELECT person FROM earlier WHERE person IS NOT NULL))
)

SELECT found.again, added.rows, found.rows - found.again FROM found, added
