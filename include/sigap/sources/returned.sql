-- What became of every row of a correction workbook, by the digest of its facts: as it came back (sent), as it was shown when it was to
-- be fixed (asked), and as the original and its earlier corrections have it (known, numbered from 0 in the order received).
CREATE TEMP TABLE became AS
WITH written AS (
    SELECT
        lists.sheet,
        row,
        [CASE WHEN headers[place] <> '' THEN nullif(named[theirs[place]], '') END FOR place IN range(1, len(headers) + 1)] AS texts
    FROM (SELECT sheet AS title, row, from_json(cells, '"MAP(VARCHAR, VARCHAR)"') AS named FROM returned)
    JOIN lists USING (title)
),

sent AS (
    SELECT sheet, row, facts_digest(texts) AS digest
    FROM written
    WHERE len([text FOR text IN texts IF fold_cell(text) <> '']) > 0 -- beside an emptied row our own reason still stands
),

wanted AS (SELECT lists.sheet, row, digest FROM asked JOIN lists USING (title)),

versions AS (
    SELECT lists.sheet, row, number, facts_digest([nullif(named[header], '') FOR header IN headers]) AS digest
    FROM (SELECT sheet, row, number, from_json(cells, '"MAP(VARCHAR, VARCHAR)"') AS named FROM known)
    JOIN lists USING (sheet)
),

newest AS (
    SELECT sheet, row, arg_max(digest, number) AS digest, max(number) AS number, list(digest) AS digests
    FROM versions
    GROUP BY sheet, row
),

-- facts that stand on another line than before, while their own line says something else by now
moved AS (
    SELECT DISTINCT sent.sheet, sent.row, true AS is_moved
    FROM sent
    JOIN (SELECT sheet, row, digest FROM versions UNION SELECT sheet, row, digest FROM wanted) AS earlier
        ON earlier.sheet = sent.sheet AND earlier.digest = sent.digest AND earlier.row <> sent.row
    LEFT JOIN sent AS there ON there.sheet = earlier.sheet AND there.row = earlier.row
    WHERE there.digest IS DISTINCT FROM earlier.digest
)

SELECT
    sheet,
    row,
    CASE
        WHEN wanted.digest = sent.digest THEN 'unchanged'
        WHEN wanted.digest IS NOT NULL AND sent.digest IS NULL THEN 'emptied'
        WHEN wanted.digest IS NOT NULL AND newest.number > 0 AND newest.digest = sent.digest THEN 'known'
        WHEN wanted.digest IS NULL AND list_contains(newest.digests, sent.digest) THEN 'fine'
        WHEN is_moved THEN 'moved'
        WHEN wanted.digest IS NOT NULL THEN 'fixed'
        WHEN newest.digest IS NULL THEN 'added'
        ELSE 'locked'
    END AS what
FROM sent
FULL JOIN newest USING (sheet, row)
LEFT JOIN wanted USING (sheet, row)
LEFT JOIN moved USING (sheet, row)
