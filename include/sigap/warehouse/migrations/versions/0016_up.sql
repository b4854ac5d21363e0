-- Three million lines are looked at once, when they are added; what keeps the sums afterwards is that nothing of them can change.

-- Settings go along to the processes that share a query, so a policy that asks for one need not keep it to a single process.
ALTER FUNCTION audit.government() PARALLEL SAFE;

-- The queries over all lines read the table and not `added`, and keep nothing of what they find: only then do several processes share one.
-- Lines that the invoices had before are looked at again, which is as true as it was.

CREATE FUNCTION billing.raise_unfounded(lines bigint, month text) RETURNS void LANGUAGE plpgsql PARALLEL RESTRICTED AS $$
BEGIN
    RAISE EXCEPTION '% lines of % bill persons who are not subsidised from this source in the approved roster. Bill the approved roster only.', lines, month;
END $$;
COMMENT ON FUNCTION billing.raise_unfounded(bigint, text) IS 'The sentence of refuse_unfounded';

-- No nested loop: of rows just added the planner knows nothing, takes millions for a few, and would look each up by itself.
CREATE FUNCTION billing.refuse_unfounded(touched_invoices bigint[]) RETURNS void LANGUAGE plpgsql SET enable_nestloop = off AS $$
DECLARE
    rosters bigint[] := ARRAY(SELECT DISTINCT roster_id FROM billing.invoice WHERE invoice_id = ANY (touched_invoices));
BEGIN
    PERFORM billing.raise_unfounded(count(*), min(l.period))
        FROM billing.invoice_line l
        LEFT JOIN billing.invoice i ON i.invoice_id = l.invoice_id
        LEFT JOIN entitlement.roster r ON r.roster_id = i.roster_id
        LEFT JOIN entitlement.decision d ON d.roster_id = l.roster_id AND d.person_id = l.person_id AND d.roster_id = ANY (rosters)
        WHERE l.invoice_id = ANY (touched_invoices)
          AND (r.status = 'approved' AND l.roster_id = i.roster_id AND d.outcome = 'subsidised' AND NOT l.is_void
               AND l.period BETWEEN i.covers_from AND i.covers_to
               AND d.funding_source = l.payer_set
               AND (l.payer_set <> i.funding_source OR d.wadah_code = i.wadah_code)) IS NOT TRUE
        HAVING count(*) > 0;
END $$;
COMMENT ON FUNCTION billing.refuse_unfounded(bigint[]) IS 'Every line is of a person who is subsidised from this source in the approved roster, for a month that its invoice covers';

CREATE FUNCTION billing.raise_unbalanced(invoice_id bigint, month text, people bigint, total_idr bigint, counted bigint, summed numeric)
RETURNS void LANGUAGE plpgsql PARALLEL RESTRICTED AS $$
BEGIN
    RAISE EXCEPTION 'Invoice % of % says % people and Rp%, its lines say % people and Rp%. Write the header and all its lines together, in one transaction.',
        invoice_id, month, people, total_idr, counted, summed;
END $$;
COMMENT ON FUNCTION billing.raise_unbalanced(bigint, text, bigint, bigint, bigint, numeric) IS 'The sentence of refuse_unbalanced';

