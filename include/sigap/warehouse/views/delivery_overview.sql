-- Which lists a month goes by: those that passed, or that a person let pass for these very figures, without those that a later one of
-- them repeats as a whole. A correction is used as long as the list that it corrects is. `link`, the quality report and the portal all read it here.
CREATE OR REPLACE VIEW reporting.delivery_overview AS
WITH RECURSIVE judged AS (
    SELECT DISTINCT ON (v.delivery_id) v.delivery_id, j.verdict, j.actor, j.judged_at
    FROM quality.validation v
    JOIN quality.judgement j ON j.delivery_id = v.delivery_id AND j.stops = v.stops
    WHERE v.outcome = 'stopped'
    ORDER BY v.delivery_id, j.judgement_id DESC
), fit AS (
    SELECT d.delivery_id, d.replaces
    FROM sources.delivery d
    JOIN quality.validation v ON v.delivery_id = d.delivery_id
    LEFT JOIN judged g ON g.delivery_id = d.delivery_id
    WHERE d.outcome = 'accepted' AND (v.outcome = 'passed' OR g.verdict = 'pass')
), replaced AS (
    SELECT replaces AS delivery_id FROM fit WHERE replaces IS NOT NULL
    UNION
    SELECT also.delivery_id
    FROM replaced r
    JOIN sources.delivery d ON d.delivery_id = r.delivery_id
    JOIN sources.delivery also ON also.delivery_id = d.replaces OR also.corrects = d.delivery_id
)
SELECT
    d.period,
    d.delivery_id,
    d.source,
    d.file_name,
    d.outcome,
    v.outcome AS check_outcome,
    v.stops,
    g.verdict AS judged_as,
    g.actor AS judged_by,
    g.judged_at,
    r.delivery_id IS NOT NULL AS is_replaced,
    f.delivery_id IS NOT NULL AND r.delivery_id IS NULL AND (d.corrects IS NULL OR o.delivery_id IS NOT NULL) AS is_usable,
    v.received AS received_rows,
    v.accepted AS accepted_rows,
    v.held AS held_rows,
    v.rejected AS rejected_rows,
    d.corrects,
    d.replaces,
    d.received_at
FROM sources.delivery d
LEFT JOIN quality.validation v ON v.delivery_id = d.delivery_id
LEFT JOIN judged g ON g.delivery_id = d.delivery_id
LEFT JOIN fit f ON f.delivery_id = d.delivery_id
LEFT JOIN fit o ON o.delivery_id = d.corrects
LEFT JOIN replaced r ON r.delivery_id = d.delivery_id;

COMMENT ON VIEW reporting.delivery_overview IS 'One row per received file: what the check made of it, who judged, whether its rows are used';
COMMENT ON COLUMN reporting.delivery_overview.period IS 'Coverage month, e.g. 2026-01';
COMMENT ON COLUMN reporting.delivery_overview.delivery_id IS 'The delivery';
COMMENT ON COLUMN reporting.delivery_overview.source IS 'Catalog code of the sender';
COMMENT ON COLUMN reporting.delivery_overview.file_name IS 'Name under which the file arrived';
COMMENT ON COLUMN reporting.delivery_overview.outcome IS 'accepted, duplicate, refused or drifted';
COMMENT ON COLUMN reporting.delivery_overview.check_outcome IS 'passed or stopped; empty for a file that was not checked';
COMMENT ON COLUMN reporting.delivery_overview.stops IS 'The stop rules it broke: {rule: {limit, found}}';
COMMENT ON COLUMN reporting.delivery_overview.judged_as IS 'What a person decided about these figures: pass or leave_out';
COMMENT ON COLUMN reporting.delivery_overview.judged_by IS 'Account of who decided';
COMMENT ON COLUMN reporting.delivery_overview.judged_at IS 'When';
COMMENT ON COLUMN reporting.delivery_overview.is_replaced IS 'Whether a later usable list repeats it as a whole, corrected';
COMMENT ON COLUMN reporting.delivery_overview.is_usable IS 'Whether the month uses its accepted rows';
COMMENT ON COLUMN reporting.delivery_overview.received_rows IS 'Rows received';
COMMENT ON COLUMN reporting.delivery_overview.accepted_rows IS 'Rows accepted';
COMMENT ON COLUMN reporting.delivery_overview.held_rows IS 'Rows held for a person';
COMMENT ON COLUMN reporting.delivery_overview.rejected_rows IS 'Rows rejected';
COMMENT ON COLUMN reporting.delivery_overview.corrects IS 'The delivery whose correction workbook this file is';
COMMENT ON COLUMN reporting.delivery_overview.replaces IS 'The delivery that this one repeats as a whole, corrected';
COMMENT ON COLUMN reporting.delivery_overview.received_at IS 'When it was first collected';
