-- The rows of one list as its sender gets them back, in their order. Digits that a number cell has lost are shown as lost, so that
-- nobody takes the zero in their place for right. `faults` are what is to be put right, the gravest first; only rows that are not accepted have any.
WITH told AS (
    SELECT row, from_json(cells, '"MAP(VARCHAR, VARCHAR)"') AS named
    FROM received
    WHERE sheet IS NOT DISTINCT FROM $sheet
),

written AS (SELECT row, [nullif(named[header], '') FOR header IN $headers] AS texts FROM told),

judged AS (
    SELECT row, outcome <> 'accepted' AS is_asked, CASE WHEN nik_state = 'damaged' THEN nullif(nik_digits, '') END AS digits
    FROM checked
    WHERE sheet IS NOT DISTINCT FROM $sheet
),

faulty AS (
    SELECT
        row,
        list(
            {'code': code, 'severity': severity, 'column': "column"}
            ORDER BY array_position(['reject', 'hold', 'warn'], severity), "column" NULLS FIRST, code
        ) AS faults
    FROM findings
    WHERE sheet IS NOT DISTINCT FROM $sheet AND severity IN ('reject', 'hold', 'warn')
    GROUP BY row
),

shown AS (
    SELECT
        row,
        is_asked,
        CASE
            WHEN digits IS NULL THEN texts
            ELSE [
                CASE WHEN place = $nik THEN rpad(digits, 16, $lost) ELSE texts[place] END
                FOR place IN range(1, len(texts) + 1)
            ]
        END AS texts
    FROM written JOIN judged USING (row)
)

SELECT
    row::INTEGER AS row,
    is_asked,
    texts,
    CASE WHEN is_asked THEN coalesce(faults, []) ELSE [] END AS faults,
    CASE WHEN is_asked THEN facts_digest(texts) END AS digest
FROM shown LEFT JOIN faulty USING (row)
ORDER BY row
