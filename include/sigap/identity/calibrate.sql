-- Pairs with the class of their sources and their truth.
CREATE OR REPLACE TEMP TABLE labelled AS
SELECT p.kind, p."left", p.match_weight, p.rule, coalesce(a.person = b.person, false) AS is_right,
       CASE WHEN list_contains(getvariable('registry'), l.source)
                 AND (p.kind = 'membership' OR list_contains(getvariable('registry'), r.source))
            THEN 'registry' ELSE 'association' END AS class
FROM pairs AS p
JOIN worker AS l ON l.record = p."left"
JOIN worker_truth AS a ON a.record = p."left"
LEFT JOIN worker AS r ON p.kind = 'rows' AND r.record = p."right"
LEFT JOIN (
    SELECT 'rows' AS kind, * FROM worker_truth UNION ALL SELECT 'membership', * FROM member_truth
) AS b ON b.kind = p.kind AND b.record = p."right";

-- A row counts once as right and once as wrong, with its heaviest pair: its person is uninsured, or paid twice, once. A guarded
-- pair (see policy.yaml) is reviewed whatever it weighs above the lower threshold, and never linked.
CREATE OR REPLACE TEMP TABLE labelled_row AS
SELECT class,
       coalesce(max(match_weight) FILTER (is_free AND is_right), '-inf'::DOUBLE) AS free_right,
       coalesce(max(match_weight) FILTER (is_free AND NOT is_right), '-inf'::DOUBLE) AS free_wrong,
       coalesce(max(match_weight) FILTER (NOT is_free AND is_right), '-inf'::DOUBLE) AS guarded_right,
       coalesce(max(match_weight) FILTER (NOT is_free AND NOT is_right), '-inf'::DOUBLE) AS guarded_wrong
FROM (
    SELECT *, rule NOT IN ('other_nik', 'near_nik', 'damaged_nik', 'family', 'namesake') AS is_free FROM labelled
    WHERE rule NOT IN ('same_nik', 'sure_nik', 'verdict', 'nik_conflict', 'nik_doubt')
)
GROUP BY kind, "left", class
ORDER BY kind, "left", class;

CREATE OR REPLACE TEMP TABLE labelled_count AS
SELECT class, count(*) FILTER (rule IN ('same_nik', 'sure_nik') AND is_right)::BIGINT AS "right",
       count(*) FILTER (rule IN ('same_nik', 'sure_nik') AND NOT is_right)::BIGINT AS wrong, any_value(rows) AS rows
FROM (
    SELECT CASE WHEN list_contains(getvariable('registry'), source) THEN 'registry' ELSE 'association' END AS class, count(*) AS rows
    FROM worker GROUP BY ALL
)
LEFT JOIN labelled USING (class)
GROUP BY class;
