CREATE OR REPLACE VIEW reporting.fact_premium AS
SELECT
    l.line_id,
    l.invoice_id,
    i.number AS invoice_number,
    i.status AS invoice_status,
    l.person_id,
    l.period,
    i.funding_source,
    i.wadah_code,
    d.sector,
    d.kelurahan_code,
    d.kecamatan_code,
    l.roster_id,
    l.income_band,
    l.jkk_idr,
    l.jkm_idr,
    l.total_idr
FROM billing.invoice_line l
JOIN billing.invoice i ON i.invoice_id = l.invoice_id
JOIN entitlement.decision d ON d.roster_id = l.roster_id AND d.person_id = l.person_id;

COMMENT ON VIEW reporting.fact_premium IS 'One row per invoice line: a person and a month, with the premium';
COMMENT ON COLUMN reporting.fact_premium.line_id IS 'Invoice line';
COMMENT ON COLUMN reporting.fact_premium.invoice_id IS 'Invoice';
COMMENT ON COLUMN reporting.fact_premium.invoice_number IS 'Its number, once issued';
COMMENT ON COLUMN reporting.fact_premium.invoice_status IS 'draft, approved or issued; only issued ones are owed';
COMMENT ON COLUMN reporting.fact_premium.person_id IS 'Person, see dim_person';
COMMENT ON COLUMN reporting.fact_premium.period IS 'Coverage month, see dim_period';
COMMENT ON COLUMN reporting.fact_premium.funding_source IS 'Who pays, see dim_funding';
COMMENT ON COLUMN reporting.fact_premium.wadah_code IS 'BPJS group code';
COMMENT ON COLUMN reporting.fact_premium.sector IS 'Occupation group, see dim_sector';
COMMENT ON COLUMN reporting.fact_premium.kelurahan_code IS 'Kelurahan of the address, see dim_region';
COMMENT ON COLUMN reporting.fact_premium.kecamatan_code IS 'Kecamatan of the address';
COMMENT ON COLUMN reporting.fact_premium.roster_id IS 'Roster version of the decision';
COMMENT ON COLUMN reporting.fact_premium.income_band IS 'JKK income band';
COMMENT ON COLUMN reporting.fact_premium.jkk_idr IS 'Work-accident premium, whole rupiah';
COMMENT ON COLUMN reporting.fact_premium.jkm_idr IS 'Death premium, whole rupiah';
COMMENT ON COLUMN reporting.fact_premium.total_idr IS 'JKK and JKM, whole rupiah';
