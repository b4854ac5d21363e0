-- A month reconciled between five sides: roster, invoice with its notes, BPJS bill, payment, activation.
-- SQLSTATE of every refusal: P0001. Messages name months and reconciliations, never a person.

ALTER TABLE settlement.reconciliation ADD COLUMN is_by_name BOOLEAN DEFAULT true NOT NULL;
ALTER TABLE settlement.reconciliation ADD COLUMN people_listed INTEGER;
ALTER TABLE settlement.reconciliation ADD COLUMN people_parked INTEGER;
ALTER TABLE settlement.reconciliation ADD COLUMN people_paid INTEGER;
ALTER TABLE settlement.reconciliation ADD COLUMN people_active INTEGER;
ALTER TABLE settlement.reconciliation ADD COLUMN active_only INTEGER;
ALTER TABLE settlement.reconciliation ADD COLUMN noted_idr BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE settlement.reconciliation ADD COLUMN settled_idr BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE settlement.reconciliation ADD COLUMN repeated_rows INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE settlement.reconciliation ADD COLUMN rows_without_nik INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE settlement.reconciliation ADD COLUMN rows_of_nobody INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE settlement.reconciliation ADD COLUMN figures JSONB DEFAULT '{}'::jsonb NOT NULL;
ALTER TABLE settlement.reconciliation ADD COLUMN groups JSONB DEFAULT '[]'::jsonb NOT NULL;
ALTER TABLE settlement.reconciliation ADD COLUMN invoices JSONB DEFAULT '[]'::jsonb NOT NULL;
ALTER TABLE settlement.reconciliation ADD COLUMN evidence JSONB DEFAULT '[]'::jsonb NOT NULL;
ALTER TABLE settlement.reconciliation ADD COLUMN activation_delivery_id VARCHAR(16);
ALTER TABLE settlement.reconciliation ADD COLUMN as_of_date DATE;
ALTER TABLE settlement.reconciliation ADD COLUMN tolerance_person_idr BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE settlement.reconciliation ADD COLUMN tolerance_total_idr BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE settlement.reconciliation ADD COLUMN tolerance_sha256 VARCHAR(64);
ALTER TABLE settlement.reconciliation ADD COLUMN compared_sha256 VARCHAR(64);
ALTER TABLE settlement.reconciliation ADD CONSTRAINT ck_reconciliation_counts CHECK (
    people_parked <= people_listed AND people_paid <= people_invoiced AND active_only <= people_active
    AND rows_of_nobody <= rows_without_nik AND least(people_parked, people_paid, active_only, repeated_rows, rows_of_nobody) >= 0
);
ALTER TABLE settlement.reconciliation ADD CONSTRAINT ck_reconciliation_tolerance CHECK (tolerance_person_idr >= 0 AND tolerance_total_idr >= 0);
ALTER TABLE settlement.reconciliation ADD CONSTRAINT ck_reconciliation_activation
    CHECK (num_nulls(people_active, active_only, activation_delivery_id, as_of_date) IN (0, 4));