CREATE OR REPLACE FUNCTION billing.refuse_unbalanced(touched_invoices bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM billing.raise_unbalanced(invoice_id, period, people, total_idr, counted, summed)
        FROM (
            SELECT i.*, (i.jkk_idr, i.jkm_idr, i.total_idr) = (coalesce(l.jkk_idr, 0), coalesce(l.jkm_idr, 0), coalesce(l.total_idr, 0)) AS is_equal,
                   CASE WHEN i.covers_from = i.covers_to THEN coalesce(l.lines, 0)
                        ELSE (SELECT count(DISTINCT person_id) FROM billing.invoice_line WHERE invoice_id = i.invoice_id) END AS counted,
                   coalesce(l.total_idr, 0) AS summed, coalesce(l.void, 0) AS void
            FROM billing.invoice i
            LEFT JOIN (
                SELECT invoice_id, count(*) AS lines, sum(jkk_idr) AS jkk_idr, sum(jkm_idr) AS jkm_idr, sum(total_idr) AS total_idr,
                       count(*) FILTER (WHERE is_void) AS void
                FROM billing.invoice_line WHERE invoice_id = ANY (touched_invoices) GROUP BY invoice_id
            ) l ON l.invoice_id = i.invoice_id
            WHERE i.invoice_id = ANY (touched_invoices)
        ) looked_at
        WHERE NOT is_equal OR people <> counted OR (status = 'void') <> (void > 0);
END $$;

CREATE OR REPLACE FUNCTION billing.check_added_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
    invoices bigint[] := ARRAY(SELECT DISTINCT invoice_id FROM added);
    months text[];
BEGIN
    -- Keeps the invoices and their rosters as they are until this transaction ends.
    PERFORM FROM billing.invoice i JOIN entitlement.roster r ON r.roster_id = i.roster_id
        WHERE i.invoice_id = ANY (invoices) FOR SHARE;
    SELECT i.number, i.invoice_id, i.period, i.status INTO wrong FROM billing.invoice i
        WHERE i.invoice_id = ANY (invoices) AND i.status <> 'draft' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Invoice % of % is %: no line can be added. Correct it in a later month.', coalesce(wrong.number, wrong.invoice_id::text), wrong.period, wrong.status;
    END IF;
    PERFORM billing.refuse_unfounded(invoices);
    -- A person-month has one payer set. Sets of one payer meet in the unique key; only shares need a look.
    IF EXISTS (SELECT FROM billing.invoice_line WHERE share_no > 1 AND NOT is_void) THEN
        months := ARRAY(SELECT DISTINCT period::text FROM added);
        IF EXISTS (SELECT FROM billing.invoice_line WHERE period = ANY (months) AND share_no > 1 AND NOT is_void) THEN
            SELECT count(*) AS lines, min(a.period) AS period INTO wrong
                FROM added a JOIN billing.invoice_line l ON l.person_id = a.person_id AND l.period = a.period
                WHERE NOT l.is_void AND l.payer_set <> a.payer_set;
            IF wrong.lines > 0 THEN
                RAISE EXCEPTION '% lines of % are of persons whom another payer set pays for in that month. Nobody is subsidised twice.', wrong.lines, wrong.period;
            END IF;
        END IF;
    END IF;
    PERFORM billing.refuse_unbalanced(invoices);
    RETURN NULL;
END $$;

-- Whoever added lines had them compared with the header then. What is left to refuse at commit is a header without any.
CREATE FUNCTION billing.check_lines_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM billing.invoice_line WHERE invoice_id = NEW.invoice_id) THEN
        PERFORM billing.refuse_unbalanced(ARRAY[NEW.invoice_id]);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION billing.check_lines_at_commit() IS 'At commit, every new header has lines; they were compared with it when they were added';
DROP TRIGGER invoice_equals_lines ON billing.invoice;
CREATE CONSTRAINT TRIGGER invoice_has_lines AFTER INSERT ON billing.invoice
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing.check_lines_at_commit();
CREATE CONSTRAINT TRIGGER invoice_equals_lines AFTER UPDATE ON billing.invoice
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((OLD.invoice_id, OLD.people, OLD.jkk_idr, OLD.jkm_idr, OLD.total_idr, OLD.covers_from, OLD.covers_to, OLD.status = 'void')
          IS DISTINCT FROM (NEW.invoice_id, NEW.people, NEW.jkk_idr, NEW.jkm_idr, NEW.total_idr, NEW.covers_from, NEW.covers_to, NEW.status = 'void'))
    EXECUTE FUNCTION billing.check_balance_at_commit();
