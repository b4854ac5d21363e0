-- Allocated rupiah and payments in the books that do not agree, to the end of month :through of the books.
SELECT coalesce(a.period, e.period) AS period, coalesce(a.key, e.key) AS key,
    coalesce(a.amount_idr, 0)::bigint AS allocated_idr, coalesce(e.amount_idr, 0)::bigint AS ledger_idr
FROM (SELECT 'payment/' || allocation_id AS key, period, amount_idr FROM settlement.allocation) a
FULL JOIN (
    SELECT j.key, j.period, sum(p.debit_idr - p.credit_idr) AS amount_idr
    FROM billing.journal_entry j
    JOIN billing.posting p ON p.entry_id = j.entry_id
    JOIN billing.account c ON c.account_code = p.account_code AND c.kind = 'liability'
    WHERE j.kind = 'payment'
    GROUP BY j.entry_id
) e ON e.key = a.key
WHERE coalesce(a.period, e.period) <= :through AND a.amount_idr IS DISTINCT FROM e.amount_idr
ORDER BY 1, 2;
