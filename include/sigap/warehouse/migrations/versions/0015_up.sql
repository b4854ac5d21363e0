-- Several governments, each with its own months, books and numbers, on one warehouse. SQLSTATE of every refusal: P0001.

CREATE FUNCTION audit.government() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(current_setting('sigap.government', true), ''), '3275')
$$;
COMMENT ON FUNCTION audit.government() IS 'Whom this connection acts for: its setting sigap.government, else the city that the shipped configuration is for';

-- ---------------------------------------------------------------- whose row it is

-- Rows that are there belong to the government whose deployment migrates them (`sigap.first_government`).
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'audit.approval', 'audit.outcome', 'billing.account', 'billing.correction', 'billing.invoice', 'billing.journal_entry',
        'billing.ledger_period', 'billing.ledger_period_event', 'billing.note', 'billing.note_series', 'billing.number_series', 'billing.posting',
        'entitlement.roster', 'identity.person_event', 'identity.person_nik', 'identity.verdict', 'quality.duplicate', 'quality.judgement',
        'quality.validation', 'quality.verdict', 'reporting.link_quality', 'settlement.payment', 'settlement.reconciliation',
        'settlement.statement_line', 'sources.delivery', 'sources.extract_unit', 'sources.mapping'
    ] LOOP
        EXECUTE format($sql$
            ALTER TABLE %1$s ADD COLUMN government VARCHAR(4)
                DEFAULT coalesce(nullif(current_setting('sigap.first_government', true), ''), '3275') NOT NULL;
            ALTER TABLE %1$s ALTER COLUMN government SET DEFAULT coalesce(nullif(current_setting('sigap.government', true), ''), '3275');
            ALTER TABLE %1$s ADD CONSTRAINT ck_%2$s_government CHECK (government ~ '^[0-9]{2}([0-9]{2})?$');
            COMMENT ON COLUMN %1$s.government IS 'Kode wilayah of the government whose row it is: 2 digits a province, 4 a city or regency';
        $sql$, name, split_part(name, '.', 2));
    END LOOP;
END $$;

-- ---------------------------------------------------------------- keys are one government's own

ALTER TABLE quality.validation DROP CONSTRAINT fk_validation_delivery_id;
ALTER TABLE quality.judgement DROP CONSTRAINT fk_judgement_delivery_id;
ALTER TABLE quality.verdict DROP CONSTRAINT fk_verdict_delivery_id;
ALTER TABLE identity.verdict DROP CONSTRAINT fk_verdict_delivery_id, DROP CONSTRAINT fk_verdict_other_delivery_id;
ALTER TABLE settlement.statement_line DROP CONSTRAINT fk_statement_line_delivery_id;
ALTER TABLE sources.delivery DROP CONSTRAINT pk_delivery, ADD CONSTRAINT pk_delivery PRIMARY KEY (delivery_id, government);
ALTER TABLE quality.validation DROP CONSTRAINT pk_validation, ADD CONSTRAINT pk_validation PRIMARY KEY (delivery_id, government);
ALTER TABLE quality.validation ADD CONSTRAINT fk_validation_delivery_id_government
    FOREIGN KEY (delivery_id, government) REFERENCES sources.delivery (delivery_id, government);
ALTER TABLE quality.judgement ADD CONSTRAINT fk_judgement_delivery_id_government
    FOREIGN KEY (delivery_id, government) REFERENCES sources.delivery (delivery_id, government);
ALTER TABLE quality.verdict ADD CONSTRAINT fk_verdict_delivery_id_government
    FOREIGN KEY (delivery_id, government) REFERENCES sources.delivery (delivery_id, government);
ALTER TABLE identity.verdict ADD CONSTRAINT fk_verdict_delivery_id_government
    FOREIGN KEY (delivery_id, government) REFERENCES sources.delivery (delivery_id, government);
ALTER TABLE identity.verdict ADD CONSTRAINT fk_verdict_other_delivery_id_government
    FOREIGN KEY (other_delivery_id, government) REFERENCES sources.delivery (delivery_id, government);