COMMENT ON TABLE settlement.reconciliation IS 'One comparison of a month''s roster, invoices, bill, payments and activations; the newest bill counts';
COMMENT ON COLUMN settlement.reconciliation.people_invoiced IS 'Persons on our issued invoices with a line for the month';
COMMENT ON COLUMN settlement.reconciliation.invoiced_idr IS 'Total of the month''s lines on our issued invoices, whole rupiah';
COMMENT ON COLUMN settlement.reconciliation.paid_idr IS 'Total of the payments on the invoices that cover the month, whole rupiah';
COMMENT ON COLUMN settlement.reconciliation.classes IS 'Persons by class, see settlement/classes.yaml';
COMMENT ON COLUMN settlement.reconciliation.is_by_name IS 'Whether the bill names people; else only totals were compared';
COMMENT ON COLUMN settlement.reconciliation.people_listed IS 'Persons on the approved roster; empty before revision 0013';
COMMENT ON COLUMN settlement.reconciliation.people_parked IS 'Of these, persons who were not invoiced, with the reason on record';
COMMENT ON COLUMN settlement.reconciliation.people_paid IS 'Persons all of whose lines stand on invoices paid in full';
COMMENT ON COLUMN settlement.reconciliation.people_active IS 'Persons on the activation list; empty without a list';
COMMENT ON COLUMN settlement.reconciliation.active_only IS 'Of these, persons who stand on no other side';
COMMENT ON COLUMN settlement.reconciliation.noted_idr IS 'What issued notes add to the month, below zero when they take, whole rupiah';
COMMENT ON COLUMN settlement.reconciliation.settled_idr IS 'Total of the month''s lines on invoices paid in full, whole rupiah';
COMMENT ON COLUMN settlement.reconciliation.repeated_rows IS 'Rows of the bill for a person whom an earlier row bills';
COMMENT ON COLUMN settlement.reconciliation.rows_without_nik IS 'Rows of the bill without a whole NIK';
COMMENT ON COLUMN settlement.reconciliation.rows_of_nobody IS 'Of these, rows whose KPJ no list knows either';
COMMENT ON COLUMN settlement.reconciliation.figures IS 'By class: people, expected_idr, billed_idr, paid_idr, not_active';
COMMENT ON COLUMN settlement.reconciliation.groups IS 'By wadah: people and rupiah expected, and billed where the bill says so by wadah';
COMMENT ON COLUMN settlement.reconciliation.invoices IS 'The invoices that cover the month: number, coverage, what of it is this month''s, noted, paid and open';
COMMENT ON COLUMN settlement.reconciliation.evidence IS 'What each side was read from: its name and the SHA-256 of its content';
COMMENT ON COLUMN settlement.reconciliation.activation_delivery_id IS 'Delivery of the activation list';
COMMENT ON COLUMN settlement.reconciliation.as_of_date IS 'Day that the activation list speaks of, up to which ages are counted';
COMMENT ON COLUMN settlement.reconciliation.tolerance_person_idr IS 'What one person may differ by, whole rupiah';
COMMENT ON COLUMN settlement.reconciliation.tolerance_total_idr IS 'What the month may differ by in total, whole rupiah';
COMMENT ON COLUMN settlement.reconciliation.tolerance_sha256 IS 'Digest of settlement/tolerance.yaml';
COMMENT ON COLUMN settlement.reconciliation.compared_sha256 IS 'Digest of the compared set, one line per person; empty before revision 0013';

-- ---------------------------------------------------------------- differences: also of people whose NIK nobody knows

ALTER TABLE settlement.difference ADD COLUMN difference_no INTEGER;
UPDATE settlement.difference d SET difference_no = n.place
    FROM (SELECT reconciliation_id, nik, row_number() OVER (PARTITION BY reconciliation_id ORDER BY nik) AS place FROM settlement.difference) n
    WHERE n.reconciliation_id = d.reconciliation_id AND n.nik = d.nik;
ALTER TABLE settlement.difference DROP CONSTRAINT pk_difference;
ALTER TABLE settlement.difference ALTER COLUMN difference_no SET NOT NULL;
ALTER TABLE settlement.difference ALTER COLUMN nik DROP NOT NULL;
ALTER TABLE settlement.difference ADD CONSTRAINT pk_difference PRIMARY KEY (reconciliation_id, difference_no);
CREATE UNIQUE INDEX uq_difference_nik ON settlement.difference (reconciliation_id, nik);
ALTER TABLE settlement.difference ADD COLUMN kpj TEXT;
ALTER TABLE settlement.difference ADD COLUMN noted_idr BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE settlement.difference ADD COLUMN paid_idr BIGINT DEFAULT 0 NOT NULL;
ALTER TABLE settlement.difference ADD COLUMN is_listed BOOLEAN;
ALTER TABLE settlement.difference ADD COLUMN is_active BOOLEAN;
ALTER TABLE settlement.difference ADD COLUMN days_not_active INTEGER;
ALTER TABLE settlement.difference ADD COLUMN parked_code TEXT;
ALTER TABLE settlement.difference ADD COLUMN sheet TEXT;
ALTER TABLE settlement.difference ADD COLUMN row INTEGER;
ALTER TABLE settlement.difference DROP CONSTRAINT ck_difference_class;
ALTER TABLE settlement.difference ADD CONSTRAINT ck_difference_class
    CHECK (class IN ('missing', 'extra', 'amount_differs', 'paid_not_active', 'parked', 'not_invoiced', 'not_listed'));
