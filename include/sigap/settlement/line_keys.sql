-- Each movement with its key. Of a bank the like lines of a day are counted, so that two genuine payments stay two and a
-- statement that comes again, or overlaps another, brings the same keys. A number of SP2D or receipt is one movement however
-- often a list repeats it.
WITH worded AS (
    SELECT
        *,
        CAST(json_array($channel, account, booked_on, amount_idr, upper(reference), upper(description)) AS VARCHAR) AS content
    FROM movements
),

counted AS (
    SELECT *, row_number() OVER (PARTITION BY content ORDER BY sheet, row) AS occurrence
    FROM worded
)

SELECT
    sheet, row, account, booked_on, amount_idr, reference, description,
    sha256(content || occurrence) AS line_key
FROM counted
WHERE occurrence = 1 OR $repeats_count
ORDER BY sheet, row
