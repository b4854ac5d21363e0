-- No view depends on another.
DROP VIEW reporting.dim_funding;
DROP VIEW reporting.dim_period;
DROP VIEW reporting.dim_person;
DROP VIEW reporting.dim_region;
DROP VIEW reporting.dim_sector;
DROP VIEW reporting.fact_decision;
DROP VIEW reporting.fact_premium;
DROP VIEW reporting.invoice_overview;
DROP VIEW reporting.month_overview;
