-- Each share of each person-month under both rules, one row per programme. What only one of them bills counts as zero under the other.
CREATE TEMP TABLE moved AS
WITH share AS (
    SELECT coalesce(before.person_id, after.person_id) AS person_id,
           coalesce(before.funding_source, after.funding_source) AS funding_source,
           coalesce(before.jkk_idr, 0) AS jkk_before, coalesce(after.jkk_idr, 0) AS jkk_after,
           coalesce(before.jkm_idr, 0) AS jkm_before, coalesce(after.jkm_idr, 0) AS jkm_after
    FROM before FULL JOIN after USING (person_id, period, payer_set, share_no)
)
SELECT person_id, funding_source, coalesce(sector, '') AS sector, component, before_idr, after_idr
FROM (
    SELECT person_id, funding_source, 'JKK' AS component, jkk_before AS before_idr, jkk_after AS after_idr FROM share
    UNION ALL
    SELECT person_id, funding_source, 'JKM', jkm_before, jkm_after FROM share
)
JOIN sectors USING (person_id);