ALTER TABLE settlement.statement_line ADD CONSTRAINT fk_statement_line_delivery_id_government
    FOREIGN KEY (delivery_id, government) REFERENCES sources.delivery (delivery_id, government);
ALTER TABLE settlement.statement_line DROP CONSTRAINT uq_statement_line_line_key,
    ADD CONSTRAINT uq_statement_line_line_key_government UNIQUE (line_key, government);
ALTER TABLE settlement.payment DROP CONSTRAINT uq_payment_reference, ADD CONSTRAINT uq_payment_reference_government UNIQUE (reference, government);
ALTER TABLE settlement.reconciliation DROP CONSTRAINT uq_reconciliation_period_bill_delivery_id,
    ADD CONSTRAINT uq_reconciliation_period_bill_delivery_id_government UNIQUE (period, bill_delivery_id, government);
ALTER TABLE sources.extract_unit DROP CONSTRAINT uq_extract_unit_period_source_snapshot_kecamatan_page,
    ADD CONSTRAINT uq_extract_unit_page UNIQUE (period, source, snapshot, kecamatan, page, government);
ALTER TABLE quality.duplicate DROP CONSTRAINT pk_duplicate, ADD CONSTRAINT pk_duplicate PRIMARY KEY (period, source, scope, nearness, government);

ALTER TABLE audit.approval DROP CONSTRAINT fk_approval_roster;
ALTER TABLE billing.invoice DROP CONSTRAINT fk_invoice_roster;
ALTER TABLE entitlement.roster DROP CONSTRAINT uq_roster_period_version, DROP CONSTRAINT uq_roster_roster_id_period,
    ADD CONSTRAINT uq_roster_period_version_government UNIQUE (period, version, government),
    ADD CONSTRAINT uq_roster_roster_id_period_government UNIQUE (roster_id, period, government);
ALTER TABLE audit.approval ADD CONSTRAINT fk_approval_roster
    FOREIGN KEY (roster_id, period, government) REFERENCES entitlement.roster (roster_id, period, government);
ALTER TABLE billing.invoice ADD CONSTRAINT fk_invoice_roster
    FOREIGN KEY (roster_id, period, government) REFERENCES entitlement.roster (roster_id, period, government);
ALTER TABLE billing.invoice DROP CONSTRAINT uq_invoice_number, ADD CONSTRAINT uq_invoice_number_government UNIQUE (number, government);
ALTER TABLE billing.number_series DROP CONSTRAINT pk_number_series, ADD CONSTRAINT pk_number_series PRIMARY KEY (wadah_code, year, government);
COMMENT ON TABLE billing.number_series IS 'Gapless invoice numbers per government, wadah and year';
ALTER TABLE billing.note DROP CONSTRAINT uq_note_number, ADD CONSTRAINT uq_note_number_government UNIQUE (number, government);
DROP INDEX billing.uq_note_draft;
CREATE UNIQUE INDEX uq_note_draft ON billing.note (period, funding_source, wadah_code, kind, government) WHERE status = 'draft';
ALTER TABLE billing.note_series DROP CONSTRAINT pk_note_series, ADD CONSTRAINT pk_note_series PRIMARY KEY (wadah_code, year, kind, government);
COMMENT ON TABLE billing.note_series IS 'Gapless numbers of notes per government, wadah, year and kind';

ALTER TABLE billing.posting DROP CONSTRAINT fk_posting_account_code;
ALTER TABLE billing.journal_entry DROP CONSTRAINT fk_journal_entry_period;
ALTER TABLE billing.account DROP CONSTRAINT pk_account, ADD CONSTRAINT pk_account PRIMARY KEY (account_code, government);
ALTER TABLE billing.ledger_period DROP CONSTRAINT pk_ledger_period, ADD CONSTRAINT pk_ledger_period PRIMARY KEY (period, government);
ALTER TABLE billing.posting ADD CONSTRAINT fk_posting_account_code_government
    FOREIGN KEY (account_code, government) REFERENCES billing.account (account_code, government);
ALTER TABLE billing.journal_entry DROP CONSTRAINT uq_journal_entry_key,
    ADD CONSTRAINT uq_journal_entry_key_government UNIQUE (key, government),
    ADD CONSTRAINT fk_journal_entry_period_government FOREIGN KEY (period, government) REFERENCES billing.ledger_period (period, government);

