-- Three statements: words, whole names, birth dates of `counted_rows`, each with its share, ordered so that a model is the same again.
SELECT token, count(*) / max(named) AS frequency
FROM (
    SELECT DISTINCT record, unnest(string_split(name, ' ')) AS token, (SELECT count(name) FROM counted_rows) AS named
    FROM counted_rows
)
GROUP BY token
HAVING count(*) >= $at_least
ORDER BY frequency DESC, token;

SELECT name, count(*) / (SELECT count(name) FROM counted_rows) AS frequency
FROM counted_rows
WHERE name IS NOT NULL
GROUP BY name
HAVING count(*) >= $at_least
ORDER BY frequency DESC, name
LIMIT $most;

SELECT birth_date, count(*) / (SELECT count(birth_date) FROM counted_rows) AS frequency
FROM counted_rows
WHERE birth_date IS NOT NULL
GROUP BY birth_date
HAVING count(*) >= $at_least
ORDER BY frequency DESC, birth_date;
