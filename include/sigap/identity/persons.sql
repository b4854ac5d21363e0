-- Entities of the month: a person is an entity with at least one listed row that has a whole NIK.
CREATE OR REPLACE TEMP TABLE placed AS
SELECT listed.*, entity.entity, job_sector.sector AS job_sector,
       -- the order in which rows speak for a person: the registry, then the most complete, then as numbered
       ((NOT list_contains($registry, source))::BIGINT * 16 + 15
        - ((kk IS NOT NULL)::INT + (birth_date IS NOT NULL)::INT + (sex IS NOT NULL)::INT + (address IS NOT NULL)::INT
           + (kelurahan_code IS NOT NULL)::INT + (kecamatan_code IS NOT NULL)::INT + (regency_code IS NOT NULL)::INT
           + (desil IS NOT NULL)::INT + (job IS NOT NULL)::INT)) * 1_000_000_000_000 + record AS place
FROM listed JOIN entity USING (record) LEFT JOIN job_sector USING (job);

-- Which pairs make a person doubtful: one NIK that two people carry, a membership that may be theirs, a person they may be already. Of
-- two who may be one person the earlier goes on (last month's, then the registry's), so nobody is paid twice and no more wait than must.
CREATE OR REPLACE TEMP TABLE doubtful AS
WITH standing AS (
    SELECT entity, bool_or(nik IS NOT NULL) AS has_nik, row_number() OVER (ORDER BY NOT bool_or(is_known), entity) AS turn
    FROM placed GROUP BY entity
), touched AS (
    -- an officer who says that two rows under one NIK are two people says that the NIK is in conflict
    SELECT mine.entity, CASE WHEN judged.kind = 'rows' AND judged.decision = 'different' THEN 'nik_conflict' ELSE judged.rule END AS rule,
           judged.decision
    FROM judged JOIN entity AS mine ON mine.record = judged."left" WHERE judged.kind = 'membership' OR judged.is_same_nik
    UNION ALL
    SELECT CASE WHEN one.turn > other.turn THEN one.entity ELSE other.entity END, judged.rule, judged.decision
    FROM judged JOIN entity AS mine ON mine.record = judged."left" JOIN entity AS theirs ON theirs.record = judged."right"
    JOIN standing AS one ON one.entity = mine.entity JOIN standing AS other ON other.entity = theirs.entity
    WHERE judged.kind = 'rows' AND mine.entity <> theirs.entity AND one.has_nik AND other.has_nik
)
SELECT entity,
       CASE WHEN bool_or(rule = 'nik_conflict') THEN 'NIK_NAME_CONFLICT' ELSE 'LINK_DOUBTFUL' END AS conflict
FROM touched WHERE rule = 'nik_conflict' OR decision = 'review' GROUP BY entity;

-- A value is taken from the first row that has it (arg_min passes over nulls); the parts of an address stay together.
CREATE OR REPLACE TEMP TABLE person AS
WITH gathered AS (
    SELECT entity,
           arg_min(nik, place) AS nik,
           arg_min(full_name, place) AS full_name,
           arg_min(birth_date, place) AS birth_date,
           arg_min(sex, place) AS sex,
           arg_min(kk, place) AS kk,
           arg_min(address, place) AS any_address,
           arg_min(CASE WHEN regency_code IS NOT NULL
                        THEN {'address': address, 'kelurahan': kelurahan_code, 'kecamatan': kecamatan_code, 'regency': regency_code}
                   END, place) AS home,
           arg_min(desil, place) AS desil,
           arg_min(sector, row(source, place)) FILTER (NOT list_contains($registry, source)) AS association_sector,
           arg_min(job_sector, place) AS job_sector,
           array_to_string(list_sort(list(DISTINCT source)), ',') AS sources,
           coalesce(bool_or(is_inactive), false) AS is_inactive,
           coalesce(bool_or(is_deceased), false) AS is_deceased,
           count(*)::INT AS listed_rows,
           arg_min({'delivery_id': delivery_id, 'sheet': sheet, 'row': "row"}, place) FILTER (nik IS NOT NULL) AS first_row
    FROM placed WHERE NOT is_known
    GROUP BY entity HAVING count(nik) > 0
)
SELECT entity, nik, full_name, birth_date, sex, kk,
       coalesce(home.address, any_address) AS address,
       home.kelurahan AS kelurahan_code, home.kecamatan AS kecamatan_code, home.regency AS regency_code,
       desil, coalesce(association_sector, job_sector, $fallback_sector) AS sector, sources, doubtful.conflict,
       is_inactive, is_deceased, listed_rows,
       first_row.delivery_id AS delivery_id, first_row.sheet AS sheet, first_row."row" AS "row"
