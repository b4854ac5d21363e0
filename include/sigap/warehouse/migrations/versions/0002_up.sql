-- The database guards what was judged and what is owed, whoever writes to it. SQLSTATE of every refusal: P0001.
-- Messages name invoices, rosters and months; never a person.

-- ---------------------------------------------------------------- approvals

CREATE FUNCTION audit.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is a record: it is added to, never changed. Only a new row can say something else.', TG_RELID::regclass;
END $$;
COMMENT ON FUNCTION audit.refuse_change() IS 'Refuses any change of a row that is evidence';

CREATE TRIGGER approval_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.approval
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

CREATE FUNCTION audit.same_account(one text, other text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace(lower(normalize(one, NFKC)), '\s', '', 'g') = regexp_replace(lower(normalize(other, NFKC)), '\s', '', 'g')
$$;
COMMENT ON FUNCTION audit.same_account(text, text) IS 'Whether two account names differ at most in case, blanks or width of letters';

CREATE FUNCTION audit.check_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.subject <> 'invoices' THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (SELECT FROM entitlement.roster WHERE roster_id = NEW.roster_id AND status = 'approved') THEN
        RAISE EXCEPTION 'The invoices of % cannot be judged: their roster is not approved. Approve the roster first.', NEW.period;
    END IF;
    IF NEW.verdict = 'approved' AND EXISTS (
        SELECT FROM audit.approval
        WHERE roster_id = NEW.roster_id AND subject = 'roster' AND audit.same_account(actor, NEW.actor)
    ) THEN
        RAISE EXCEPTION 'The invoices of % cannot be approved by whoever approved their roster. Ask another person in finance.', NEW.period;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION audit.check_approval() IS 'Four eyes: the roster and its invoices are approved by two persons, in this order';

CREATE TRIGGER approval_by_two BEFORE INSERT ON audit.approval
    FOR EACH ROW EXECUTE FUNCTION audit.check_approval();

-- ---------------------------------------------------------------- rosters

CREATE FUNCTION entitlement.check_roster() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before entitlement.roster := OLD;
    judged text := (SELECT verdict FROM audit.approval WHERE roster_id = OLD.roster_id AND subject = 'roster');
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.status <> 'draft' THEN
            RAISE EXCEPTION 'Roster version % of % was judged and stays. Make a new version.', OLD.version, OLD.period;
        END IF;
        RETURN OLD;
    END IF;
    before.status := NEW.status;
    IF OLD.status = 'draft' THEN
        IF judged IS NOT NULL AND before <> NEW THEN
            RAISE EXCEPTION 'Roster version % of % was judged as it stands and cannot change. Make a new version.', OLD.version, OLD.period;
        END IF;
        IF NEW.status <> 'draft' AND NEW.status IS DISTINCT FROM judged THEN
            RAISE EXCEPTION 'Roster version % of % has no judgement on record that says %. Record it in the same transaction.', OLD.version, OLD.period, NEW.status;
        END IF;
        RETURN NEW;
    END IF;
    -- The one way back: finance rejects the invoices of an approved roster before any of them is approved.
    IF OLD.status = 'approved' AND NEW.status = 'rejected' AND before = NEW
        AND EXISTS (
            SELECT FROM audit.approval
            WHERE roster_id = OLD.roster_id AND subject = 'invoices' AND verdict = 'rejected'
        )
        AND NOT EXISTS (SELECT FROM billing.invoice WHERE roster_id = OLD.roster_id) THEN
        RETURN NEW;
    END IF;
    IF NEW = OLD THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Roster version % of % is % and cannot change. Make a new version.', OLD.version, OLD.period, OLD.status;
END $$;
COMMENT ON FUNCTION entitlement.check_roster() IS 'A roster takes effect exactly as it was judged; its status does not go back';

CREATE TRIGGER roster_stays BEFORE UPDATE OR DELETE ON entitlement.roster
    FOR EACH ROW EXECUTE FUNCTION entitlement.check_roster();

CREATE FUNCTION entitlement.check_new_roster() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> 'draft' THEN
        RAISE EXCEPTION 'A roster of % begins as a draft. Add its decisions, then record the approval.', NEW.period;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION entitlement.check_new_roster() IS 'A roster begins as a draft';

CREATE TRIGGER roster_begins_as_draft BEFORE INSERT ON entitlement.roster
    FOR EACH ROW EXECUTE FUNCTION entitlement.check_new_roster();

-- Once per statement, however many decisions it touches. The share lock keeps the roster from being judged meanwhile.
CREATE FUNCTION entitlement.check_decisions() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    judged record;
BEGIN
    FOR judged IN
        SELECT roster_id, period, version, status FROM entitlement.roster
        WHERE roster_id IN (SELECT DISTINCT roster_id FROM touched) FOR SHARE
    LOOP
        IF judged.status <> 'draft' OR EXISTS (SELECT FROM audit.approval WHERE roster_id = judged.roster_id) THEN
            RAISE EXCEPTION 'Roster version % of % is judged: its decisions cannot change. Make a new version.', judged.version, judged.period;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION entitlement.check_decisions() IS 'Decisions change only while their roster is a draft';

CREATE TRIGGER decisions_added AFTER INSERT ON entitlement.decision
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION entitlement.check_decisions();
CREATE TRIGGER decisions_deleted AFTER DELETE ON entitlement.decision
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION entitlement.check_decisions();
-- An update could also move decisions into another roster: both ends are checked.
CREATE TRIGGER decisions_changed_from AFTER UPDATE ON entitlement.decision
    REFERENCING OLD TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION entitlement.check_decisions();
CREATE TRIGGER decisions_changed_to AFTER UPDATE ON entitlement.decision
    REFERENCING NEW TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION entitlement.check_decisions();

-- ---------------------------------------------------------------- invoices

CREATE FUNCTION billing.check_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
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
COMMENT ON FUNCTION billing.check_invoice() IS 'draft, approved, issued: each once, each with its approval, and never back';

CREATE TRIGGER invoice_stays BEFORE UPDATE OR DELETE ON billing.invoice
    FOR EACH ROW EXECUTE FUNCTION billing.check_invoice();

CREATE FUNCTION billing.check_new_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status <> 'draft' THEN
        RAISE EXCEPTION 'An invoice of % begins as a draft. Add its lines, then have it approved and issued.', NEW.period;
    END IF;
    IF EXISTS (SELECT FROM audit.approval WHERE roster_id = NEW.roster_id AND subject = 'invoices') THEN
        RAISE EXCEPTION 'The invoices of % were judged: none can join them. Decide the month again.', NEW.period;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION billing.check_new_invoice() IS 'An invoice begins as a draft, before finance judges';

CREATE TRIGGER invoice_begins_as_draft BEFORE INSERT ON billing.invoice
    FOR EACH ROW EXECUTE FUNCTION billing.check_new_invoice();

CREATE FUNCTION billing.refuse_unbalanced(touched_invoices bigint[]) RETURNS void LANGUAGE plpgsql AS $$
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
COMMENT ON FUNCTION billing.refuse_unbalanced(bigint[]) IS 'Lines add up to their header: people, JKK, JKM, total';

CREATE FUNCTION billing.check_added_lines() RETURNS trigger LANGUAGE plpgsql AS $$
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
COMMENT ON FUNCTION billing.check_added_lines() IS 'One set-based check per statement: draft, subsidised in the approved roster, equal to the header';

CREATE TRIGGER lines_added AFTER INSERT ON billing.invoice_line
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION billing.check_added_lines();

CREATE FUNCTION billing.refuse_line_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Invoice lines are never changed. Delete the draft invoice and make it again.';
END $$;
COMMENT ON FUNCTION billing.refuse_line_update() IS 'Invoice lines are never changed';

CREATE TRIGGER lines_stay BEFORE UPDATE ON billing.invoice_line
    FOR EACH STATEMENT EXECUTE FUNCTION billing.refuse_line_update();

-- Deleting a draft invoice takes its lines along: by then its header is gone. Lines of a header that stays cannot go.
CREATE FUNCTION billing.check_deleted_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept record;
BEGIN
    SELECT i.number, i.invoice_id, i.period, i.status INTO kept FROM billing.invoice i
        WHERE i.invoice_id IN (SELECT DISTINCT invoice_id FROM deleted) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Lines of invoice % of % (%) cannot be deleted. A draft is deleted as a whole: delete its header.', coalesce(kept.number, kept.invoice_id::text), kept.period, kept.status;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION billing.check_deleted_lines() IS 'A draft is deleted as a whole, anything else not at all';

CREATE TRIGGER lines_deleted AFTER DELETE ON billing.invoice_line
    REFERENCING OLD TABLE AS deleted FOR EACH STATEMENT EXECUTE FUNCTION billing.check_deleted_lines();

CREATE FUNCTION billing.check_balance_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM billing.refuse_unbalanced(ARRAY[NEW.invoice_id]);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION billing.check_balance_at_commit() IS 'At commit, every header that was written equals its lines';

CREATE CONSTRAINT TRIGGER invoice_equals_lines AFTER INSERT OR UPDATE ON billing.invoice
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing.check_balance_at_commit();

-- ---------------------------------------------------------------- emptying a table passes the row triggers by

CREATE FUNCTION audit.refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% cannot be emptied: it holds what was judged and what is owed. Delete drafts one by one.', TG_RELID::regclass;
END $$;
COMMENT ON FUNCTION audit.refuse_truncate() IS 'Refuses to empty a table of evidence';

CREATE TRIGGER roster_not_emptied BEFORE TRUNCATE ON entitlement.roster
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_truncate();
CREATE TRIGGER decision_not_emptied BEFORE TRUNCATE ON entitlement.decision
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_truncate();
CREATE TRIGGER invoice_not_emptied BEFORE TRUNCATE ON billing.invoice
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_truncate();
CREATE TRIGGER line_not_emptied BEFORE TRUNCATE ON billing.invoice_line
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_truncate();
