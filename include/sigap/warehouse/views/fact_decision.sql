CREATE OR REPLACE VIEW reporting.fact_decision AS
SELECT
    d.roster_id,
    r.period,
    r.version AS roster_version,
    r.status AS roster_status,
    d.person_id,
    d.outcome,
    d.reason_code,
    d.rule,
    d.tier,
    d.rank,
    d.was_covered,
    d.change,
    d.sector,
    d.desil,
    d.kelurahan_code,
    d.kecamatan_code,
    d.funding_source,
    d.wadah_code
FROM entitlement.decision d
JOIN entitlement.roster r ON r.roster_id = d.roster_id;

COMMENT ON VIEW reporting.fact_decision IS 'One row per person and roster version: what was decided, and why';
COMMENT ON COLUMN reporting.fact_decision.roster_id IS 'Roster version';
COMMENT ON COLUMN reporting.fact_decision.period IS 'Coverage month, see dim_period';
COMMENT ON COLUMN reporting.fact_decision.roster_version IS '1, 2, … within the month';
COMMENT ON COLUMN reporting.fact_decision.roster_status IS 'draft, approved or rejected; count approved ones only';
COMMENT ON COLUMN reporting.fact_decision.person_id IS 'Person, see dim_person';
COMMENT ON COLUMN reporting.fact_decision.outcome IS 'subsidised, waiting, already_covered, not_eligible or held';
COMMENT ON COLUMN reporting.fact_decision.reason_code IS 'Primary reason';
COMMENT ON COLUMN reporting.fact_decision.rule IS 'Rule and the date it is in force from';
COMMENT ON COLUMN reporting.fact_decision.tier IS 'Priority tier';
COMMENT ON COLUMN reporting.fact_decision.rank IS 'Place in the order for the quota';
COMMENT ON COLUMN reporting.fact_decision.was_covered IS 'Covered by the programme last month';
COMMENT ON COLUMN reporting.fact_decision.change IS 'joined, stayed or left';
COMMENT ON COLUMN reporting.fact_decision.sector IS 'Occupation group, see dim_sector';
COMMENT ON COLUMN reporting.fact_decision.desil IS 'Welfare decile of the family, 1 to 10';
COMMENT ON COLUMN reporting.fact_decision.kelurahan_code IS 'Kelurahan of the address, see dim_region';
COMMENT ON COLUMN reporting.fact_decision.kecamatan_code IS 'Kecamatan of the address';
COMMENT ON COLUMN reporting.fact_decision.funding_source IS 'Who pays, see dim_funding';
COMMENT ON COLUMN reporting.fact_decision.wadah_code IS 'BPJS group code';
