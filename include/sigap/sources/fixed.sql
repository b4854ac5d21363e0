-- The rows that were fixed, under the sheet and the headers of the original. A filter leaves its mark on lines that it hides: what was
-- fixed was seen.
SELECT
    sent.* EXCLUDE (named) REPLACE (
        lists.sheet AS sheet,
        to_json(map(
            [header FOR header IN headers IF header <> ''],
            [named[theirs[place]] FOR place IN range(1, len(headers) + 1) IF headers[place] <> '']
        ))::VARCHAR AS cells,
        array_to_string([flag FOR flag IN string_split(flags, ',') IF flag <> 'ROW_HIDDEN'], ',') AS flags
    )
FROM (SELECT *, from_json(cells, '"MAP(VARCHAR, VARCHAR)"') AS named FROM returned) AS sent
JOIN lists ON lists.title = sent.sheet
JOIN became ON became.sheet = lists.sheet AND became.row = sent.row AND became.what = 'fixed'
ORDER BY lists.sheet, sent.row
