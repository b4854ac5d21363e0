-- Places go to those covered last month, then by tier, decile, age (older first); the NIK settles what is left, so the cut is the same
-- every time.
CREATE TEMP TABLE ranked AS
SELECT person_id,
       row_number() OVER (ORDER BY was_covered DESC, tier NULLS LAST, desil NULLS LAST, birth_date NULLS LAST, nik, person_id)::INT AS rank
FROM judged WHERE list_contains($entitled, verdict);

CREATE TEMP TABLE placed (person_id BIGINT, funding_source VARCHAR, wadah_code VARCHAR, is_paid BOOLEAN);
