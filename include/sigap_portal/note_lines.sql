-- A page of the lines of note :note_id. The page is cut before persons are joined, and a NIK leaves the database masked: as the roster
-- of the corrected invoice has it, of somebody who was left out as the first roster that decided about them, else by number alone.
SELECT b.correction_id, c.proposal_id, b.line_id, b.person_id, b.period, c.reason_code, c.effective_date, c.months_covered,
       c.is_clock_at_stake, i.number AS invoice_number, left(o.nik, 6) || '******' || right(o.nik, 4) AS nik_masked,
       b.jkk_idr, b.jkm_idr, b.total_idr
FROM (SELECT * FROM billing.note_line WHERE note_id = :note_id ORDER BY correction_id LIMIT :size OFFSET :start) b
JOIN billing.correction c ON c.correction_id = b.correction_id
LEFT JOIN billing.invoice_line l ON l.line_id = b.line_id
LEFT JOIN billing.invoice i ON i.invoice_id = l.invoice_id
CROSS JOIN LATERAL (
    SELECT coalesce(
        (SELECT d.nik FROM entitlement.decision d WHERE d.roster_id = l.roster_id AND d.person_id = b.person_id),
        (SELECT d.nik FROM entitlement.decision d WHERE d.person_id = b.person_id ORDER BY d.roster_id LIMIT 1),
        (SELECT p.nik FROM identity.person p WHERE p.person_id = b.person_id)
    ) AS nik
) o
ORDER BY b.correction_id
