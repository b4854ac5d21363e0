-- Places go to those covered last month, then by tier, decile, age (older first); the NIK settles what is left, so the cut is the same
-- every time. Funding sources are filled in their order.
CREATE TEMP TABLE ranked AS
SELECT person_id,
       row_number() OVER (ORDER BY was_covered DESC, tier NULLS LAST, desil NULLS LAST, birth_date NULLS LAST, nik, person_id)::INT AS rank
FROM judged WHERE list_contains($entitled, verdict);

CREATE TEMP TABLE decided AS
SELECT judged.*, ranked.rank, place.funding_source, place.wadah_code,
       CASE WHEN rank IS NOT NULL AND place.funding_source IS NULL THEN 'QUOTA_EXCEEDED' ELSE verdict END AS reason_code,
       CASE WHEN place.funding_source IS NOT NULL THEN 'subsidised'
            WHEN rank IS NOT NULL THEN 'waiting'
            WHEN list_contains($cover_reasons, verdict) THEN 'already_covered'
            WHEN list_contains($doubts, verdict) THEN 'held'
            ELSE 'not_eligible' END AS outcome
FROM judged
LEFT JOIN ranked USING (person_id)
LEFT JOIN places AS place ON ranked.rank BETWEEN place.first_rank AND place.last_rank;

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
