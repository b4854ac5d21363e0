-- The release before knows one government: two cannot go back into one, for their keys would meet.
DO $$
DECLARE
    name text;
    several boolean;
BEGIN
    FOREACH name IN ARRAY ARRAY['entitlement.roster', 'sources.delivery', 'identity.person_event', 'identity.person_nik', 'billing.journal_entry'] LOOP
        EXECUTE format('SELECT count(DISTINCT government) > 1 FROM %s', name) INTO several;
        IF several THEN
            RAISE EXCEPTION 'Several governments have rows in %, which revision 0014 cannot hold. Keep this revision, or restore the backup made before it.', name;
        END IF;
    END LOOP;
END $$;

DROP TRIGGER decisions_added_to_own ON entitlement.decision;
DROP TRIGGER decisions_deleted_from_own ON entitlement.decision;
DROP TRIGGER decisions_changed_from_own ON entitlement.decision;
DROP TRIGGER lines_deleted_from_own ON billing.invoice_line;
DROP TRIGGER parked_added_to_own ON billing.parked;
DROP TRIGGER parked_deleted_from_own ON billing.parked;
DROP TRIGGER parked_changed_from_own ON billing.parked;
DROP TRIGGER differences_added_to_own ON settlement.difference;
DROP TRIGGER differences_deleted_from_own ON settlement.difference;
DROP FUNCTION audit.refuse_others();
DROP FUNCTION billing.billed_elsewhere(text[]);
DO $$
DECLARE
    policy record;
BEGIN
    FOR policy IN SELECT polname, polrelid::regclass AS name FROM pg_policy LOOP
        EXECUTE format('DROP POLICY %I ON %s; ALTER TABLE %s DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', policy.polname, policy.name, policy.name);
    END LOOP;
END $$;
DROP FUNCTION audit.government();

ALTER TABLE quality.validation DROP CONSTRAINT fk_validation_delivery_id_government;
ALTER TABLE quality.judgement DROP CONSTRAINT fk_judgement_delivery_id_government;
ALTER TABLE quality.verdict DROP CONSTRAINT fk_verdict_delivery_id_government;
ALTER TABLE identity.verdict DROP CONSTRAINT fk_verdict_delivery_id_government, DROP CONSTRAINT fk_verdict_other_delivery_id_government;
ALTER TABLE settlement.statement_line DROP CONSTRAINT fk_statement_line_delivery_id_government, DROP CONSTRAINT uq_statement_line_line_key_government;
ALTER TABLE audit.approval DROP CONSTRAINT fk_approval_roster;
ALTER TABLE billing.invoice DROP CONSTRAINT fk_invoice_roster;
ALTER TABLE billing.posting DROP CONSTRAINT fk_posting_account_code_government;
ALTER TABLE billing.journal_entry DROP CONSTRAINT fk_journal_entry_period_government;
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT a.attrelid::regclass FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
        JOIN pg_namespace n ON n.oid = c.relnamespace
            AND n.nspname IN ('audit', 'sources', 'quality', 'identity', 'entitlement', 'billing', 'settlement', 'reporting')
        WHERE a.attname = 'government' AND NOT a.attisdropped
    LOOP
        EXECUTE format('ALTER TABLE %s DROP COLUMN government', name);  -- and with it the keys it is part of
    END LOOP;
END $$;

ALTER TABLE sources.delivery ADD CONSTRAINT pk_delivery PRIMARY KEY (delivery_id);
ALTER TABLE quality.validation ADD CONSTRAINT pk_validation PRIMARY KEY (delivery_id);
ALTER TABLE quality.validation ADD CONSTRAINT fk_validation_delivery_id FOREIGN KEY (delivery_id) REFERENCES sources.delivery (delivery_id);
ALTER TABLE quality.judgement ADD CONSTRAINT fk_judgement_delivery_id FOREIGN KEY (delivery_id) REFERENCES sources.delivery (delivery_id);
ALTER TABLE quality.verdict ADD CONSTRAINT fk_verdict_delivery_id FOREIGN KEY (delivery_id) REFERENCES sources.delivery (delivery_id);
ALTER TABLE identity.verdict ADD CONSTRAINT fk_verdict_delivery_id FOREIGN KEY (delivery_id) REFERENCES sources.delivery (delivery_id);
ALTER TABLE identity.verdict ADD CONSTRAINT fk_verdict_other_delivery_id FOREIGN KEY (other_delivery_id) REFERENCES sources.delivery (delivery_id);
ALTER TABLE settlement.statement_line ADD CONSTRAINT uq_statement_line_line_key UNIQUE (line_key);
ALTER TABLE settlement.statement_line ADD CONSTRAINT fk_statement_line_delivery_id FOREIGN KEY (delivery_id) REFERENCES sources.delivery (delivery_id);
ALTER TABLE settlement.payment ADD CONSTRAINT uq_payment_reference UNIQUE (reference);
ALTER TABLE settlement.reconciliation ADD CONSTRAINT uq_reconciliation_period_bill_delivery_id UNIQUE (period, bill_delivery_id);
ALTER TABLE sources.extract_unit
    ADD CONSTRAINT uq_extract_unit_period_source_snapshot_kecamatan_page UNIQUE (period, source, snapshot, kecamatan, page);
