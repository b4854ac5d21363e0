-- The lines of note :note_id with their persons as the roster of the corrected invoice names them; of somebody who was left out, as the
-- first roster that decided about them does, else by number alone.
CREATE TEMPORARY TABLE noted_line ON COMMIT DROP AS
SELECT b.correction_id, b.person_id, coalesce(d.nik, o.nik, p.nik)::text AS nik, coalesce(d.full_name, o.full_name) AS full_name,
       b.period::text AS period, c.reason_code, c.effective_date, i.number AS invoice_number, i.lines_sha256::text AS invoice_sha256,
       b.jkk_idr, b.jkm_idr, b.total_idr
FROM billing.note_line b
JOIN billing.correction c ON c.correction_id = b.correction_id
JOIN identity.person p ON p.person_id = b.person_id
LEFT JOIN billing.invoice_line l ON l.line_id = b.line_id
LEFT JOIN billing.invoice i ON i.invoice_id = l.invoice_id
LEFT JOIN entitlement.decision d ON d.roster_id = l.roster_id AND d.person_id = b.person_id
LEFT JOIN LATERAL (
    SELECT x.nik, x.full_name FROM entitlement.decision x
    WHERE d.person_id IS NULL AND x.person_id = b.person_id ORDER BY x.roster_id LIMIT 1
) o ON true
WHERE b.note_id = :note_id
