-- Levels and weights of every pair that is kept, by kind, because its right side stands in another table.
CREATE OR REPLACE TEMP TABLE pair AS
SELECT kind, "left", "right", true AS is_same_nik FROM same_nik
UNION ALL
SELECT DISTINCT kind, "left", "right", false FROM found;

CREATE OR REPLACE TEMP TABLE weighed AS
WITH levelled AS (
    SELECT p.kind, p."left", p."right", p.is_same_nik, l.source AS left_source, r.source AS right_source,
           l.nik IS NOT NULL AND r.nik IS NOT NULL AS has_both_nik, l.is_birth_told AND r.is_birth_told AS has_both_births,
           struct_pack(tf_name := l.tf_name, tf_birth_date := l.tf_birth_date) AS l,
           struct_pack(tf_name := r.tf_name, tf_birth_date := r.tf_birth_date) AS r, {levels}
    FROM pair AS p JOIN worker AS l ON l.record = p."left" JOIN worker AS r ON r.record = p."right"
    WHERE p.kind = 'rows'
    UNION ALL
    SELECT p.kind, p."left", p."right", p.is_same_nik, l.source, l.source,
           l.nik IS NOT NULL AND r.nik IS NOT NULL, l.is_birth_told AND r.is_birth_told,
           struct_pack(tf_name := l.tf_name, tf_birth_date := l.tf_birth_date),
           struct_pack(tf_name := r.tf_name, tf_birth_date := r.tf_birth_date), {levels}
    FROM pair AS p JOIN worker AS l ON l.record = p."left" JOIN member AS r ON r.record = p."right"
    WHERE p.kind = 'membership'
), weighted AS (
    SELECT *, {weights} FROM levelled
)
SELECT * EXCLUDE (l, r), {prior} + {total} AS match_weight,
       CASE WHEN list_contains(getvariable('registry'), left_source) AND list_contains(getvariable('registry'), right_source)
            THEN getvariable('same_registry') ELSE getvariable('same_association') END AS same_from,
       CASE WHEN list_contains(getvariable('registry'), left_source) AND list_contains(getvariable('registry'), right_source)
            THEN getvariable('review_registry') ELSE getvariable('review_association') END AS review_from
FROM weighted;
