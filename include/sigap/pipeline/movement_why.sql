-- Why somebody is in one of the two months only, on a line or added by a note. `before` and `period`: coverage months.
WITH was AS (
    SELECT l.person_id FROM billing.invoice_line l JOIN billing.invoice i USING (invoice_id) WHERE l.period = :before AND NOT l.is_void
    UNION SELECT person_id FROM billing.note_line WHERE period = :before AND line_id IS NULL
),
now AS (
    SELECT l.person_id FROM billing.invoice_line l JOIN billing.invoice i USING (invoice_id) WHERE l.period = :period AND NOT l.is_void
    UNION SELECT person_id FROM billing.note_line WHERE period = :period AND line_id IS NULL
),
roster AS (
    SELECT coalesce(
        (SELECT max(roster_id) FROM billing.invoice WHERE period = :period AND status <> 'void'),
        (SELECT max(roster_id) FROM entitlement.roster WHERE period = :period AND status = 'approved')) AS roster_id
),
credited AS ( -- a line of this month that a note took back
    SELECT b.person_id, max(c.reason_code) AS reason_code
    FROM billing.note_line b
    JOIN billing.note n ON n.note_id = b.note_id
    JOIN billing.correction c ON c.correction_id = b.correction_id
    WHERE b.period = :period AND n.period <= :period AND n.kind = 'credit' AND c.reason_code <> 'NIK_CORRECTED'
    GROUP BY b.person_id
),
gone AS (SELECT person_id FROM was EXCEPT SELECT person_id FROM now)
SELECT g.person_id,
       coalesce(min(k.reason_code), min(CASE d.outcome WHEN 'subsidised' THEN 'NOT_BILLED' ELSE d.reason_code END), 'NOT_LISTED') AS reason_code
FROM gone g
CROSS JOIN roster r
LEFT JOIN entitlement.decision d ON d.roster_id = r.roster_id AND d.person_id = g.person_id
LEFT JOIN billing.parked k ON k.roster_id = r.roster_id AND k.person_id = g.person_id AND k.period = :period
GROUP BY g.person_id
UNION ALL
SELECT person_id, reason_code FROM credited WHERE person_id NOT IN (SELECT person_id FROM gone)
UNION ALL
SELECT j.person_id, 'RETURNED' FROM (SELECT person_id FROM now EXCEPT SELECT person_id FROM was) j
WHERE j.person_id NOT IN (SELECT person_id FROM credited)
  AND EXISTS (
      SELECT FROM billing.invoice_line e JOIN billing.invoice i USING (invoice_id)
      WHERE e.person_id = j.person_id AND e.period < :before AND NOT e.is_void
  )
