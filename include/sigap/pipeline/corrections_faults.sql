-- What is wrong with the first proposal that cannot be kept; none when all can.
WITH known AS (
    SELECT a.place, count(f.place) AS lines, count(f.place) FILTER (WHERE f.status = 'issued') AS issued,
           count(f.place) FILTER (WHERE f.status = 'void') AS void,
           count(f.place) FILTER (WHERE f.status = 'issued' AND f.jkk_idr + f.jkm_idr > 0) AS worth
    FROM asked a LEFT JOIN found f ON f.place = a.place GROUP BY a.place
),
twice AS (
    SELECT f.place FROM found f
    JOIN found e ON e.place < f.place AND e.status = 'issued' AND f.status = 'issued' AND e.jkk_idr + e.jkm_idr > 0
        AND (e.line_id = f.line_id OR e.reverses_id = f.reverses_id
             OR (e.line_id IS NULL AND f.line_id IS NULL AND e.person_id = f.person_id AND e.period = f.period AND e.share_no = f.share_no))
),
judged AS (
    SELECT a.place, CASE
        WHEN a.reason_code = 'LEFT_OUT' THEN CASE
            WHEN NOT o.is_known THEN 'PERSON_UNKNOWN' WHEN NOT o.is_billed THEN 'MONTH_NOT_ISSUED'
            WHEN o.has_line THEN 'HAS_LINE' WHEN o.is_added THEN 'ADDED_BEFORE' WHEN o.payer_set IS NULL THEN 'NO_PAYER' END
        WHEN m.place IS NOT NULL THEN m.fault
        WHEN a.reason_code = 'REVERSED' AND k.issued = 0 THEN 'NOT_REVERSIBLE'
        WHEN a.line_id IS NOT NULL AND l.line_id IS NULL THEN 'LINE_UNKNOWN'
        WHEN a.from_month IS NOT NULL AND coalesce(a.month, l.period) < a.from_month THEN 'BEFORE_DAY'
        WHEN a.line_id IS NOT NULL AND k.void > 0 THEN 'INVOICE_VOID'
        WHEN a.line_id IS NOT NULL AND k.lines > 0 AND k.issued = 0 THEN 'NOT_ISSUED'
        WHEN k.issued = 0 THEN 'NO_LINE'
        WHEN k.worth = 0 THEN 'NOTHING_LEFT'
        END AS fault
    FROM asked a
    JOIN known k ON k.place = a.place
    LEFT JOIN billing.invoice_line l ON l.line_id = a.line_id AND l.invoice_id IN (SELECT invoice_id FROM billing.invoice)
    LEFT JOIN left_out o ON o.place = a.place
    LEFT JOIN removing m ON m.place = a.place
)
SELECT j.place, coalesce(j.fault, 'TWICE') AS fault
FROM judged j LEFT JOIN (SELECT DISTINCT place FROM twice) t ON t.place = j.place
WHERE j.fault IS NOT NULL OR t.place IS NOT NULL
ORDER BY j.place LIMIT 1
