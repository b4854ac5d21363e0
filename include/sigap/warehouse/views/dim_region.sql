CREATE OR REPLACE VIEW reporting.dim_region AS
SELECT kelurahan_code, kelurahan_name, kecamatan_code, kecamatan_name, regency_code, regency_name
FROM reporting.region;

COMMENT ON VIEW reporting.dim_region IS 'One row per kelurahan of the city';
COMMENT ON COLUMN reporting.dim_region.kelurahan_code IS 'Kemendagri code, e.g. 32.75.02.1005';
COMMENT ON COLUMN reporting.dim_region.kelurahan_name IS 'Name of the kelurahan';
COMMENT ON COLUMN reporting.dim_region.kecamatan_code IS 'Kemendagri code, e.g. 32.75.02';
COMMENT ON COLUMN reporting.dim_region.kecamatan_name IS 'Name of the kecamatan';
COMMENT ON COLUMN reporting.dim_region.regency_code IS 'Kemendagri code of the city';
COMMENT ON COLUMN reporting.dim_region.regency_name IS 'Name of the city';
