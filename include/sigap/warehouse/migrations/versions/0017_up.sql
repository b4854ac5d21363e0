-- A void invoice holds nothing: the month can be made anew from link on. What happened stays readable, and what the invoices of
-- a later month rest on is not taken back.
CREATE OR REPLACE FUNCTION identity.check_open_month() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    closed text := (
        SELECT min(t.period) FROM (SELECT DISTINCT period, government FROM touched) t
        JOIN billing.invoice i ON i.period = t.period AND i.government = t.government AND i.status IN ('approved', 'issued')
    );
    later text;
BEGIN
    IF closed IS NOT NULL THEN
        RAISE EXCEPTION 'The invoices of % are approved: what happened to its people stays on record. Correct it in a later month.', closed;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        later := (
            SELECT min(i.period) FROM (SELECT DISTINCT period, government FROM touched) t
            JOIN billing.invoice i ON i.period > t.period AND i.government = t.government AND i.status IN ('approved', 'issued')
        );
        IF later IS NOT NULL THEN
            RAISE EXCEPTION 'The invoices of % rest on what happened before: nothing of it is taken back. Correct it in a later month.', later;
        END IF;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION identity.check_open_month() IS 'What happened in a month that finance approved does not change, nor what a later such month rests on';

-- ---------------------------------------------------------------- removals: who is to be billed no more and stands on no line yet

CREATE TABLE billing.removal (
    removal_id BIGINT NOT NULL,
    proposal_id BIGINT NOT NULL,
    reason_code TEXT NOT NULL,
    reverses_id BIGINT,
    person_id BIGINT NOT NULL,
    period VARCHAR(7) NOT NULL,
    effective_date DATE,
    rule TEXT NOT NULL,
    monthly_idr BIGINT NOT NULL,
    months_covered SMALLINT NOT NULL,
    is_clock_at_stake BOOLEAN NOT NULL,
    evidence TEXT NOT NULL,
    actor TEXT NOT NULL,
    proposed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    government VARCHAR(4) DEFAULT coalesce(nullif(current_setting('sigap.government', true), ''), '3275') NOT NULL,
    CONSTRAINT pk_removal PRIMARY KEY (removal_id),
    CONSTRAINT uq_removal_proposal_id UNIQUE (proposal_id),
    CONSTRAINT fk_removal_reverses_id FOREIGN KEY (reverses_id) REFERENCES billing.removal (removal_id),
    CONSTRAINT fk_removal_person_id FOREIGN KEY (person_id) REFERENCES identity.person (person_id),
    CONSTRAINT ck_removal_reason_code CHECK (reason_code IN ('DECEASED', 'MOVED_OUT', 'BECAME_PU', 'FOUND_INSURED', 'REVERSED')),
    CONSTRAINT ck_removal_origin CHECK ((reverses_id IS NOT NULL) = (reason_code = 'REVERSED')),
    CONSTRAINT ck_removal_month CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    CONSTRAINT ck_removal_counts CHECK (monthly_idr >= 0 AND months_covered >= 0),
    CONSTRAINT ck_removal_government CHECK (government ~ '^[0-9]{2}([0-9]{2})?$'),
    CONSTRAINT ck_removal_named CHECK (actor ~ '\S' AND evidence ~ '\S'),
    CONSTRAINT ck_removal_evidence_without_nik CHECK (regexp_replace(evidence, '[\s.-]', '', 'g') !~ '[0-9]{16}')
);
CREATE INDEX ix_removal_person_id ON billing.removal (person_id);
CREATE INDEX ix_removal_reverses_id ON billing.removal (reverses_id);
COMMENT ON TABLE billing.removal IS 'A person to be taken out of rosters from a month on who stands on no issued line of it; never changed';
COMMENT ON COLUMN billing.removal.removal_id IS 'Number, from the series of corrections';
COMMENT ON COLUMN billing.removal.proposal_id IS 'Number that people answer by';
COMMENT ON COLUMN billing.removal.reason_code IS 'Why, see billing/corrections.yaml';
COMMENT ON COLUMN billing.removal.reverses_id IS 'The earlier removal that it takes back';
COMMENT ON COLUMN billing.removal.person_id IS 'Person';
COMMENT ON COLUMN billing.removal.period IS 'First month that is not billed any more, e.g. 2026-03';
COMMENT ON COLUMN billing.removal.effective_date IS 'Day of the event that it follows from, such as the death';
COMMENT ON COLUMN billing.removal.rule IS 'The dated rule of billing/corrections.yaml that it follows';
COMMENT ON COLUMN billing.removal.monthly_idr IS 'What the last month billed for the person cost, all payers; 0 for nobody billed, whole rupiah';
COMMENT ON COLUMN billing.removal.months_covered IS 'Months of continuous cover up to the month before';
COMMENT ON COLUMN billing.removal.is_clock_at_stake IS 'Whether it interrupts the months that the full death benefit needs';
COMMENT ON COLUMN billing.removal.evidence IS 'What was seen; never a NIK';
COMMENT ON COLUMN billing.removal.actor IS 'Account name of who proposes';
COMMENT ON COLUMN billing.removal.proposed_at IS 'When';
COMMENT ON COLUMN billing.removal.government IS 'Kode wilayah of the government whose row it is: 2 digits a province, 4 a city or regency';

