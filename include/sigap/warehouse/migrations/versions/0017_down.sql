DROP TABLE billing.removal_check, billing.removal;
DROP FUNCTION billing.check_removal_checks(), billing.check_added_removals();
CREATE OR REPLACE FUNCTION identity.check_open_month() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    closed text := (
        SELECT min(period) FROM (SELECT DISTINCT period FROM touched) t
        WHERE EXISTS (SELECT FROM billing.invoice i WHERE i.period = t.period AND i.status <> 'draft')
    );
BEGIN
    IF closed IS NOT NULL THEN
        RAISE EXCEPTION 'The invoices of % are approved: what happened to its people stays on record. Correct it in a later month.', closed;
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION identity.check_open_month() IS 'What happened in a month that finance approved does not change';
