ALTER FUNCTION audit.government() PARALLEL UNSAFE;
DROP TRIGGER invoice_equals_lines ON billing.invoice;
DROP TRIGGER invoice_has_lines ON billing.invoice;
DROP FUNCTION billing.check_lines_at_commit();
CREATE CONSTRAINT TRIGGER invoice_equals_lines AFTER INSERT OR UPDATE ON billing.invoice
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing.check_balance_at_commit();

CREATE OR REPLACE FUNCTION billing.refuse_unbalanced(touched_invoices bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    uneven record;
BEGIN
    SELECT i.invoice_id, i.period, i.people, i.total_idr, l.people AS counted, l.total_idr AS summed
    INTO uneven
    FROM billing.invoice i
    CROSS JOIN LATERAL (
        SELECT CASE WHEN i.covers_from = i.covers_to THEN count(*) ELSE count(DISTINCT person_id) END AS people,
               coalesce(sum(jkk_idr), 0) AS jkk_idr, coalesce(sum(jkm_idr), 0) AS jkm_idr, coalesce(sum(total_idr), 0) AS total_idr,
               count(*) FILTER (WHERE is_void) AS void
        FROM billing.invoice_line WHERE invoice_id = i.invoice_id
    ) l
    WHERE i.invoice_id = ANY (touched_invoices)
      AND ((i.people, i.jkk_idr, i.jkm_idr, i.total_idr) IS DISTINCT FROM (l.people, l.jkk_idr, l.jkm_idr, l.total_idr)
           OR (i.status = 'void') <> (l.void > 0))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Invoice % of % says % people and Rp%, its lines say % people and Rp%. Write the header and all its lines together, in one transaction.',
            uneven.invoice_id, uneven.period, uneven.people, uneven.total_idr, uneven.counted, uneven.summed;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION billing.check_added_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
    invoices bigint[] := ARRAY(SELECT DISTINCT invoice_id FROM added);
    months text[] := ARRAY(SELECT DISTINCT period::text FROM added);
BEGIN
    -- Keeps the invoices and their rosters as they are until this transaction ends.
    PERFORM FROM billing.invoice i JOIN entitlement.roster r ON r.roster_id = i.roster_id
        WHERE i.invoice_id = ANY (invoices) FOR SHARE;
    SELECT i.number, i.invoice_id, i.period, i.status INTO wrong FROM billing.invoice i
        WHERE i.invoice_id = ANY (invoices) AND i.status <> 'draft' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Invoice % of % is %: no line can be added. Correct it in a later month.', coalesce(wrong.number, wrong.invoice_id::text), wrong.period, wrong.status;
    END IF;
    SELECT count(*) AS lines, min(l.period) AS period INTO wrong
        FROM added l
        LEFT JOIN billing.invoice i ON i.invoice_id = l.invoice_id
        LEFT JOIN entitlement.roster r ON r.roster_id = i.roster_id
        LEFT JOIN entitlement.decision d ON d.roster_id = l.roster_id AND d.person_id = l.person_id
        WHERE (r.status = 'approved' AND l.roster_id = i.roster_id AND d.outcome = 'subsidised' AND NOT l.is_void
               AND l.period BETWEEN i.covers_from AND i.covers_to
               AND d.funding_source = l.payer_set
               AND (l.payer_set <> i.funding_source OR d.wadah_code = i.wadah_code)) IS NOT TRUE;
    IF wrong.lines > 0 THEN
        RAISE EXCEPTION '% lines of % bill persons who are not subsidised from this source in the approved roster. Bill the approved roster only.', wrong.lines, wrong.period;
    END IF;
    -- A person-month has one payer set. Sets of one payer meet in the unique key; only shares need a look.
    IF EXISTS (SELECT FROM billing.invoice_line WHERE period = ANY (months) AND share_no > 1 AND NOT is_void) THEN
        SELECT count(*) AS lines, min(a.period) AS period INTO wrong
            FROM added a JOIN billing.invoice_line l ON l.person_id = a.person_id AND l.period = a.period
            WHERE NOT l.is_void AND l.payer_set <> a.payer_set;
        IF wrong.lines > 0 THEN
            RAISE EXCEPTION '% lines of % are of persons whom another payer set pays for in that month. Nobody is subsidised twice.', wrong.lines, wrong.period;
        END IF;
    END IF;
    PERFORM billing.refuse_unbalanced(invoices);
    RETURN NULL;
END $$;

DROP FUNCTION billing.refuse_unfounded(bigint[]);
DROP FUNCTION billing.raise_unfounded(bigint, text);
DROP FUNCTION billing.raise_unbalanced(bigint, text, bigint, bigint, bigint, numeric);
