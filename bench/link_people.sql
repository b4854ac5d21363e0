-- What becomes of people, in the order of the fields of Became. A person's number is that of the truth; rows without a whole NIK make nobody.
WITH insured AS (
    SELECT DISTINCT person FROM truth_members
), covered AS (
    SELECT DISTINCT entity FROM memberships
), listed AS (
    SELECT truth.person, truth.person IN (FROM insured) AS is_insured, found.entity, person.conflict IS NOT NULL AS is_asked,
           covered.entity IS NOT NULL AS is_covered
    FROM truth_workers AS truth LEFT JOIN rows AS found ON found."row" = truth.record
    LEFT JOIN persons AS person ON person.entity = found.entity LEFT JOIN covered ON covered.entity = found.entity
), by_person AS (
    SELECT person, any_value(is_insured) AS is_insured, coalesce(bool_or(entity IS NOT NULL AND NOT is_asked AND NOT is_covered), false) AS is_paid,
           coalesce(bool_or(is_covered AND NOT is_asked), false) AS is_taken, bool_and(entity IS NULL) AS is_nobody
    FROM listed GROUP BY person
)
SELECT count_if(is_insured), count_if(is_insured AND is_paid), count_if(is_insured AND is_nobody),
       count_if(NOT is_insured), count_if(NOT is_insured AND is_taken),
       (SELECT count(*) FROM listed), (SELECT count_if(entity IS NOT NULL AND is_asked) FROM listed)
FROM by_person
