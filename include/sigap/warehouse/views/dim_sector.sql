CREATE OR REPLACE VIEW reporting.dim_sector AS
SELECT DISTINCT sector, initcap(replace(sector, '_', ' ')) AS sector_name
FROM entitlement.decision JOIN entitlement.roster USING (roster_id)
WHERE sector IS NOT NULL;

COMMENT ON VIEW reporting.dim_sector IS 'One row per occupation group that occurs in a roster';
COMMENT ON COLUMN reporting.dim_sector.sector IS 'Code of the occupation group';
COMMENT ON COLUMN reporting.dim_sector.sector_name IS 'The code written as words';
