-- Memberships of a person: those under one NIK are one member. The certain stand; of the others only a clear best is the person's.
-- Rows without a NIK do not claim a membership from anybody: two of them may well be one person's.
CREATE OR REPLACE TEMP TABLE claim AS
SELECT judged."left", judged."right", entity.entity, coalesce(member.nik, member.record::VARCHAR) AS holder, match_weight,
       rule IN ('same_nik', 'sure_nik', 'verdict') AS is_certain, worker.nik IS NOT NULL AS has_nik
FROM judged JOIN entity ON entity.record = judged."left" JOIN worker ON worker.record = judged."left" JOIN member ON member.record = judged."right"
WHERE judged.kind = 'membership' AND judged.decision IN ('same', 'review') AND (decision = 'same' OR rule NOT IN ('other_nik', 'nik_doubt'));

CREATE OR REPLACE TEMP TABLE claimed AS
SELECT entity, holder, max(match_weight) AS match_weight, bool_or(is_certain) AS is_certain, bool_or(has_nik) AS has_nik
FROM claim GROUP BY ALL;

-- Claimants about whom somebody is asked whether they are one person: that is the doubt, and where they are, both are right.
CREATE OR REPLACE TEMP TABLE asked_about AS
WITH pair AS (
    SELECT one.entity AS one, other.entity AS other
    FROM judged JOIN entity AS one ON one.record = judged."left" JOIN entity AS other ON other.record = judged."right"
    WHERE judged.kind = 'rows' AND judged.decision = 'review' AND one.entity <> other.entity
)
SELECT DISTINCT mine.entity, mine.holder, true AS is_asked
FROM (SELECT one, other FROM pair UNION SELECT other, one FROM pair) AS turned
JOIN claimed AS mine ON mine.entity = turned.one
JOIN claimed AS theirs ON theirs.entity = turned.other AND theirs.holder = mine.holder;

CREATE OR REPLACE TEMP TABLE doubt AS
SELECT entity, holder,
       CASE WHEN other_holder THEN 'tie' ELSE 'claimed' END AS rule
FROM (
    SELECT entity, holder, is_certain, has_nik, match_weight >= getvariable('sure') AS is_sure,
           coalesce(max(match_weight) OVER others_of_entity >= match_weight - getvariable('margin'), false) AS other_holder,
           coalesce(max(match_weight) OVER others_of_holder >= match_weight - getvariable('margin'), false) AS other_entity
    FROM claimed
    WINDOW others_of_entity AS (PARTITION BY entity ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW),
           others_of_holder AS (PARTITION BY holder ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW)
) LEFT JOIN asked_about USING (entity, holder)
WHERE NOT is_certain AND (other_holder OR (other_entity AND has_nik AND NOT (is_sure AND coalesce(is_asked, false))));

UPDATE judged SET decision = 'review', rule = doubt.rule
FROM claim JOIN doubt USING (entity, holder)
WHERE judged.kind = 'membership' AND judged."left" = claim."left" AND judged."right" = claim."right"
  AND judged.decision = 'same' AND NOT claim.is_certain;