FROM gathered LEFT JOIN doubtful USING (entity)
ORDER BY nik;

CREATE OR REPLACE TEMP TABLE person_row AS
SELECT entity, source, delivery_id, sheet, "row" FROM placed SEMI JOIN person USING (entity) WHERE NOT is_known;

-- What the history of people goes by. Last month's people who are in no list are named where their memberships are wanted.
CREATE OR REPLACE TEMP TABLE person_entity AS
WITH wanted AS (SELECT entity FROM person UNION SELECT entity FROM placed WHERE wants_memberships),
niks AS (
    SELECT placed.entity, placed.nik, max(placed.person_id) AS known,
           coalesce(bool_or(placed.nik = person.nik), bool_or(placed.is_known)) AS is_lead
    FROM placed SEMI JOIN wanted USING (entity) LEFT JOIN person USING (entity)
    WHERE placed.nik IS NOT NULL GROUP BY ALL
)
SELECT entity, nik, is_lead, known FROM niks ORDER BY entity, nik;

CREATE OR REPLACE TEMP TABLE person_membership AS
SELECT entity.entity, membership.* EXCLUDE (record, nik, nik_digits, full_name, birth_date, sex, kk, mother_name, phone, kelurahan_code, kecamatan_code)
FROM (SELECT DISTINCT entity.entity, judged."right" AS record
      FROM judged JOIN entity ON entity.record = judged."left"
      WHERE judged.kind = 'membership' AND judged.decision = 'same') AS entity
JOIN membership USING (record)
SEMI JOIN person_entity ON person_entity.entity = entity.entity;

-- Verdicts about two rows of the lists, by the NIK of both: they say who joined or parted two people.
CREATE OR REPLACE TEMP TABLE told AS
SELECT DISTINCT judged.fact_key, l.nik, r.nik AS other_nik
FROM judged JOIN listed AS l ON l.record = judged."left" JOIN listed AS r ON r.record = judged."right"
WHERE judged.kind = 'rows' AND judged.rule = 'verdict' AND l.nik <> r.nik
ORDER BY ALL;

-- The evidence of everybody who is a person now, both rows named. Where only the right row is a person's, the pair is turned round.
CREATE OR REPLACE TEMP TABLE told_pair AS
SELECT judged.* REPLACE (
           CASE WHEN is_turned THEN "right" ELSE "left" END AS "left", CASE WHEN is_turned THEN "left" ELSE "right" END AS "right")
FROM (
    SELECT judged.*, judged.kind = 'rows' AND one.entity IS NULL AND other.entity IS NOT NULL AS is_turned
    FROM judged
    JOIN entity AS mine ON mine.record = judged."left" LEFT JOIN person_entity AS one ON one.entity = mine.entity AND one.is_lead
    LEFT JOIN entity AS theirs ON judged.kind = 'rows' AND theirs.record = judged."right"
    LEFT JOIN person_entity AS other ON other.entity = theirs.entity AND other.is_lead
) AS judged;

CREATE OR REPLACE TEMP TABLE person_pair AS
SELECT mine.entity, theirs.entity AS other_entity, told_pair.kind, told_pair.decision, told_pair.rule, told_pair.fact_key, told_pair.match_weight,
       l.source, l.delivery_id, l.sheet, l."row",
       coalesce(r.source, 'memberships') AS other_source, coalesce(r.delivery_id, m.delivery_id) AS other_delivery_id,
       coalesce(r.sheet, m.sheet) AS other_sheet, coalesce(r."row", m."row") AS other_row,
       COLUMNS('^(level|weight)_')
FROM told_pair
JOIN entity AS mine ON mine.record = told_pair."left" JOIN listed AS l ON l.record = told_pair."left"
LEFT JOIN entity AS theirs ON told_pair.kind = 'rows' AND theirs.record = told_pair."right"
LEFT JOIN listed AS r ON told_pair.kind = 'rows' AND r.record = told_pair."right"
LEFT JOIN membership AS m ON told_pair.kind = 'membership' AND m.record = told_pair."right"
SEMI JOIN person_entity ON person_entity.entity = mine.entity;
