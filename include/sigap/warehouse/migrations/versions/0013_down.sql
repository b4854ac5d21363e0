-- What the release before cannot hold is refused, with what to do.
DO $$
BEGIN
    IF EXISTS (SELECT FROM settlement.berita_acara)
        OR EXISTS (SELECT FROM settlement.reconciliation WHERE NOT is_by_name)
        OR EXISTS (SELECT FROM settlement.difference WHERE nik IS NULL OR class NOT IN ('missing', 'extra', 'amount_differs')) THEN
        RAISE EXCEPTION 'Some months are reconciled with a Berita Acara, by totals only, or with classes that revision 0012 cannot hold. Keep this revision, or restore the backup made before it.';
    END IF;
END $$;
DROP TRIGGER payment_stays ON settlement.payment;
COMMENT ON TABLE settlement.payment IS 'Payments received by BPJS, as listed';
DROP TABLE settlement.berita_acara;
DROP TRIGGER differences_stay ON settlement.difference;
DROP TRIGGER differences_removed ON settlement.difference;
DROP TRIGGER differences_added ON settlement.difference;
DROP TRIGGER reconciliation_balanced ON settlement.reconciliation;
DROP FUNCTION settlement.recheck_removed();
DROP FUNCTION settlement.recheck_added();
DROP FUNCTION settlement.check_reconciliation();
ALTER TABLE settlement.difference DROP CONSTRAINT ck_difference_class, DROP CONSTRAINT ck_difference_nobody, DROP CONSTRAINT ck_difference_age, DROP CONSTRAINT pk_difference;
DROP INDEX settlement.uq_difference_nik;
ALTER TABLE settlement.difference
    DROP COLUMN difference_no, DROP COLUMN kpj, DROP COLUMN noted_idr, DROP COLUMN paid_idr, DROP COLUMN is_listed, DROP COLUMN is_active,
    DROP COLUMN days_not_active, DROP COLUMN parked_code, DROP COLUMN sheet, DROP COLUMN row;
ALTER TABLE settlement.difference ALTER COLUMN nik SET NOT NULL;
ALTER TABLE settlement.difference ADD CONSTRAINT pk_difference PRIMARY KEY (reconciliation_id, nik);
ALTER TABLE settlement.difference ADD CONSTRAINT ck_difference_class CHECK (class IN ('missing', 'extra', 'amount_differs'));
ALTER TABLE settlement.reconciliation DROP CONSTRAINT ck_reconciliation_counts, DROP CONSTRAINT ck_reconciliation_tolerance, DROP CONSTRAINT ck_reconciliation_activation;
ALTER TABLE settlement.reconciliation
    DROP COLUMN is_by_name, DROP COLUMN people_listed, DROP COLUMN people_parked, DROP COLUMN people_paid, DROP COLUMN people_active,
    DROP COLUMN active_only, DROP COLUMN noted_idr, DROP COLUMN settled_idr, DROP COLUMN repeated_rows, DROP COLUMN rows_without_nik,
    DROP COLUMN rows_of_nobody, DROP COLUMN figures, DROP COLUMN groups, DROP COLUMN invoices, DROP COLUMN evidence,
    DROP COLUMN activation_delivery_id, DROP COLUMN as_of_date, DROP COLUMN tolerance_person_idr, DROP COLUMN tolerance_total_idr,
    DROP COLUMN tolerance_sha256, DROP COLUMN compared_sha256;
