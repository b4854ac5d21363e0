DROP TABLE reporting.hand_over;
-- Annexes are made again by a later release; the files stay where they are.
DELETE FROM reporting.document WHERE kind IN ('annex', 'part');
ALTER TABLE reporting.document DROP CONSTRAINT uq_document_invoice_id_kind_part;
ALTER TABLE reporting.document DROP CONSTRAINT ck_document_kind;
ALTER TABLE reporting.document DROP CONSTRAINT ck_document_part;
ALTER TABLE reporting.document DROP COLUMN part;
ALTER TABLE reporting.document ADD CONSTRAINT uq_document_invoice_id_kind UNIQUE (invoice_id, kind);
ALTER TABLE reporting.document ADD CONSTRAINT ck_document_kind CHECK (kind IN ('workbook', 'pdf'));
COMMENT ON COLUMN reporting.document.kind IS 'workbook or pdf';
