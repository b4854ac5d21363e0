CREATE OR REPLACE VIEW reporting.ledger_posting AS
SELECT e.period, e.entry_id, e.key, e.kind, e.document, e.posted_at, p.leg_no, p.account_code, a.name AS account_name,
    a.kind AS account_kind, p.funding_source, p.debit_idr, p.credit_idr
FROM billing.posting p
JOIN billing.journal_entry e ON e.entry_id = p.entry_id
JOIN billing.account a ON a.account_code = p.account_code;

COMMENT ON VIEW reporting.ledger_posting IS 'The books, leg by leg, for auditors';
COMMENT ON COLUMN reporting.ledger_posting.period IS 'Month of the books, e.g. 2026-01';
COMMENT ON COLUMN reporting.ledger_posting.entry_id IS 'Entry';
COMMENT ON COLUMN reporting.ledger_posting.key IS 'Names the event once for ever, e.g. invoice/<number>';
COMMENT ON COLUMN reporting.ledger_posting.kind IS 'invoice, void, credit_note, debit_note, credit_used or payment';
COMMENT ON COLUMN reporting.ledger_posting.document IS 'Number of the invoice or note, or reference of the payment';
COMMENT ON COLUMN reporting.ledger_posting.posted_at IS 'When it was entered';
COMMENT ON COLUMN reporting.ledger_posting.leg_no IS 'Place of the leg in its entry, from 1';
COMMENT ON COLUMN reporting.ledger_posting.account_code IS 'Kode rekening';
COMMENT ON COLUMN reporting.ledger_posting.account_name IS 'Name of the account';
COMMENT ON COLUMN reporting.ledger_posting.account_kind IS 'asset, liability or expense';
COMMENT ON COLUMN reporting.ledger_posting.funding_source IS 'Payer whose books it is in';
COMMENT ON COLUMN reporting.ledger_posting.debit_idr IS 'Debit, whole rupiah';
COMMENT ON COLUMN reporting.ledger_posting.credit_idr IS 'Credit, whole rupiah';