ALTER TABLE settlement.difference ADD CONSTRAINT ck_difference_nobody CHECK (nik IS NOT NULL OR (class = 'extra' AND person_id IS NULL));
ALTER TABLE settlement.difference ADD CONSTRAINT ck_difference_age CHECK (class <> 'paid_not_active' OR days_not_active IS NOT NULL);
COMMENT ON TABLE settlement.difference IS 'Persons whose sides do not agree; replaced as a whole with their reconciliation';
COMMENT ON COLUMN settlement.difference.difference_no IS '1, 2, … within the reconciliation, by NIK';
COMMENT ON COLUMN settlement.difference.nik IS 'NIK on the bill or on our line; empty for a row of the bill that no list knows';
COMMENT ON COLUMN settlement.difference.kpj IS 'Participant number on the bill';
COMMENT ON COLUMN settlement.difference.class IS 'missing, extra, amount_differs, paid_not_active, parked, not_invoiced or not_listed';
COMMENT ON COLUMN settlement.difference.invoiced_idr IS 'On our lines of the month, shares of several payers together, whole rupiah';
COMMENT ON COLUMN settlement.difference.noted_idr IS 'What issued notes add to them, below zero when they take, whole rupiah';
COMMENT ON COLUMN settlement.difference.paid_idr IS 'Of our lines, those on invoices paid in full, whole rupiah';
COMMENT ON COLUMN settlement.difference.is_listed IS 'Whether the approved roster has the person';
COMMENT ON COLUMN settlement.difference.is_active IS 'Whether the activation list has the person; empty without a list';
COMMENT ON COLUMN settlement.difference.days_not_active IS 'Days since payment, or since the month began when that is later, that a paid person is not active';
COMMENT ON COLUMN settlement.difference.parked_code IS 'Why the person was not invoiced, see billing/parking.yaml';
COMMENT ON COLUMN settlement.difference.sheet IS 'Sheet of the first row on the bill';
COMMENT ON COLUMN settlement.difference.row IS 'Line of that row';

CREATE FUNCTION settlement.check_reconciliation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept settlement.reconciliation;
    wrong record;
BEGIN
    SELECT * INTO kept FROM settlement.reconciliation WHERE reconciliation_id = NEW.reconciliation_id;
    IF NOT FOUND OR kept.compared_sha256 IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT sum((f.value->>'expected_idr')::bigint) AS expected_idr, sum((f.value->>'billed_idr')::bigint) AS billed_idr
    INTO wrong FROM jsonb_each(kept.figures) f;
    IF wrong.expected_idr IS DISTINCT FROM kept.invoiced_idr + kept.noted_idr OR (kept.is_by_name AND wrong.billed_idr IS DISTINCT FROM kept.billed_idr) THEN
        RAISE EXCEPTION 'Reconciliation % of %: its classes add up to Rp% expected and Rp% billed, its header says Rp% and Rp%. Run settle again.',
            kept.reconciliation_id, kept.period, wrong.expected_idr, wrong.billed_idr, kept.invoiced_idr + kept.noted_idr, kept.billed_idr;
    END IF;
    SELECT f.key AS class, (f.value->>'people')::bigint AS people, coalesce(d.people, 0) AS counted INTO wrong
    FROM jsonb_each(kept.figures) f
    FULL JOIN (
        SELECT class, count(*) AS people, sum(invoiced_idr + noted_idr) AS expected_idr, sum(billed_idr) AS billed_idr
        FROM settlement.difference WHERE reconciliation_id = kept.reconciliation_id GROUP BY class
    ) d ON d.class = f.key
    WHERE f.key NOT IN ('matched', 'not_named') AND (coalesce(d.people, 0), coalesce(d.expected_idr, 0), coalesce(d.billed_idr, 0))
          IS DISTINCT FROM ((f.value->>'people')::bigint, (f.value->>'expected_idr')::bigint, (f.value->>'billed_idr')::bigint)
       OR f.key IS NULL
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Reconciliation % of %: class % has % people in its figures and % in its differences, or other rupiah. They are written together: run settle again.',
            kept.reconciliation_id, kept.period, wrong.class, wrong.people, wrong.counted;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION settlement.check_reconciliation() IS 'The figures of a reconciliation equal its differences, and add up to its header';
