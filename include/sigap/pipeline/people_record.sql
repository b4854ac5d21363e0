-- Only the difference to what an earlier run of the month by this government recorded is written: the same run again writes nothing.
-- Where invoices of a later month stand, what they rest on stays: nothing is taken back, and only people and NIK that nobody knew
-- are added.
DROP TABLE IF EXISTS pg_temp.rested;
CREATE TEMP TABLE rested ON COMMIT DROP AS
SELECT EXISTS (
    SELECT FROM billing.invoice i WHERE i.status IN ('approved', 'issued') AND i.period > current_setting('sigap.period')
) AS is_on;

UPDATE identity.person_event e SET withdrawn_at = now()
WHERE e.period = current_setting('sigap.period') AND e.government = audit.government() AND e.withdrawn_at IS NULL
  AND NOT (SELECT is_on FROM rested) AND NOT EXISTS (
      SELECT FROM event n
      WHERE (n.kind, n.person_id) = (e.kind, e.person_id)
        AND (n.other_person_id, n.nik_before, n.nik_after, n.verdict_id, n.actor)
            IS NOT DISTINCT FROM (e.other_person_id, e.nik_before, e.nik_after, e.verdict_id, e.actor)
  );
INSERT INTO identity.person_event (
    period, person_id, kind, other_person_id, nik_before, nik_after, cause, verdict_id, actor
)
SELECT current_setting('sigap.period'), n.person_id, n.kind, n.other_person_id, n.nik_before, n.nik_after,
       CASE WHEN n.verdict_id IS NULL THEN 'link' ELSE 'verdict' END, n.verdict_id, n.actor
FROM event n
WHERE NOT EXISTS (
    SELECT FROM identity.person_event e
    WHERE e.period = current_setting('sigap.period') AND e.government = audit.government() AND e.withdrawn_at IS NULL
      AND (n.kind, n.person_id) = (e.kind, e.person_id)
)
AND (NOT (SELECT is_on FROM rested) OR n.kind = 'created' AND NOT EXISTS (
    SELECT FROM identity.person_event e WHERE e.person_id = n.person_id AND e.kind = 'created' AND e.withdrawn_at IS NULL
))
ORDER BY n.kind DESC, n.person_id;

UPDATE identity.person_nik b SET withdrawn_at = now()
WHERE b.period = current_setting('sigap.period') AND b.government = audit.government() AND b.withdrawn_at IS NULL
  AND NOT (SELECT is_on FROM rested)
  AND NOT EXISTS (SELECT FROM belonging n WHERE (n.nik, n.person_id) = (b.nik, b.person_id));
INSERT INTO identity.person_nik (nik, person_id, period)
SELECT n.nik, n.person_id, current_setting('sigap.period')
FROM belonging n
WHERE NOT EXISTS (
    SELECT FROM identity.person_nik b
    WHERE b.period = current_setting('sigap.period') AND b.government = audit.government() AND b.withdrawn_at IS NULL
      AND (n.nik, n.person_id) = (b.nik, b.person_id)
)
AND (NOT (SELECT is_on FROM rested) OR NOT EXISTS (
    SELECT FROM identity.person_nik b WHERE b.nik = n.nik AND b.withdrawn_at IS NULL
))
ORDER BY n.nik;

-- For the next run, where the account owns the tables; elsewhere autovacuum does it (the statement then only warns).
ANALYZE identity.person, identity.person_event, identity.person_nik;
