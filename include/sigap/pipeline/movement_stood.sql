-- What stands for a coverage month, counting notes booked before `until`: lines of which something remains, and who was added. Drafts count.
WITH noted AS (
    SELECT b.line_id, b.person_id, c.payer_set, c.share_no, c.funding_source, sum(CASE n.kind WHEN 'debit' THEN b.total_idr ELSE -b.total_idr END) AS total_idr
    FROM billing.note_line b
    JOIN billing.note n ON n.note_id = b.note_id
    JOIN billing.correction c ON c.correction_id = b.correction_id
    WHERE b.period = :period AND n.period < :until
    GROUP BY b.line_id, b.person_id, c.payer_set, c.share_no, c.funding_source
)
SELECT l.person_id, l.payer_set, i.funding_source, d.kecamatan_code, d.sector, (l.share_no = 1)::int AS heads,
       l.total_idr + coalesce(n.total_idr, 0) AS total_idr
FROM billing.invoice_line l
JOIN billing.invoice i ON i.invoice_id = l.invoice_id
LEFT JOIN entitlement.decision d ON d.roster_id = l.roster_id AND d.person_id = l.person_id
LEFT JOIN noted n ON n.line_id = l.line_id
WHERE l.period = :period AND NOT l.is_void AND l.total_idr + coalesce(n.total_idr, 0) > 0
UNION ALL
SELECT n.person_id, n.payer_set, n.funding_source, d.kecamatan_code, d.sector, (n.share_no = 1)::int, n.total_idr
FROM noted n
LEFT JOIN LATERAL (
    SELECT d.kecamatan_code, d.sector FROM entitlement.decision d JOIN billing.invoice i ON i.roster_id = d.roster_id
    WHERE d.person_id = n.person_id AND i.status = 'issued' AND :period BETWEEN i.covers_from AND i.covers_to LIMIT 1
) d ON true
WHERE n.line_id IS NULL AND n.total_idr > 0
