-- What each pair says by itself. Under one NIK: certain when name or birth date agrees, or everything together; a conflict when both disagree.
-- Levels of a NIK: 4 and 5 a slip of typing, 4 among the last four digits; 2 and 3 what is left of a damaged one agrees; below 2 no NIK agrees.
-- Level 5 of a name: all that is shared is a name of one word.
CREATE OR REPLACE TEMP TABLE alone AS
SELECT weighed.*,
       CASE
           WHEN is_same_nik THEN CASE
               WHEN level_name >= getvariable('agree_name') OR (has_both_births AND level_birth_date >= getvariable('agree_birth')) THEN 'same_nik'
               WHEN level_name = -1 THEN 'same_nik' -- nothing speaks against the NIK
               WHEN level_name = 0 AND level_birth_date = 0 AND has_both_births THEN 'nik_conflict'
               WHEN match_weight >= getvariable('sure') THEN 'sure_nik'
               ELSE 'nik_doubt' END
           WHEN match_weight < review_from THEN 'score'
           WHEN level_nik IN (4, 5) AND (level_name = 5 OR level_name < CASE
               WHEN level_nik = 4 THEN getvariable('near_serial') ELSE getvariable('near_elsewhere') END) THEN 'near_nik'
           WHEN level_nik IN (2, 3) AND (level_name = 5 OR level_name < getvariable('near_elsewhere'))
                AND match_weight < getvariable('sure') THEN 'damaged_nik'
           WHEN has_both_nik AND (level_nik = 0 OR kind = 'rows') THEN 'other_nik'
           WHEN level_nik < 2 AND level_birth_date = 5 AND level_name < getvariable('twin_name') AND (level_mother > 0 OR level_kk = 1) THEN 'family'
           WHEN level_nik < 2 AND level_birth_date < 5 AND level_name < getvariable('relative_name')
                AND (level_mother > 0 OR level_kk = 1 OR level_phone = 1) THEN 'family'
           WHEN level_nik < 2 AND level_place < 1 AND level_mother < 1 AND level_kk < 1 AND level_phone < 1
                AND match_weight < getvariable('namesake_below') THEN 'namesake'
           ELSE 'score'
       END AS rule
FROM weighed;

-- The facts under which a verdict is kept, of whatever a person may be asked about. Both rows count alike, so their order does not.
CREATE OR REPLACE TEMP TABLE asked AS
SELECT kind, "left", "right" FROM alone
WHERE rule <> 'same_nik' AND (rule <> 'score' OR match_weight >= review_from) OR (SELECT count(*) FROM verdicts) > 0;

CREATE OR REPLACE TEMP TABLE worker_facts AS
SELECT side.record, md5(concat_ws(chr(31), {facts})) AS facts FROM worker AS side
WHERE side.record IN (SELECT "left" FROM asked UNION ALL SELECT "right" FROM asked WHERE kind = 'rows');

CREATE OR REPLACE TEMP TABLE member_facts AS
SELECT side.record, md5(concat_ws(chr(31), {facts})) AS facts FROM member AS side
WHERE side.record IN (SELECT "right" FROM asked WHERE kind = 'membership');

CREATE OR REPLACE TEMP TABLE keyed AS
SELECT asked.*, md5(least(l.facts, coalesce(r.facts, m.facts)) || greatest(l.facts, coalesce(r.facts, m.facts))) AS fact_key
FROM asked JOIN worker_facts AS l ON l.record = asked."left"
LEFT JOIN worker_facts AS r ON asked.kind = 'rows' AND r.record = asked."right"
LEFT JOIN member_facts AS m ON asked.kind = 'membership' AND m.record = asked."right";

CREATE OR REPLACE TEMP TABLE judged AS
SELECT alone.* EXCLUDE (rule), keyed.fact_key,
       CASE WHEN verdicts.verdict IS NOT NULL THEN 'verdict' ELSE rule END AS rule,
       CASE
           WHEN verdicts.verdict IS NOT NULL THEN verdicts.verdict
           WHEN rule IN ('same_nik', 'sure_nik') THEN 'same'
           WHEN rule = 'nik_conflict' THEN 'different'
           WHEN rule IN ('nik_doubt', 'namesake') THEN 'review'
           WHEN rule = 'family' THEN CASE WHEN level_name = 0 AND level_birth_date = 0 THEN 'different' ELSE 'review' END
           WHEN rule = 'damaged_nik' THEN CASE WHEN match_weight >= getvariable('damaged_from') THEN 'review' ELSE 'different' END
           WHEN rule IN ('other_nik', 'near_nik') THEN CASE WHEN match_weight >= getvariable('two_niks_from') THEN 'review' ELSE 'different' END
           WHEN match_weight >= same_from THEN 'same'
           WHEN match_weight >= review_from THEN 'review'
           ELSE 'different'
       END AS decision
FROM alone
LEFT JOIN keyed USING (kind, "left", "right")
LEFT JOIN verdicts ON verdicts.fact_key = keyed.fact_key;