CREATE CONSTRAINT TRIGGER reconciliation_balanced AFTER INSERT OR UPDATE ON settlement.reconciliation
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION settlement.check_reconciliation();

-- Whoever adds or takes differences has their headers checked when the transaction ends.
CREATE FUNCTION settlement.recheck_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE settlement.reconciliation SET made_at = made_at WHERE reconciliation_id IN (SELECT reconciliation_id FROM added);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION settlement.recheck_added() IS 'Has the reconciliation of added differences checked at commit';
CREATE TRIGGER differences_added AFTER INSERT ON settlement.difference
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION settlement.recheck_added();
CREATE FUNCTION settlement.recheck_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE settlement.reconciliation SET made_at = made_at WHERE reconciliation_id IN (SELECT reconciliation_id FROM removed);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION settlement.recheck_removed() IS 'Has the reconciliation of removed differences checked at commit';
CREATE TRIGGER differences_removed AFTER DELETE ON settlement.difference
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION settlement.recheck_removed();
CREATE TRIGGER differences_stay BEFORE UPDATE OR TRUNCATE ON settlement.difference
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

-- ---------------------------------------------------------------- the document that both parties sign

CREATE TABLE settlement.berita_acara (
    berita_acara_id BIGINT GENERATED BY DEFAULT AS IDENTITY,
    reconciliation_id BIGINT NOT NULL,
    kind VARCHAR(8) NOT NULL,
    uri TEXT NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    compared_sha256 VARCHAR(64) NOT NULL,
    made_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_berita_acara PRIMARY KEY (berita_acara_id),
    CONSTRAINT ck_berita_acara_kind CHECK (kind IN ('workbook', 'pdf')),
    CONSTRAINT uq_berita_acara_reconciliation_id_sha256 UNIQUE (reconciliation_id, sha256),
    CONSTRAINT fk_berita_acara_reconciliation_id FOREIGN KEY (reconciliation_id) REFERENCES settlement.reconciliation (reconciliation_id)
);
COMMENT ON TABLE settlement.berita_acara IS 'Every Berita Acara Rekonsiliasi that was made, by its content; never changed';
COMMENT ON COLUMN settlement.berita_acara.berita_acara_id IS 'Surrogate key';
COMMENT ON COLUMN settlement.berita_acara.reconciliation_id IS 'Reconciliation that it shows';
COMMENT ON COLUMN settlement.berita_acara.kind IS 'workbook or pdf';
COMMENT ON COLUMN settlement.berita_acara.uri IS 'Where the file is';
COMMENT ON COLUMN settlement.berita_acara.sha256 IS 'Digest of the file';
COMMENT ON COLUMN settlement.berita_acara.compared_sha256 IS 'Digest of the compared set it shows';
COMMENT ON COLUMN settlement.berita_acara.made_at IS 'When';
CREATE TRIGGER berita_acara_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement.berita_acara
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

-- ---------------------------------------------------------------- receipts are movements now (0012): these stay as they were

COMMENT ON TABLE settlement.payment IS 'Payments as receipts listed them before revision 0012, kept as they were; see settlement.statement_line';
CREATE TRIGGER payment_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON settlement.payment
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