-- ---------------------------------------------------------------- everybody to their own rows

-- The value is read once per statement, not per row. '*' reads the rows of all: only functions of the warehouse and migrations set it.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'audit.approval', 'audit.outcome', 'billing.account', 'billing.correction', 'billing.invoice', 'billing.journal_entry',
        'billing.ledger_period', 'billing.ledger_period_event', 'billing.note', 'billing.note_series', 'billing.number_series', 'billing.posting',
        'entitlement.roster', 'identity.verdict', 'quality.duplicate', 'quality.judgement', 'quality.validation', 'quality.verdict',
        'reporting.link_quality', 'settlement.payment', 'settlement.reconciliation', 'settlement.statement_line', 'sources.delivery',
        'sources.extract_unit', 'sources.mapping'
    ] LOOP
        EXECUTE format($sql$
            ALTER TABLE %1$s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY own_government ON %1$s USING ((SELECT audit.government()) IN (government, '*'))
                WITH CHECK (government = (SELECT audit.government()));
        $sql$, name);
    END LOOP;
END $$;

-- What hangs by a row is seen and added to by whoever sees that row.
DO $$
DECLARE
    child text[];
BEGIN
    FOREACH child SLICE 1 IN ARRAY ARRAY[
        ['billing.correction_check', 'correction_id', 'billing.correction'], ['billing.note_line', 'note_id', 'billing.note'],
        ['billing.void_request', 'invoice_id', 'billing.invoice'], ['billing.void_answer', 'void_request_id', 'billing.void_request'],
        ['identity.verdict_check', 'verdict_id', 'identity.verdict'], ['reporting.document', 'invoice_id', 'billing.invoice'],
        ['reporting.hand_over', 'invoice_id', 'billing.invoice'], ['settlement.billing_code', 'invoice_id', 'billing.invoice'],
        ['settlement.allocation', 'invoice_id', 'billing.invoice'], ['settlement.line_verdict', 'line_id', 'settlement.statement_line'],
        ['settlement.berita_acara', 'reconciliation_id', 'settlement.reconciliation']
    ] LOOP
        EXECUTE format($sql$
            ALTER TABLE %1$s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY own_government ON %1$s USING (EXISTS (SELECT FROM %3$s above WHERE above.%2$I = %4$I.%2$I));
        $sql$, child[1], child[2], child[3], split_part(child[1], '.', 2));
    END LOOP;
END $$;

CREATE POLICY own_line ON settlement.allocation AS RESTRICTIVE FOR INSERT
    WITH CHECK (EXISTS (SELECT FROM settlement.statement_line above WHERE above.line_id = allocation.line_id));
CREATE POLICY own_other_line ON settlement.line_verdict AS RESTRICTIVE FOR INSERT
    WITH CHECK (other_line_id IS NULL OR EXISTS (SELECT FROM settlement.statement_line above WHERE above.line_id = line_verdict.other_line_id));
CREATE POLICY own_correction ON billing.note_line AS RESTRICTIVE FOR INSERT
    WITH CHECK (EXISTS (SELECT FROM billing.correction above WHERE above.correction_id = note_line.correction_id));

-- Rows that come by the million are loaded by COPY, which a policy would forbid: they are reached through their roster, invoice or
-- reconciliation, and a trigger keeps others away from them.
CREATE FUNCTION audit.refuse_others() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_own boolean;
BEGIN
    EXECUTE format('SELECT NOT EXISTS (SELECT FROM (SELECT DISTINCT %1$I FROM touched) t WHERE NOT EXISTS (SELECT FROM %2$s own WHERE own.%1$I = t.%1$I))',
        TG_ARGV[1], TG_ARGV[0]) INTO is_own;
    IF NOT is_own THEN
        RAISE EXCEPTION 'Some of these rows of % belong to another government. Each government changes its own.', TG_RELID::regclass;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION audit.refuse_others() IS 'Refuses rows of a roster or a reconciliation of another government; once per statement';

