CREATE OR REPLACE VIEW reporting.note_overview AS
SELECT
    n.note_id,
    n.number,
    n.period,
    n.kind,
    n.funding_source,
    n.wadah_code,
    n.status,
    n.people,
    l.lines,
    l.covers_from,
    l.covers_to,
    n.jkk_idr,
    n.jkm_idr,
    n.total_idr,
    n.lines_sha256,
    n.issued_at
FROM billing.note n
JOIN (
    SELECT note_id, count(*) AS lines, min(period) AS covers_from, max(period) AS covers_to FROM billing.note_line GROUP BY note_id
) l ON l.note_id = n.note_id;

COMMENT ON VIEW reporting.note_overview IS 'One row per credit or debit note';
COMMENT ON COLUMN reporting.note_overview.note_id IS 'Note';
COMMENT ON COLUMN reporting.note_overview.number IS 'SIGAP/<wadah>/<period>/K<seq> or D<seq>, once issued';
COMMENT ON COLUMN reporting.note_overview.period IS 'Month in which it is booked, e.g. 2026-01';
COMMENT ON COLUMN reporting.note_overview.kind IS 'credit: less is owed; debit: more';
COMMENT ON COLUMN reporting.note_overview.funding_source IS 'Who pays';
COMMENT ON COLUMN reporting.note_overview.wadah_code IS 'BPJS group code';
COMMENT ON COLUMN reporting.note_overview.status IS 'draft or issued; only issued ones count';
COMMENT ON COLUMN reporting.note_overview.people IS 'Persons corrected';
COMMENT ON COLUMN reporting.note_overview.lines IS 'Corrections booked';
COMMENT ON COLUMN reporting.note_overview.covers_from IS 'First coverage month corrected';
COMMENT ON COLUMN reporting.note_overview.covers_to IS 'Last coverage month corrected';
COMMENT ON COLUMN reporting.note_overview.jkk_idr IS 'Work-accident premium, whole rupiah';
COMMENT ON COLUMN reporting.note_overview.jkm_idr IS 'Death premium, whole rupiah';
COMMENT ON COLUMN reporting.note_overview.total_idr IS 'JKK and JKM, whole rupiah';
COMMENT ON COLUMN reporting.note_overview.lines_sha256 IS 'Digest of the line set';
COMMENT ON COLUMN reporting.note_overview.issued_at IS 'When it was issued';
