-- Who is entitled and has no place waits: for money when the quota had a place for them, else for a place.
CREATE TEMP TABLE decided AS
SELECT judged.*, ranked.rank, place.funding_source, place.wadah_code,
       CASE WHEN rank IS NULL OR place.funding_source IS NOT NULL THEN verdict
            WHEN rank <= $quota THEN 'PAGU_EXCEEDED' ELSE 'QUOTA_EXCEEDED' END AS reason_code,
       CASE WHEN place.funding_source IS NOT NULL THEN 'subsidised'
            WHEN rank IS NOT NULL THEN 'waiting'
            WHEN list_contains($cover_reasons, verdict) THEN 'already_covered'
            WHEN list_contains($doubts, verdict) THEN 'held'
            ELSE 'not_eligible' END AS outcome
FROM judged
LEFT JOIN ranked USING (person_id)
LEFT JOIN placed AS place USING (person_id);

CREATE TEMP TABLE decision AS
SELECT decided.person_id, nik, full_name, birth_date, sex, address, kelurahan_code, kecamatan_code, sector, desil,
       outcome, reason_code, deciding.rule, tier, rank, was_covered,
       CASE WHEN outcome = 'subsidised' THEN CASE WHEN was_covered THEN 'stayed' ELSE 'joined' END
            WHEN was_covered THEN 'left' END AS change,
       funding_source, wadah_code,
       decided.delivery_id, decided.sheet, decided."row",
       cover.delivery_id AS membership_delivery_id, cover.sheet AS membership_sheet, cover."row" AS membership_row
FROM decided
LEFT JOIN deciding USING (reason_code)
LEFT JOIN cover ON cover.person_id = decided.person_id AND cover.cover_reason = decided.reason_code;