CREATE TRIGGER decisions_added_to_own AFTER INSERT ON entitlement.decision
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_others('entitlement.roster', 'roster_id');
CREATE TRIGGER decisions_deleted_from_own AFTER DELETE ON entitlement.decision
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_others('entitlement.roster', 'roster_id');
CREATE TRIGGER decisions_changed_from_own AFTER UPDATE ON entitlement.decision
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_others('entitlement.roster', 'roster_id');
CREATE TRIGGER lines_deleted_from_own AFTER DELETE ON billing.invoice_line
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_others('entitlement.roster', 'roster_id');
CREATE TRIGGER parked_added_to_own AFTER INSERT ON billing.parked
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_others('entitlement.roster', 'roster_id');
CREATE TRIGGER parked_deleted_from_own AFTER DELETE ON billing.parked
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_others('entitlement.roster', 'roster_id');
CREATE TRIGGER parked_changed_from_own AFTER UPDATE ON billing.parked
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_others('entitlement.roster', 'roster_id');
CREATE TRIGGER differences_added_to_own AFTER INSERT ON settlement.difference
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_others('settlement.reconciliation', 'reconciliation_id');
CREATE TRIGGER differences_deleted_from_own AFTER DELETE ON settlement.difference
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_others('settlement.reconciliation', 'reconciliation_id');

-- ---------------------------------------------------------------- who is subsidised already, whoever pays

-- Read over all governments: nobody is added to a month by one whom a correction of another adds to it.
CREATE OR REPLACE FUNCTION billing.left_out(months text[]) RETURNS TABLE (person_id bigint, period text, least_times bigint, most_times bigint, payer_sets bigint)
LANGUAGE plpgsql AS $$
DECLARE
    own text := audit.government();
BEGIN
    PERFORM set_config('sigap.government', '*', true);
    RETURN QUERY
        SELECT counted.person_id, counted.period, min(counted.times), max(counted.times), count(DISTINCT counted.payer_set) FILTER (WHERE counted.times > 0)
        FROM (
            SELECT c.person_id, c.period::text AS period, c.share_no, c.government || '/' || c.payer_set AS payer_set,
                   sum(CASE c.kind WHEN 'debit' THEN 1 ELSE -1 END) AS times
            FROM billing.correction c LEFT JOIN billing.correction_check k USING (correction_id)
            WHERE c.line_id IS NULL AND c.period = ANY (months) AND k.answer IS DISTINCT FROM 'disagree'
            GROUP BY c.person_id, c.period, c.share_no, c.government, c.payer_set
        ) counted
        GROUP BY counted.person_id, counted.period;
    PERFORM set_config('sigap.government', own, true);
END $$;

CREATE FUNCTION billing.billed_elsewhere(months text[]) RETURNS TABLE (person_id bigint, period text, payer_set text, share_no smallint)
LANGUAGE plpgsql AS $$
DECLARE
    own text := audit.government();
BEGIN
    PERFORM set_config('sigap.government', '*', true);
    RETURN QUERY
        SELECT l.person_id, l.period::text, i.government || '/' || l.payer_set, l.share_no
        FROM billing.invoice i JOIN billing.invoice_line l ON l.invoice_id = i.invoice_id
        WHERE i.government <> own AND i.status <> 'void' AND i.covers_from <= (SELECT max(month) FROM unnest(months) month)
          AND i.covers_to >= (SELECT min(month) FROM unnest(months) month) AND l.period = ANY (months) AND NOT l.is_void
        UNION ALL
        SELECT c.person_id, c.period::text, c.government || '/' || c.payer_set, c.share_no
        FROM billing.correction c LEFT JOIN billing.correction_check k USING (correction_id)
        WHERE c.government <> own AND c.line_id IS NULL AND c.period = ANY (months) AND k.answer IS DISTINCT FROM 'disagree'
        GROUP BY c.person_id, c.period, c.share_no, c.government, c.payer_set
        HAVING sum(CASE c.kind WHEN 'debit' THEN 1 ELSE -1 END) > 0
        ORDER BY 1, 2, 4;
    PERFORM set_config('sigap.government', own, true);
