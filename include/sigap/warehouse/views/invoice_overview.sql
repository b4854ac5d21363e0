CREATE OR REPLACE VIEW reporting.invoice_overview AS
SELECT
    i.invoice_id,
    i.number,
    i.period,
    i.funding_source,
    i.wadah_code,
    i.covers_from,
    i.covers_to,
    i.status,
    i.replaces_id,
    i.voided_at,
    i.people,
    i.jkk_idr,
    i.jkm_idr,
    i.total_idr,
    i.due_date,
    i.created_at,
    i.issued_at,
    i.lines_sha256,
    i.tariffs_sha256,
    i.roster_id,
    r.version AS roster_version,
    by_dinas.actor AS roster_approved_by,
    by_dinas.decided_at AS roster_approved_at,
    by_finance.actor AS invoice_approved_by,
    by_finance.decided_at AS invoice_approved_at,
    (SELECT count(*) FROM reporting.document f WHERE f.invoice_id = i.invoice_id) AS documents
FROM billing.invoice i
JOIN entitlement.roster r ON r.roster_id = i.roster_id
LEFT JOIN audit.approval by_dinas
    ON by_dinas.roster_id = i.roster_id AND by_dinas.subject = 'roster' AND by_dinas.verdict = 'approved'
LEFT JOIN audit.approval by_finance
    ON by_finance.roster_id = i.roster_id AND by_finance.subject = 'invoices' AND by_finance.verdict = 'approved'
    AND by_finance.generation = i.generation;

COMMENT ON VIEW reporting.invoice_overview IS 'One row per invoice with who approved it: the list of the portal';
COMMENT ON COLUMN reporting.invoice_overview.invoice_id IS 'Invoice';
COMMENT ON COLUMN reporting.invoice_overview.number IS 'SIGAP/<wadah>/<period>/<seq>, once issued';
COMMENT ON COLUMN reporting.invoice_overview.period IS 'Month in which it is billed, e.g. 2026-01';
COMMENT ON COLUMN reporting.invoice_overview.funding_source IS 'Who pays';
COMMENT ON COLUMN reporting.invoice_overview.wadah_code IS 'BPJS group code';
COMMENT ON COLUMN reporting.invoice_overview.covers_from IS 'First coverage month on its lines';
COMMENT ON COLUMN reporting.invoice_overview.covers_to IS 'Last coverage month on its lines';
COMMENT ON COLUMN reporting.invoice_overview.status IS 'draft, approved, issued or void';
COMMENT ON COLUMN reporting.invoice_overview.replaces_id IS 'The voided invoice that this one stands in for';
COMMENT ON COLUMN reporting.invoice_overview.voided_at IS 'When it was voided';
COMMENT ON COLUMN reporting.invoice_overview.people IS 'Persons billed';
COMMENT ON COLUMN reporting.invoice_overview.jkk_idr IS 'Work-accident premium, whole rupiah';
COMMENT ON COLUMN reporting.invoice_overview.jkm_idr IS 'Death premium, whole rupiah';
COMMENT ON COLUMN reporting.invoice_overview.total_idr IS 'JKK and JKM, whole rupiah';
COMMENT ON COLUMN reporting.invoice_overview.due_date IS 'Last day to pay';
COMMENT ON COLUMN reporting.invoice_overview.created_at IS 'When the draft was made';
COMMENT ON COLUMN reporting.invoice_overview.issued_at IS 'When it was issued';
COMMENT ON COLUMN reporting.invoice_overview.lines_sha256 IS 'Digest of the line set';
COMMENT ON COLUMN reporting.invoice_overview.tariffs_sha256 IS 'Digest of the tariffs used';
COMMENT ON COLUMN reporting.invoice_overview.roster_id IS 'Roster version it bills';
COMMENT ON COLUMN reporting.invoice_overview.roster_version IS 'Its number within the month';
COMMENT ON COLUMN reporting.invoice_overview.roster_approved_by IS 'Account that approved the roster';
COMMENT ON COLUMN reporting.invoice_overview.roster_approved_at IS 'When the roster was approved';
COMMENT ON COLUMN reporting.invoice_overview.invoice_approved_by IS 'Account that approved the invoices';
COMMENT ON COLUMN reporting.invoice_overview.invoice_approved_at IS 'When the invoices were approved';
COMMENT ON COLUMN reporting.invoice_overview.documents IS 'Workbooks and PDFs made of it';
