-- ---------------------------------------------------------------- what the database refuses about money

CREATE FUNCTION settlement.hold_lines(lines bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Payments are allocated in transactions of isolation read committed, so that two of them never spend the same rupiah.';
    END IF;
    -- Not FOR UPDATE: the foreign keys of rows that others just added share-lock these lines.
    PERFORM FROM settlement.statement_line WHERE line_id = ANY (lines) ORDER BY line_id FOR NO KEY UPDATE;
END $$;
COMMENT ON FUNCTION settlement.hold_lines(bigint[]) IS 'Lets one transaction at a time decide about lines';

CREATE FUNCTION settlement.refuse_overspent(lines bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    SELECT p.line_id, p.amount_idr, p.allocated_idr INTO wrong FROM reporting.payment_line p
        WHERE p.line_id = ANY (lines)
          AND (CASE WHEN p.amount_idr > 0 THEN p.allocated_idr < 0 OR p.open_idr < 0
                    ELSE p.allocated_idr > 0 OR p.allocated_idr < p.amount_idr END)
        ORDER BY p.line_id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Line % is of Rp%: Rp% cannot be allocated of it beside what came back. Allocate no more than what is open.',
            wrong.line_id, wrong.amount_idr, wrong.allocated_idr;
    END IF;
    -- What came back takes from an invoice no more than its payment gave.
    SELECT o.line_id, a.invoice_id INTO wrong
        FROM reporting.payment_line r
        JOIN settlement.statement_line o ON o.line_id = coalesce(r.other_line_id, r.line_id)
        JOIN settlement.allocation a ON a.line_id = r.line_id
        WHERE (o.line_id = ANY (lines) OR r.line_id = ANY (lines)) AND (r.verdict = 'reverses' OR r.line_id = o.line_id)
        GROUP BY o.line_id, a.invoice_id HAVING sum(a.amount_idr) < 0
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Line % gave invoice % less than is taken back from it. Take back what stands.', wrong.line_id, wrong.invoice_id;
    END IF;
END $$;
COMMENT ON FUNCTION settlement.refuse_overspent(bigint[]) IS 'A line pays no more than it is, and no more comes back than went';

CREATE FUNCTION settlement.check_added_allocations() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
    lines bigint[] := ARRAY(
        SELECT line_id FROM added UNION
        SELECT p.other_line_id FROM reporting.payment_line p JOIN added a USING (line_id) WHERE p.verdict = 'reverses');
    invoices bigint[] := ARRAY(SELECT DISTINCT invoice_id FROM added);
BEGIN
    PERFORM settlement.hold_lines(lines);
    PERFORM FROM billing.invoice WHERE invoice_id = ANY (invoices) ORDER BY invoice_id FOR NO KEY UPDATE;

    SELECT p.line_id, p.verdict, p.counts INTO wrong FROM reporting.payment_line p
        WHERE p.line_id IN (SELECT line_id FROM added)
          AND (NOT p.counts OR coalesce(p.verdict, '') IN ('set_aside', 'confirms')
               OR (p.amount_idr < 0) <> (coalesce(p.verdict, '') = 'reverses'))
        ORDER BY p.line_id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Line % pays no invoice: it is %. See `sigap payments show %`.', wrong.line_id,
            CASE WHEN wrong.verdict IS NOT NULL THEN wrong.verdict WHEN NOT wrong.counts THEN 'another view of a payment' ELSE 'money that came back, of which no payment is known yet' END,
            wrong.line_id;
    END IF;

    SELECT i.number, i.invoice_id, i.period, i.status INTO wrong FROM billing.invoice i
        WHERE i.invoice_id = ANY (invoices) AND i.status <> 'issued'
          AND EXISTS (SELECT FROM settlement.allocation a WHERE a.invoice_id = i.invoice_id
                      GROUP BY a.line_id HAVING sum(a.amount_idr) <> 0)
        ORDER BY i.invoice_id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Invoice % of % is %: only an issued invoice is paid. Allocate to another one.', coalesce(wrong.number, wrong.invoice_id::text), wrong.period, wrong.status;
    END IF;

    SELECT b.number, b.period, b.open_idr INTO wrong FROM reporting.invoice_balance b
        WHERE b.invoice_id IN (SELECT invoice_id FROM added GROUP BY invoice_id HAVING sum(amount_idr) > 0) AND b.open_idr < 0
        ORDER BY b.invoice_id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'Invoice % of % would be paid Rp% more than it asks. Leave the rest on the line.', wrong.number, wrong.period, -wrong.open_idr;
    END IF;

    PERFORM settlement.refuse_overspent(lines);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION settlement.check_added_allocations() IS 'Only counted lines pay, only issued invoices are paid, and neither more than there is, also at the same moment';
CREATE TRIGGER allocations_in_bounds AFTER INSERT ON settlement.allocation
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION settlement.check_added_allocations();

CREATE FUNCTION settlement.check_line_verdict() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    line reporting.payment_line;
    other reporting.payment_line;
BEGIN
    PERFORM settlement.hold_lines(ARRAY[NEW.line_id, NEW.other_line_id]);
    SELECT * INTO line FROM reporting.payment_line WHERE line_id = NEW.line_id;
    SELECT * INTO other FROM reporting.payment_line WHERE line_id = NEW.other_line_id;
    IF (NEW.kind = 'reopened') = (line.verdict IS NULL) THEN
        RAISE EXCEPTION 'Line % is %. Reopen it before it becomes something else.', NEW.line_id, coalesce(line.verdict, 'open already');
    END IF;
    IF line.allocated_idr <> 0 OR EXISTS (SELECT FROM settlement.allocation WHERE line_id = NEW.line_id GROUP BY invoice_id HAVING sum(amount_idr) <> 0) THEN
        RAISE EXCEPTION 'Line % has moved Rp% already. Release that first.', NEW.line_id, line.allocated_idr;
    END IF;
    IF NEW.kind <> 'reverses' AND EXISTS (SELECT FROM reporting.payment_line WHERE other_line_id = NEW.line_id) THEN
        RAISE EXCEPTION 'Other lines confirm or reverse line %. Reopen those first.', NEW.line_id;
    END IF;
    IF NEW.kind = 'confirms' AND (NOT other.counts OR other.verdict IN ('set_aside', 'confirms') OR other.channel = line.channel OR sign(other.amount_idr) <> sign(line.amount_idr)) THEN
        RAISE EXCEPTION 'Line % cannot confirm line %: a view confirms a counted payment of another channel, in the same direction.', NEW.line_id, NEW.other_line_id;
    END IF;
    IF NEW.kind = 'reverses' AND (NOT line.counts OR NOT other.counts OR other.verdict IS NOT NULL OR line.amount_idr > 0 OR other.amount_idr < 0) THEN
        RAISE EXCEPTION 'Line % cannot take back line %: money that came back takes back a counted payment.', NEW.line_id, NEW.other_line_id;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION settlement.check_line_verdict() IS 'One verdict at a time, about a line that moved nothing, and only between lines that fit';
CREATE TRIGGER verdict_fits BEFORE INSERT ON settlement.line_verdict FOR EACH ROW EXECUTE FUNCTION settlement.check_line_verdict();

-- At commit, since what came back is linked first and then taken from the invoice.
CREATE FUNCTION settlement.check_reversed_line() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM settlement.refuse_overspent(ARRAY[NEW.line_id, NEW.other_line_id]);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION settlement.check_reversed_line() IS 'No more comes back than went, and what comes back leaves the invoice';
CREATE CONSTRAINT TRIGGER reversed_in_bounds AFTER INSERT ON settlement.line_verdict
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION settlement.check_reversed_line();

CREATE FUNCTION settlement.check_void_freed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM settlement.allocation WHERE invoice_id = NEW.invoice_id GROUP BY line_id HAVING sum(amount_idr) <> 0) THEN
        RAISE EXCEPTION 'Invoice % of % is void and still holds payments. Release them in the same transaction.', NEW.number, NEW.period;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION settlement.check_void_freed() IS 'A void invoice holds no payment';
CREATE CONSTRAINT TRIGGER void_frees_payments AFTER UPDATE ON billing.invoice
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.status = 'void') EXECUTE FUNCTION settlement.check_void_freed();

CREATE FUNCTION settlement.check_billing_code() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    named billing.invoice;
BEGIN
    SELECT * INTO named FROM billing.invoice WHERE invoice_id = NEW.invoice_id;
    IF named.status <> 'issued' THEN
        RAISE EXCEPTION 'Invoice % of % is %: a billing code is given for an issued one.', coalesce(named.number, named.invoice_id::text), named.period, named.status;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION settlement.check_billing_code() IS 'A billing code is of an issued invoice';
CREATE TRIGGER billing_code_of_issued BEFORE INSERT ON settlement.billing_code FOR EACH ROW EXECUTE FUNCTION settlement.check_billing_code();
