-- Each function takes its triggers along.
DROP TRIGGER outcome_stays ON audit.outcome;
DROP TRIGGER person_stays ON identity.person;
DROP TRIGGER delivery_not_emptied ON sources.delivery;
DROP TRIGGER series_not_emptied ON billing.number_series;
DROP FUNCTION sources.check_delivery() CASCADE;
DROP FUNCTION billing.check_number() CASCADE;
DROP FUNCTION billing.check_number_used() CASCADE;
DROP FUNCTION billing.check_series() CASCADE;
DROP FUNCTION billing.number_of(text, text, integer);
ALTER TABLE entitlement.roster DROP CONSTRAINT ck_roster_month;
ALTER TABLE audit.approval DROP CONSTRAINT ck_approval_named;
