CREATE OR REPLACE VIEW reporting.dim_period AS
SELECT DISTINCT
    period,
    left(period, 4)::integer AS year,
    right(period, 2)::integer AS month,
    (right(period, 2)::integer + 2) / 3 AS quarter,
    (period || '-01')::date AS first_date,
    ((period || '-01')::date + interval '1 month - 1 day')::date AS last_date
FROM entitlement.roster;

COMMENT ON VIEW reporting.dim_period IS 'One row per coverage month that has a roster';
COMMENT ON COLUMN reporting.dim_period.period IS 'Coverage month, e.g. 2026-01';
COMMENT ON COLUMN reporting.dim_period.year IS 'Calendar year, also the budget year';
COMMENT ON COLUMN reporting.dim_period.month IS '1 to 12';
COMMENT ON COLUMN reporting.dim_period.quarter IS '1 to 4';
COMMENT ON COLUMN reporting.dim_period.first_date IS 'First day of the month';
COMMENT ON COLUMN reporting.dim_period.last_date IS 'Last day of the month';
