CREATE OR REPLACE VIEW reporting.correction_overview AS
SELECT
    c.correction_id,
    c.proposal_id,
    c.kind,
    c.reason_code,
    c.line_id,
    c.reverses_id,
    i.number AS invoice_number,
    c.person_id,
    c.period,
    c.funding_source,
    c.wadah_code,
    c.jkk_idr,
    c.jkm_idr,
    c.total_idr,
    c.effective_date,
    c.rule,
    c.months_covered,
    c.is_clock_at_stake,
    CASE WHEN k.answer IS NULL THEN 'proposed' WHEN k.answer = 'disagree' THEN 'turned_down'
         WHEN n.note_id IS NULL THEN 'agreed' WHEN n.status = 'draft' THEN 'drafted' ELSE 'booked' END AS state,
    c.actor AS proposed_by,
    c.proposed_at,
    k.actor AS checked_by,
    k.checked_at,
    n.note_id,
    n.number AS note_number,
    n.period AS note_period
FROM billing.correction c
LEFT JOIN billing.correction_check k ON k.correction_id = c.correction_id
LEFT JOIN billing.invoice_line l ON l.line_id = c.line_id
LEFT JOIN billing.invoice i ON i.invoice_id = l.invoice_id
LEFT JOIN billing.note_line b ON b.correction_id = c.correction_id
LEFT JOIN billing.note n ON n.note_id = b.note_id;

COMMENT ON VIEW reporting.correction_overview IS 'One row per correction: what it changes, who proposed and checked it, and the note that books it; without the evidence';
COMMENT ON COLUMN reporting.correction_overview.correction_id IS 'Correction';
COMMENT ON COLUMN reporting.correction_overview.proposal_id IS 'What was proposed together and is answered together';
COMMENT ON COLUMN reporting.correction_overview.kind IS 'credit: less is owed; debit: more';
COMMENT ON COLUMN reporting.correction_overview.reason_code IS 'Why, see billing/corrections.yaml';
COMMENT ON COLUMN reporting.correction_overview.line_id IS 'The issued line it corrects';
COMMENT ON COLUMN reporting.correction_overview.reverses_id IS 'The earlier correction that it takes back';
COMMENT ON COLUMN reporting.correction_overview.invoice_number IS 'Number of the invoice of that line';
COMMENT ON COLUMN reporting.correction_overview.person_id IS 'Person, see dim_person';
COMMENT ON COLUMN reporting.correction_overview.period IS 'Coverage month, see dim_period';
COMMENT ON COLUMN reporting.correction_overview.funding_source IS 'Who pays, see dim_funding';
COMMENT ON COLUMN reporting.correction_overview.wadah_code IS 'BPJS group code';
COMMENT ON COLUMN reporting.correction_overview.jkk_idr IS 'Work-accident premium, whole rupiah';
COMMENT ON COLUMN reporting.correction_overview.jkm_idr IS 'Death premium, whole rupiah';
COMMENT ON COLUMN reporting.correction_overview.total_idr IS 'JKK and JKM, whole rupiah';
COMMENT ON COLUMN reporting.correction_overview.effective_date IS 'Day of the event that it follows from';
COMMENT ON COLUMN reporting.correction_overview.rule IS 'The dated rule that it follows';
COMMENT ON COLUMN reporting.correction_overview.months_covered IS 'Months of continuous cover up to this month';
COMMENT ON COLUMN reporting.correction_overview.is_clock_at_stake IS 'Whether the three months that the full death benefit needs depend on this month';
COMMENT ON COLUMN reporting.correction_overview.state IS 'proposed, turned_down, agreed, drafted or booked';
COMMENT ON COLUMN reporting.correction_overview.proposed_by IS 'Account that proposed it';
COMMENT ON COLUMN reporting.correction_overview.proposed_at IS 'When it was proposed';
COMMENT ON COLUMN reporting.correction_overview.checked_by IS 'Account that answered';
COMMENT ON COLUMN reporting.correction_overview.checked_at IS 'When it was answered';
COMMENT ON COLUMN reporting.correction_overview.note_id IS 'Note that books it';
COMMENT ON COLUMN reporting.correction_overview.note_number IS 'Its number, once issued';
COMMENT ON COLUMN reporting.correction_overview.note_period IS 'Month in which it is booked';
