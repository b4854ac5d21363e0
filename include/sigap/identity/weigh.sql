-- Levels and weights of the pairs that are kept: all under one NIK, and those found that weigh enough to tell something. Two whole NIK are
-- two people's unless everything else is one person's, so their pairs have to weigh more. The kind says in which table the right side stands.
CREATE OR REPLACE TEMP VIEW pair AS
SELECT kind, "left", "right", true AS is_same_nik FROM same_nik
UNION ALL
SELECT kind, "left", "right", false FROM found;

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
), classed AS (
    SELECT * EXCLUDE (l, r), {prior} + {total} AS match_weight,
           list_contains(getvariable('registry'), left_source) AND list_contains(getvariable('registry'), right_source) AS is_registry
    FROM weighted
), limited AS (
    SELECT * EXCLUDE (is_registry),
           CASE WHEN is_registry THEN getvariable('same_registry') ELSE getvariable('same_association') END AS same_from,
           CASE WHEN is_registry THEN getvariable('review_registry') ELSE getvariable('review_association') END AS review_from
    FROM classed
)
-- Random numbers keep DuckDB from moving the condition into the join, where it would be computed for a handful of pairs at a time.
FROM limited
WHERE is_same_nik OR match_weight + 0 * random() >= greatest(
    getvariable('evidence_from'),
    CASE WHEN has_both_nik THEN getvariable('two_niks_from') ELSE review_from END - getvariable('evidence_below')
);
