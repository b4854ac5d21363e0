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
