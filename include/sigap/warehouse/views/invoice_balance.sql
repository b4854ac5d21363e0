CREATE OR REPLACE VIEW reporting.invoice_balance AS
WITH noted AS (
    -- A person who was left out stands on no line: the note counts with the first invoice of its payer and wadah for that month,
    -- and where none was issued by then with the next one that they get.
    SELECT coalesce(l.invoice_id, bearer.invoice_id) AS invoice_id, n.total_idr AS noted_idr
    FROM billing.note_line n
    JOIN billing.note h ON h.note_id = n.note_id AND h.status = 'issued' AND h.kind = 'debit'
    LEFT JOIN billing.invoice_line l ON l.line_id = n.line_id
    LEFT JOIN LATERAL (
        SELECT i.invoice_id
        FROM billing.invoice i
        WHERE n.line_id IS NULL AND i.status = 'issued' AND i.funding_source = h.funding_source
          AND i.wadah_code = h.wadah_code AND (n.period BETWEEN i.covers_from AND i.covers_to OR i.period >= h.period)
        ORDER BY n.period BETWEEN i.covers_from AND i.covers_to AND i.issued_at <= h.issued_at DESC, i.issued_at, i.invoice_id
        LIMIT 1
    ) bearer ON true
    UNION ALL
    -- A credit note lowers what is to be paid by as much as the books set off; the rest BPJS owes.
    SELECT i.invoice_id, p.credit_idr - p.debit_idr
    FROM billing.journal_entry e
    JOIN billing.posting p ON p.entry_id = e.entry_id
    JOIN billing.account a ON a.account_code = p.account_code AND a.kind = 'liability'
    JOIN billing.invoice i ON i.number = e.document
    WHERE e.kind = 'credit_used'
), changed AS (
    SELECT invoice_id, sum(noted_idr)::bigint AS noted_idr FROM noted GROUP BY invoice_id
), paid AS (
    SELECT a.invoice_id, sum(a.amount_idr)::bigint AS paid_idr, max(l.booked_on) AS paid_on
    FROM settlement.allocation a
    JOIN settlement.statement_line l ON l.line_id = a.line_id
    GROUP BY a.invoice_id
)
SELECT
    i.invoice_id,
    i.number,
    i.period,
    i.covers_from,
    i.covers_to,
    i.funding_source,
    i.wadah_code,
    i.due_date,
    i.total_idr,
    coalesce(n.noted_idr, 0) AS noted_idr,
    coalesce(p.paid_idr, 0) AS paid_idr,
    i.total_idr + coalesce(n.noted_idr, 0) - coalesce(p.paid_idr, 0) AS open_idr,
    CASE WHEN p.paid_idr <> 0 THEN p.paid_on END AS paid_on
FROM billing.invoice i
LEFT JOIN changed n ON n.invoice_id = i.invoice_id
LEFT JOIN paid p ON p.invoice_id = i.invoice_id
WHERE i.status = 'issued';

COMMENT ON VIEW reporting.invoice_balance IS 'One row per issued invoice: what it asks, what notes changed, what was paid, what is open';
COMMENT ON COLUMN reporting.invoice_balance.invoice_id IS 'Invoice';
COMMENT ON COLUMN reporting.invoice_balance.number IS 'SIGAP/<wadah>/<period>/<seq>';
COMMENT ON COLUMN reporting.invoice_balance.period IS 'Month in which it is billed, e.g. 2026-01';
COMMENT ON COLUMN reporting.invoice_balance.covers_from IS 'First coverage month on its lines';
COMMENT ON COLUMN reporting.invoice_balance.covers_to IS 'Last coverage month on its lines';
COMMENT ON COLUMN reporting.invoice_balance.funding_source IS 'Who pays';
COMMENT ON COLUMN reporting.invoice_balance.wadah_code IS 'BPJS group code';
COMMENT ON COLUMN reporting.invoice_balance.due_date IS 'Last day to pay';
COMMENT ON COLUMN reporting.invoice_balance.total_idr IS 'JKK and JKM as issued, whole rupiah';
COMMENT ON COLUMN reporting.invoice_balance.noted_idr IS 'Debit notes to it, less credits set off against it, whole rupiah';
COMMENT ON COLUMN reporting.invoice_balance.paid_idr IS 'Payments allocated to it less what came back, whole rupiah';
COMMENT ON COLUMN reporting.invoice_balance.open_idr IS 'What is still to be paid; whole rupiah';
COMMENT ON COLUMN reporting.invoice_balance.paid_on IS 'Day of the last movement';
