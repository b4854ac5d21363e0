-- Documents of notes are made again by a later release; the files stay where they are.
DELETE FROM reporting.document WHERE kind = 'note';
ALTER POLICY own_government ON reporting.document USING (EXISTS (SELECT FROM billing.invoice above WHERE above.invoice_id = document.invoice_id));
ALTER TABLE reporting.document DROP CONSTRAINT ck_document_of;
ALTER TABLE reporting.document DROP CONSTRAINT ck_document_kind;
ALTER TABLE reporting.document DROP COLUMN note_id;
ALTER TABLE reporting.document ALTER COLUMN invoice_id SET NOT NULL;
ALTER TABLE reporting.document ADD CONSTRAINT ck_document_kind CHECK (kind IN ('workbook', 'pdf', 'annex', 'part'));
COMMENT ON TABLE reporting.document IS 'One row per document of an invoice';
COMMENT ON COLUMN reporting.document.invoice_id IS 'Invoice';
COMMENT ON COLUMN reporting.document.kind IS 'workbook, pdf, annex (PDF) or part (workbook of an annex in parts)';
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
