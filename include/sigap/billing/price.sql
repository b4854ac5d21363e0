-- One line per subsidised person. `rates` has one row per funding source and sector group, '' where no group matters.
SELECT
    d.person_id,
    $period AS period,
    d.funding_source AS payer_set,
    1 AS share_no,
    d.funding_source,
    d.wadah_code,
    r.income_band,
    r.jkk_idr,
    r.jkm_idr,
    r.jkk_idr + r.jkm_idr AS total_idr,
    r.tariff
FROM decisions d
LEFT JOIN sector_groups s ON s.sector = d.sector
JOIN rates r
  ON r.funding_source = d.funding_source
 AND r.wadah_code = d.wadah_code
 AND r.sector_group = coalesce(s.sector_group, '')
ORDER BY d.funding_source, d.wadah_code, d.person_id