CREATE TABLE billing.removal_check (
    removal_id BIGINT NOT NULL,
    answer VARCHAR(8) NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT,
    checked_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_removal_check PRIMARY KEY (removal_id),
    CONSTRAINT fk_removal_check_removal_id FOREIGN KEY (removal_id) REFERENCES billing.removal (removal_id),
    CONSTRAINT ck_removal_check_answer CHECK (answer IN ('agree', 'disagree')),
    CONSTRAINT ck_removal_check_named CHECK (actor ~ '\S' AND (answer = 'agree' OR coalesce(reason, '') ~ '\S')),
    CONSTRAINT ck_removal_check_reason_without_nik CHECK (regexp_replace(coalesce(reason, ''), '[\s.-]', '', 'g') !~ '[0-9]{16}')
);
COMMENT ON TABLE billing.removal_check IS 'What a second person answered to a removal; never changed';
COMMENT ON COLUMN billing.removal_check.removal_id IS 'The removal';
COMMENT ON COLUMN billing.removal_check.answer IS 'agree, or disagree: then it has no effect';
COMMENT ON COLUMN billing.removal_check.actor IS 'Account name of who checked, never of who proposed';
COMMENT ON COLUMN billing.removal_check.reason IS 'Why; always there for disagree, never a NIK';
COMMENT ON COLUMN billing.removal_check.checked_at IS 'When';

ALTER TABLE billing.removal ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_government ON billing.removal USING ((SELECT audit.government()) IN (government, '*'))
    WITH CHECK (government = (SELECT audit.government()));
ALTER TABLE billing.removal_check ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_government ON billing.removal_check USING (EXISTS (SELECT FROM billing.removal above WHERE above.removal_id = removal_check.removal_id));

CREATE TRIGGER removal_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.removal
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER removal_check_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON billing.removal_check
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

CREATE FUNCTION billing.check_added_removals() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    PERFORM billing.refuse_old_snapshot();
    PERFORM pg_advisory_xact_lock(32750010, 0);  -- whoever proposes waits for whoever does so
    SELECT a.period INTO wrong
        FROM added a
        JOIN billing.removal r ON r.removal_id = a.reverses_id
        LEFT JOIN billing.removal_check k ON k.removal_id = r.removal_id
        WHERE k.answer IS DISTINCT FROM 'agree' OR r.reason_code = 'REVERSED' OR (a.person_id, a.period) IS DISTINCT FROM (r.person_id, r.period) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'A removal from % on is not taken back so: only one that was agreed, of the same person and month.', wrong.period;
    END IF;
    SELECT min(r.period) AS period INTO wrong
        FROM billing.removal r LEFT JOIN billing.removal_check k USING (removal_id)
        WHERE r.reverses_id IN (SELECT reverses_id FROM added) AND k.answer IS DISTINCT FROM 'disagree'
        GROUP BY r.reverses_id HAVING count(*) > 1;
    IF FOUND THEN
        RAISE EXCEPTION 'A removal from % on is taken back once.', wrong.period;
    END IF;
    SELECT a.period INTO wrong
        FROM added a
        JOIN billing.removal r ON r.person_id = a.person_id AND r.removal_id <> a.removal_id AND r.reason_code <> 'REVERSED' AND r.period <= a.period
        LEFT JOIN billing.removal_check k ON k.removal_id = r.removal_id
        WHERE a.reason_code <> 'REVERSED' AND k.answer IS DISTINCT FROM 'disagree' AND NOT EXISTS (
            SELECT FROM billing.removal b JOIN billing.removal_check c ON c.removal_id = b.removal_id AND c.answer = 'agree'
            WHERE b.reverses_id = r.removal_id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'A person who is to be removed from % on is removed already, or waits for it.', wrong.period;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION billing.check_added_removals() IS 'A person is removed once, and a removal taken back once, also beside others at the same moment';
CREATE TRIGGER removals_added AFTER INSERT ON billing.removal
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION billing.check_added_removals();

CREATE FUNCTION billing.check_removal_checks() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    SELECT r.proposal_id INTO wrong FROM added a JOIN billing.removal r USING (removal_id) WHERE audit.same_account(a.actor, r.actor) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Proposal % is checked by somebody else than the person who made it. Ask another person.', wrong.proposal_id;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION billing.check_removal_checks() IS 'Four eyes: who proposes a removal does not check it';
CREATE TRIGGER removal_checks_by_two AFTER INSERT ON billing.removal_check
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION billing.check_removal_checks();

-- ---------------------------------------------------------------- documents of notes

ALTER TABLE reporting.document ALTER COLUMN invoice_id DROP NOT NULL;
ALTER TABLE reporting.document ADD COLUMN note_id BIGINT;
ALTER TABLE reporting.document ADD CONSTRAINT fk_document_note_id FOREIGN KEY (note_id) REFERENCES billing.note (note_id);
ALTER TABLE reporting.document DROP CONSTRAINT ck_document_kind;
ALTER TABLE reporting.document ADD CONSTRAINT ck_document_kind CHECK (kind IN ('workbook', 'pdf', 'annex', 'part', 'note'));
ALTER TABLE reporting.document ADD CONSTRAINT ck_document_of CHECK ((note_id IS NOT NULL) = (kind = 'note') AND (invoice_id IS NULL) = (kind = 'note'));
ALTER TABLE reporting.document ADD CONSTRAINT uq_document_note_id_kind_part UNIQUE (note_id, kind, part);
COMMENT ON TABLE reporting.document IS 'One row per document of an invoice or a note';
COMMENT ON COLUMN reporting.document.invoice_id IS 'Invoice; empty for a note';
COMMENT ON COLUMN reporting.document.note_id IS 'Note; empty for an invoice';
COMMENT ON COLUMN reporting.document.kind IS 'workbook, pdf, annex (PDF) or part (workbook of an annex in parts); note (PDF of a note)';
ALTER POLICY own_government ON reporting.document USING (
    EXISTS (SELECT FROM billing.invoice above WHERE above.invoice_id = document.invoice_id)
    OR EXISTS (SELECT FROM billing.note above WHERE above.note_id = document.note_id));
