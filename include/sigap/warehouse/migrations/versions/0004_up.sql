-- Months, numbers, and the records that prove what was done.

ALTER TABLE audit.approval ADD CONSTRAINT ck_approval_named CHECK (actor ~ '\S');
ALTER TABLE entitlement.roster ADD CONSTRAINT ck_roster_month CHECK (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$');

CREATE FUNCTION billing.number_of(wadah text, month text, sequence integer) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT format('SIGAP/%s/%s/%s', wadah, month, lpad(sequence::text, greatest(4, length(sequence::text)), '0'))
$$;
COMMENT ON FUNCTION billing.number_of(text, text, integer) IS 'How a number of the series is written on an invoice of a month';

CREATE FUNCTION billing.check_series() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.last_number = 1 THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.wadah_code, NEW.year, NEW.last_number) = (OLD.wadah_code, OLD.year, OLD.last_number + 1) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Invoice numbers run 1, 2, 3 without a gap: a series only ever takes its next number.';
END $$;
COMMENT ON FUNCTION billing.check_series() IS 'Invoice numbers run without a gap, and never back';

CREATE TRIGGER series_without_gap BEFORE INSERT OR UPDATE OR DELETE ON billing.number_series
    FOR EACH ROW EXECUTE FUNCTION billing.check_series();

CREATE FUNCTION billing.check_number_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM billing.invoice
        WHERE wadah_code = NEW.wadah_code AND left(period, 4)::smallint = NEW.year
          AND number = billing.number_of(wadah_code, period, NEW.last_number)
    ) THEN
        RAISE EXCEPTION 'Number % of % in % was taken for no invoice. Take a number and issue its invoice in one transaction.', NEW.last_number, NEW.wadah_code, NEW.year;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION billing.check_number_used() IS 'At commit, every number that was taken is on an invoice';

CREATE CONSTRAINT TRIGGER number_used AFTER INSERT OR UPDATE ON billing.number_series
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing.check_number_used();

-- An invoice is issued under the number that its series gave last: neither a made-up one nor one left over.
CREATE FUNCTION billing.check_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM billing.number_series
        WHERE wadah_code = NEW.wadah_code AND year = left(NEW.period, 4)::smallint
          AND NEW.number = billing.number_of(wadah_code, NEW.period, last_number)
    ) THEN
        RAISE EXCEPTION 'Invoice % of % is given a number that its series did not give. Take the next one from billing.number_series.', NEW.invoice_id, NEW.period;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION billing.check_number() IS 'An issued invoice bears the number its series gave last';

CREATE TRIGGER numbered_in_turn BEFORE UPDATE ON billing.invoice
    FOR EACH ROW WHEN (NEW.status = 'issued' AND OLD.status <> 'issued') EXECUTE FUNCTION billing.check_number();

-- ---------------------------------------------------------------- records and what they point to

CREATE TRIGGER outcome_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit.outcome
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();
CREATE TRIGGER person_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON identity.person
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_change();

CREATE FUNCTION sources.check_delivery() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Delivery % of % was taken in as it is and stays. A corrected file is a new delivery.', OLD.delivery_id, OLD.period;
END $$;
COMMENT ON FUNCTION sources.check_delivery() IS 'What was taken in, and from which bytes, does not change';

CREATE TRIGGER delivery_stays BEFORE UPDATE OR DELETE ON sources.delivery
    FOR EACH ROW WHEN (OLD.outcome = 'accepted') EXECUTE FUNCTION sources.check_delivery();

CREATE TRIGGER delivery_not_emptied BEFORE TRUNCATE ON sources.delivery
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_truncate();
CREATE TRIGGER series_not_emptied BEFORE TRUNCATE ON billing.number_series
    FOR EACH STATEMENT EXECUTE FUNCTION audit.refuse_truncate();