ALTER TABLE quality.duplicate ADD CONSTRAINT pk_duplicate PRIMARY KEY (period, source, scope, nearness);
ALTER TABLE entitlement.roster ADD CONSTRAINT uq_roster_period_version UNIQUE (period, version), ADD CONSTRAINT uq_roster_roster_id_period UNIQUE (roster_id, period);
ALTER TABLE audit.approval ADD CONSTRAINT fk_approval_roster FOREIGN KEY (roster_id, period) REFERENCES entitlement.roster (roster_id, period);
ALTER TABLE billing.invoice ADD CONSTRAINT fk_invoice_roster FOREIGN KEY (roster_id, period) REFERENCES entitlement.roster (roster_id, period);
ALTER TABLE billing.invoice ADD CONSTRAINT uq_invoice_number UNIQUE (number);
ALTER TABLE billing.number_series ADD CONSTRAINT pk_number_series PRIMARY KEY (wadah_code, year);
COMMENT ON TABLE billing.number_series IS 'Gapless invoice numbers per wadah and year';
ALTER TABLE billing.note ADD CONSTRAINT uq_note_number UNIQUE (number);
CREATE UNIQUE INDEX uq_note_draft ON billing.note (period, funding_source, wadah_code, kind) WHERE status = 'draft';
ALTER TABLE billing.note_series ADD CONSTRAINT pk_note_series PRIMARY KEY (wadah_code, year, kind);
COMMENT ON TABLE billing.note_series IS 'Gapless numbers of notes per wadah, year and kind';
ALTER TABLE billing.account ADD CONSTRAINT pk_account PRIMARY KEY (account_code);
ALTER TABLE billing.ledger_period ADD CONSTRAINT pk_ledger_period PRIMARY KEY (period);
ALTER TABLE billing.posting ADD CONSTRAINT fk_posting_account_code FOREIGN KEY (account_code) REFERENCES billing.account (account_code);
ALTER TABLE billing.journal_entry ADD CONSTRAINT uq_journal_entry_key UNIQUE (key),
    ADD CONSTRAINT fk_journal_entry_period FOREIGN KEY (period) REFERENCES billing.ledger_period (period);
CREATE UNIQUE INDEX ix_person_nik_nik_period ON identity.person_nik (nik, period) WHERE withdrawn_at IS NULL;
CREATE UNIQUE INDEX ix_person_event_person_id_period_kind ON identity.person_event (person_id, period, kind) WHERE withdrawn_at IS NULL;

-- The functions of identity say the same of one government as before and stay. This one need not look at others any more:
CREATE OR REPLACE FUNCTION billing.left_out(months text[]) RETURNS TABLE (person_id bigint, period text, least_times bigint, most_times bigint, payer_sets bigint)
LANGUAGE sql STABLE AS $$
    SELECT person_id, period, min(times), max(times), count(DISTINCT payer_set) FILTER (WHERE times > 0)
    FROM (
        SELECT c.person_id, c.period::text AS period, c.share_no, c.payer_set, sum(CASE c.kind WHEN 'debit' THEN 1 ELSE -1 END) AS times
        FROM billing.correction c LEFT JOIN billing.correction_check k USING (correction_id)
        WHERE c.line_id IS NULL AND c.period = ANY (months) AND k.answer IS DISTINCT FROM 'disagree'
        GROUP BY c.person_id, c.period, c.share_no, c.payer_set
    ) counted
    GROUP BY person_id, period
$$;
