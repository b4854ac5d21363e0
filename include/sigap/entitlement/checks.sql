-- Everybody to decide about: who is listed this month, and who was covered last month and is not. Of somebody under conflict who was
-- covered, last month's record speaks, since this month's may be another person's.
CREATE TEMP TABLE candidate AS
SELECT person_id, nik, full_name, birth_date, sex, address, kelurahan_code, kecamatan_code, regency_code, sector, desil, conflict,
       coalesce(is_deceased, false) AS is_deceased, coalesce(is_inactive, false) AS is_inactive,
       true AS is_listed, last_month.person_id IS NOT NULL AS was_covered, delivery_id, sheet, "row"
FROM persons LEFT JOIN (SELECT person_id FROM previous) AS last_month USING (person_id)
WHERE conflict IS NULL OR last_month.person_id IS NULL
UNION ALL BY NAME
SELECT person_id, previous.nik, previous.full_name, previous.birth_date, previous.sex, previous.address, previous.kelurahan_code,
       previous.kecamatan_code, $regency AS regency_code, previous.sector, previous.desil, persons.conflict,
       false AS is_deceased, false AS is_inactive,
       persons.person_id IS NOT NULL AS is_listed, true AS was_covered, previous.delivery_id, previous.sheet, previous."row"
FROM previous LEFT JOIN persons USING (person_id)
WHERE persons.person_id IS NULL OR persons.conflict IS NOT NULL;

-- All findings about each, in the order in which they count. The first is the primary reason.
CREATE TEMP TABLE found AS
WITH aged AS (
    SELECT candidate.*, cover.cover_reason, removed.person_id IS NOT NULL AS is_removed, coalesce(removed.is_dead, false) AS is_dead, datesub('year', birth_date, $first_day) AS age,
           CASE WHEN desil IS NULL THEN CASE WHEN $allow_unknown THEN len($tiers) + 1 END
                ELSE list_position(list_transform($tiers, lambda tier: desil BETWEEN tier[1] AND tier[2]), true) END AS tier
    FROM candidate LEFT JOIN cover USING (person_id) LEFT JOIN removed USING (person_id)
)
SELECT *, list_filter([
    conflict,
    CASE WHEN $stop_deceased AND is_deceased THEN 'DECEASED' END,
    CASE WHEN $stop_removed AND is_removed THEN CASE WHEN is_dead THEN 'DECEASED' ELSE 'REMOVED' END END,
    CASE WHEN $stop_inactive AND is_inactive THEN 'DTKS_INACTIVE' END,
    CASE WHEN regency_code IS NULL THEN 'RESIDENCE_UNKNOWN' WHEN regency_code <> $regency THEN 'NOT_RESIDENT' END,
    CASE WHEN age IS NULL THEN 'DATA_INCOMPLETE'
         WHEN age < $age_min THEN 'AGE_BELOW'
         WHEN age >= $age_max AND NOT (was_covered AND $keep_if_enrolled) THEN 'AGE_ABOVE' END,
    CASE WHEN desil IS NULL AND tier IS NULL THEN 'DATA_INCOMPLETE' WHEN tier IS NULL THEN 'DESIL_ABOVE' END,
    cover_reason
], lambda finding: finding IS NOT NULL) AS findings
FROM aged;

-- Who was covered leaves only for a definite reason; a doubt alone keeps them. Under conflict only other cover is definite.
CREATE TEMP TABLE judged AS
SELECT * EXCLUDE (findings),
       CASE
           WHEN NOT was_covered THEN coalesce(findings[1], 'ELIGIBLE')
           WHEN conflict IS NOT NULL THEN CASE WHEN list_contains($cover_reasons, cover_reason) THEN cover_reason ELSE 'KEPT_UNDER_REVIEW' END
           ELSE coalesce(
               list_filter(findings, lambda finding: NOT list_contains($doubts, finding))[1],
               CASE WHEN NOT is_listed THEN 'KEPT_NOT_LISTED' WHEN len(findings) > 0 THEN 'KEPT_UNDER_REVIEW' ELSE 'ELIGIBLE' END)
       END AS verdict
FROM found;
