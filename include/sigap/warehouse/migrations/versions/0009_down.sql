-- What the release before cannot hold is refused, with what to do.
DO $$
BEGIN
    IF EXISTS (SELECT FROM billing.invoice WHERE status = 'void' OR covers_from <> covers_to OR covers_from <> period OR generation > 0)
        OR EXISTS (SELECT FROM billing.invoice_line WHERE share_no > 1) THEN
        RAISE EXCEPTION 'Some invoices are void, shared or of several months, which revision 0008 cannot hold. Keep this revision, or restore the backup made before it.';
    END IF;
END $$;
DROP VIEW reporting.invoice_overview;
DROP TABLE billing.parked;
DROP TRIGGER lines_stay ON billing.invoice_line;
DROP FUNCTION billing.check_changed_lines();
DROP INDEX billing.uq_invoice_line_standing, billing.ix_invoice_line_shared;
ALTER TABLE billing.invoice_line DROP CONSTRAINT ck_invoice_line_share, DROP CONSTRAINT ck_invoice_line_amounts;
DROP TRIGGER invoice_takes_lines ON billing.invoice;
DROP FUNCTION billing.delete_lines();
ALTER TABLE billing.invoice_line DROP COLUMN payer_set, DROP COLUMN share_no, DROP COLUMN is_void;
ALTER TABLE billing.invoice_line ADD CONSTRAINT ck_invoice_line_amounts CHECK (jkk_idr > 0 AND jkm_idr > 0 AND jkk_idr + jkm_idr = total_idr);
ALTER TABLE billing.invoice_line ADD CONSTRAINT uq_invoice_line_person_id_period UNIQUE (person_id, period);
ALTER TABLE billing.invoice_line ADD CONSTRAINT fk_line_invoice FOREIGN KEY (invoice_id, period) REFERENCES billing.invoice (invoice_id, period) ON DELETE CASCADE;
ALTER TABLE billing.invoice_line ADD CONSTRAINT fk_line_decision FOREIGN KEY (roster_id, person_id) REFERENCES entitlement.decision (roster_id, person_id);
DROP TABLE billing.void_answer, billing.void_request;
DROP FUNCTION billing.check_void_answer();
DROP FUNCTION billing.check_void_request();
DROP INDEX billing.uq_invoice_standing, billing.uq_invoice_replaces_id;
ALTER TABLE billing.invoice DROP CONSTRAINT ck_invoice_status, DROP CONSTRAINT ck_invoice_numbered, DROP CONSTRAINT ck_invoice_voided, DROP CONSTRAINT ck_invoice_covers, DROP CONSTRAINT fk_invoice_replaces_id;
ALTER TABLE billing.invoice DROP COLUMN covers_from, DROP COLUMN covers_to, DROP COLUMN generation, DROP COLUMN replaces_id, DROP COLUMN voided_at;
ALTER TABLE billing.invoice ADD CONSTRAINT ck_invoice_status CHECK (status IN ('draft', 'approved', 'issued'));
ALTER TABLE billing.invoice ADD CONSTRAINT ck_invoice_numbered CHECK ((status = 'issued') = (number IS NOT NULL AND issued_at IS NOT NULL));
ALTER TABLE billing.invoice ADD CONSTRAINT uq_invoice_period_funding_source_wadah_code_roster_id UNIQUE (period, funding_source, wadah_code, roster_id);
ALTER TABLE audit.approval DROP CONSTRAINT uq_approval_subject_roster_id_generation, DROP CONSTRAINT ck_approval_generation;
ALTER TABLE audit.approval DROP COLUMN generation;
ALTER TABLE audit.approval ADD CONSTRAINT uq_approval_subject_roster_id UNIQUE (subject, roster_id);

