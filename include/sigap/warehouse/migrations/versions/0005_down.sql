-- A drifted delivery was never taken in; the release before knows only that it was refused.
DROP VIEW reporting.source_scorecard, reporting.delivery_overview;
DROP TABLE quality.region, quality.edition, quality.duplicate, quality.verdict, quality.judgement;
DROP TABLE sources.extract_unit, sources.mapping;
ALTER TABLE quality.validation DROP COLUMN faults, DROP COLUMN duplicates, DROP COLUMN stops, DROP COLUMN findings;
UPDATE sources.delivery SET outcome = 'refused' WHERE outcome = 'drifted';
ALTER TABLE sources.delivery
    DROP COLUMN lists,
    DROP COLUMN corrects,
    DROP COLUMN replaces,
    DROP COLUMN proposal,
    DROP CONSTRAINT ck_delivery_outcome,
    ADD CONSTRAINT ck_delivery_outcome CHECK (outcome IN ('accepted', 'duplicate', 'refused'));
COMMENT ON COLUMN sources.delivery.outcome IS 'accepted, duplicate or refused';
