-- The versions of a row that do not count: a row and its corrections are one, of which the newest accepted version counts; as long
-- as none is accepted, the newest.
SELECT delivery_id, sheet, row
FROM (
    SELECT
        delivery_id,
        sheet,
        row,
        row_number() OVER (PARTITION BY origin, sheet, row ORDER BY outcome = 'accepted' DESC, number DESC) AS place
    FROM versions
)
WHERE place > 1
