-- One statement, so that the database checks the set once.
INSERT INTO billing.note_line (note_id, correction_id, line_id, person_id, period, jkk_idr, jkm_idr, total_idr)
SELECT n.note_id, c.correction_id, c.line_id, c.person_id, c.period, c.jkk_idr, c.jkm_idr, c.total_idr
FROM noting c
JOIN billing.note n ON n.period = :period AND n.status = 'draft' AND n.kind = c.kind AND n.funding_source = c.funding_source AND n.wadah_code = c.wadah_code
ORDER BY n.note_id, c.correction_id