-- The guards as revision 0002 laid them.
CREATE OR REPLACE FUNCTION billing.check_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before billing.invoice := OLD;
    judged text := (SELECT verdict FROM audit.approval WHERE roster_id = OLD.roster_id AND subject = 'invoices');
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.status <> 'draft' OR judged = 'approved' THEN
            RAISE EXCEPTION 'Invoice % of % is % and cannot be deleted. Correct it in a later month.', coalesce(OLD.number, OLD.invoice_id::text), OLD.period, coalesce(judged, OLD.status);
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.status = 'issued' THEN
        RAISE EXCEPTION 'Invoice % of % is issued and cannot change. Correct it in a later month.', OLD.number, OLD.period;
    END IF;
    IF NEW.status <> 'draft' AND judged IS DISTINCT FROM 'approved' THEN
        RAISE EXCEPTION 'Invoice % of % has no approval on record. Let finance approve the invoices first.', OLD.invoice_id, OLD.period;
    END IF;
    before.status := NEW.status;
    before.number := NEW.number;
    before.issued_at := NEW.issued_at;
    IF judged IS NOT NULL AND (before <> NEW OR NEW.status = 'draft' OR (OLD.status = 'approved' AND NEW.status <> 'issued')) THEN
        RAISE EXCEPTION 'Invoice % of % is % as it stands: all that may follow is its issue.', OLD.invoice_id, OLD.period, judged;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION billing.check_new_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> 'draft' THEN
        RAISE EXCEPTION 'An invoice of % begins as a draft. Add its lines, then have it approved and issued.', NEW.period;
    END IF;
    IF EXISTS (SELECT FROM audit.approval WHERE roster_id = NEW.roster_id AND subject = 'invoices') THEN
        RAISE EXCEPTION 'The invoices of % were judged: none can join them. Decide the month again.', NEW.period;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION billing.refuse_unbalanced(touched_invoices bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    uneven record;
BEGIN
    SELECT i.invoice_id, i.period, i.people, i.total_idr, l.people AS counted, l.total_idr AS summed
    INTO uneven
    FROM billing.invoice i
    CROSS JOIN LATERAL (
        SELECT count(*) AS people, coalesce(sum(jkk_idr), 0) AS jkk_idr, coalesce(sum(jkm_idr), 0) AS jkm_idr,
               coalesce(sum(total_idr), 0) AS total_idr
        FROM billing.invoice_line WHERE invoice_id = i.invoice_id
    ) l
    WHERE i.invoice_id = ANY (touched_invoices)
      AND (i.people, i.jkk_idr, i.jkm_idr, i.total_idr) IS DISTINCT FROM (l.people, l.jkk_idr, l.jkm_idr, l.total_idr)
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Invoice % of % says % people and Rp%, its lines say % people and Rp%. Write the header and all its lines together, in one transaction.',
            uneven.invoice_id, uneven.period, uneven.people, uneven.total_idr, uneven.counted, uneven.summed;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION billing.check_added_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    -- Keeps the invoices and their rosters as they are until this transaction ends.
    PERFORM FROM billing.invoice i JOIN entitlement.roster r ON r.roster_id = i.roster_id
        WHERE i.invoice_id IN (SELECT DISTINCT invoice_id FROM added) FOR SHARE;
    SELECT i.number, i.invoice_id, i.period, i.status INTO wrong FROM billing.invoice i
        WHERE i.invoice_id IN (SELECT DISTINCT invoice_id FROM added) AND i.status <> 'draft' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Invoice % of % is %: no line can be added. Correct it in a later month.', coalesce(wrong.number, wrong.invoice_id::text), wrong.period, wrong.status;
    END IF;
    SELECT count(*) AS lines, min(l.period) AS period INTO wrong
        FROM added l
        JOIN billing.invoice i ON i.invoice_id = l.invoice_id
        JOIN entitlement.roster r ON r.roster_id = i.roster_id
        LEFT JOIN entitlement.decision d ON d.roster_id = l.roster_id AND d.person_id = l.person_id
        WHERE (r.status = 'approved' AND l.roster_id = i.roster_id AND d.outcome = 'subsidised'
               AND d.funding_source = i.funding_source AND d.wadah_code = i.wadah_code) IS NOT TRUE;
    IF wrong.lines > 0 THEN
        RAISE EXCEPTION '% lines of % bill persons who are not subsidised from this source in the approved roster. Bill the approved roster only.', wrong.lines, wrong.period;
    END IF;
    PERFORM billing.refuse_unbalanced(ARRAY(SELECT DISTINCT invoice_id FROM added));
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION billing.refuse_line_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Invoice lines are never changed. Delete the draft invoice and make it again.';
END $$;
CREATE TRIGGER lines_stay BEFORE UPDATE ON billing.invoice_line
    FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_line_update();
COMMENT ON FUNCTION billing.refuse_line_update() IS 'Invoice lines are never changed';
