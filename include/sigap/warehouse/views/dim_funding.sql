CREATE OR REPLACE VIEW reporting.dim_funding AS
SELECT funding_source, wadah_code FROM billing.invoice
UNION
SELECT funding_source, wadah_code FROM entitlement.decision JOIN entitlement.roster USING (roster_id) WHERE funding_source IS NOT NULL;

COMMENT ON VIEW reporting.dim_funding IS 'One row per funding source and wadah that occurs in an invoice or a decision';
COMMENT ON COLUMN reporting.dim_funding.funding_source IS 'Who pays';
COMMENT ON COLUMN reporting.dim_funding.wadah_code IS 'BPJS group code';