END $$;
COMMENT ON FUNCTION billing.billed_elsewhere(text[]) IS 'Person-months that invoices of other governments bill, drafts too, or their corrections add; the payer set after the kode wilayah';

-- ---------------------------------------------------------------- one human, one number, for all governments

-- Each government records what its own month did, so that a rerun takes back only that. Of what two say of one month the first counts.
DROP INDEX identity.ix_person_nik_nik_period;
CREATE UNIQUE INDEX ix_person_nik_nik_period_government ON identity.person_nik (nik, period, government) WHERE withdrawn_at IS NULL;
DROP INDEX identity.ix_person_event_person_id_period_kind;
CREATE UNIQUE INDEX ix_person_event_person_id_period_kind_government
    ON identity.person_event (person_id, period, kind, government) WHERE withdrawn_at IS NULL;

CREATE OR REPLACE FUNCTION identity.nik_as_of(as_of text) RETURNS TABLE (nik varchar, person_id bigint, since varchar)
LANGUAGE sql STABLE AS $$
    SELECT n.nik, n.person_id, n.period
    FROM identity.person_nik n
    WHERE n.withdrawn_at IS NULL AND n.period <= as_of
      AND NOT EXISTS (
          SELECT FROM identity.person_nik later
          WHERE later.nik = n.nik AND later.withdrawn_at IS NULL AND later.period <= as_of
            AND later.person_nik_id <> n.person_nik_id  -- most rows meet only themselves
            AND (later.period > n.period OR (later.period = n.period AND later.person_nik_id < n.person_nik_id))
      )
$$;

CREATE OR REPLACE FUNCTION identity.merge_as_of(as_of text) RETURNS TABLE (person_id bigint, parent_id bigint, survivor_id bigint)
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE merge AS (
        SELECT newest.person_id, newest.other_person_id AS parent_id
        FROM (
            SELECT DISTINCT ON (e.person_id) e.person_id, e.other_person_id, e.kind
            FROM identity.person_event e
            WHERE e.withdrawn_at IS NULL AND e.kind IN ('merged', 'unmerged') AND e.period <= as_of
            ORDER BY e.person_id, e.period DESC, e.kind, e.event_id  -- who left one and joined another in a month is merged
        ) newest
        WHERE newest.kind = 'merged'
    ), survivor AS (
        SELECT m.person_id, m.parent_id, m.parent_id AS survivor_id
        FROM merge m WHERE NOT EXISTS (SELECT FROM merge above WHERE above.person_id = m.parent_id)
        UNION ALL
        SELECT m.person_id, m.parent_id, s.survivor_id FROM merge m JOIN survivor s ON s.person_id = m.parent_id
    )
    SELECT survivor.person_id, survivor.parent_id, survivor.survivor_id FROM survivor
$$;

CREATE OR REPLACE FUNCTION identity.person_as_of(as_of text)
RETURNS TABLE (person_id bigint, nik varchar, merged_into bigint, first_period varchar) LANGUAGE sql STABLE AS $$
    SELECT c.person_id, coalesce(corrected.nik_after, c.nik_after), m.survivor_id, c.period
    FROM identity.person_event c
    LEFT JOIN (
        SELECT DISTINCT ON (e.person_id) e.person_id, e.nik_after
        FROM identity.person_event e
        WHERE e.withdrawn_at IS NULL AND e.kind = 'nik_corrected' AND e.period <= as_of
        ORDER BY e.person_id, e.period DESC, e.event_id
    ) corrected ON corrected.person_id = c.person_id
    LEFT JOIN identity.merge_as_of(as_of) m ON m.person_id = c.person_id
    WHERE c.withdrawn_at IS NULL AND c.kind = 'created' AND c.period <= as_of
      AND NOT EXISTS (
          SELECT FROM identity.person_event earlier
          WHERE earlier.person_id = c.person_id AND earlier.withdrawn_at IS NULL AND earlier.kind = 'created'
            AND earlier.event_id <> c.event_id
            AND (earlier.period < c.period OR (earlier.period = c.period AND earlier.event_id < c.event_id))
      )
$$;
