CREATE OR REPLACE VIEW reporting.ledger_agreement AS
WITH documented AS (
    SELECT 'invoice/' || number AS key, 'invoice' AS kind, number AS document, period, funding_source, jkk_idr, jkm_idr
    FROM billing.invoice WHERE status IN ('issued', 'void')
    UNION ALL
    SELECT 'void/' || number, 'void', number, period, funding_source, jkk_idr, jkm_idr FROM billing.invoice WHERE status = 'void'
    UNION ALL
    SELECT 'note/' || number, kind || '_note', number, period, funding_source, jkk_idr, jkm_idr
    FROM billing.note WHERE status = 'issued'
), entered AS (
    SELECT e.key, e.kind, e.document, e.period, p.funding_source,
        coalesce(sum(p.debit_idr + p.credit_idr) FILTER (WHERE a.kind = 'expense'), 0)::bigint AS total_idr,
        array_agg(p.debit_idr + p.credit_idr ORDER BY p.debit_idr + p.credit_idr) FILTER (WHERE a.kind = 'expense') AS parts
    FROM billing.journal_entry e
    JOIN billing.posting p ON p.entry_id = e.entry_id
    JOIN billing.account a ON a.account_code = p.account_code
    WHERE e.kind IN ('invoice', 'void', 'credit_note', 'debit_note')
    GROUP BY e.entry_id, p.funding_source
)
SELECT
    coalesce(e.period, d.period) AS period,
    coalesce(d.key, e.key) AS key,
    coalesce(d.kind, e.kind) AS kind,
    coalesce(d.document, e.document) AS document,
    coalesce(d.funding_source, e.funding_source) AS funding_source,
    coalesce(d.jkk_idr + d.jkm_idr, 0) AS document_idr,
    coalesce(e.total_idr, 0) AS ledger_idr,
    d.key IS NOT NULL AND e.key IS NOT NULL AND d.kind = e.kind
        AND e.parts = ARRAY(SELECT part FROM unnest(ARRAY[d.jkk_idr, d.jkm_idr]) part WHERE part > 0 ORDER BY part) AS agrees
FROM documented d
FULL JOIN entered e ON e.key = d.key AND e.funding_source = d.funding_source;

COMMENT ON VIEW reporting.ledger_agreement IS 'Every invoice, void and note beside its entry in the books';
COMMENT ON COLUMN reporting.ledger_agreement.period IS 'Month of the books it is entered in, else the month of the document';
COMMENT ON COLUMN reporting.ledger_agreement.key IS 'Key of the entry';
COMMENT ON COLUMN reporting.ledger_agreement.kind IS 'invoice, void, credit_note or debit_note';
COMMENT ON COLUMN reporting.ledger_agreement.document IS 'Number of the invoice or note';
COMMENT ON COLUMN reporting.ledger_agreement.funding_source IS 'Who pays';
COMMENT ON COLUMN reporting.ledger_agreement.document_idr IS 'What the document says, whole rupiah; 0 when there is none';
COMMENT ON COLUMN reporting.ledger_agreement.ledger_idr IS 'What is charged to the expense accounts, whole rupiah; 0 when nothing is';
COMMENT ON COLUMN reporting.ledger_agreement.agrees IS 'Both are there and JKK and JKM are the same';
