-- The books hold what was paid and closed: they are not thrown away with the revision.
DO $$
BEGIN
    IF EXISTS (SELECT FROM billing.journal_entry) OR EXISTS (SELECT FROM billing.ledger_period_event) THEN
        RAISE EXCEPTION 'The ledger has entries or locked months, which revision 0010 cannot hold. Keep this revision, or restore the backup made before it.';
    END IF;
END $$;
DROP VIEW reporting.ledger_agreement, reporting.ledger_posting;
DROP TRIGGER note_issued_in_open_month ON billing.note;
DROP TRIGGER note_in_open_month ON billing.note;
DROP TRIGGER invoice_issued_in_open_month ON billing.invoice;
DROP TRIGGER invoice_in_open_month ON billing.invoice;
DROP FUNCTION billing.check_invoice_month();
DROP TABLE billing.posting, billing.journal_entry, billing.ledger_period_event, billing.ledger_period, billing.account;
DROP FUNCTION billing.check_account();
DROP FUNCTION billing.check_ledger_period();
DROP FUNCTION billing.change_ledger_period();
DROP FUNCTION billing.check_entry_balance();
DROP FUNCTION billing.check_new_entry();
DROP FUNCTION billing.hold_ledger();
DROP FUNCTION billing.refuse_closed(text, text);
