-- How good the lists of a sender are, month by month. Rows are counted as they were first sent: a correction does not improve the list it
-- corrects, it shows in corrected_rows and in the days it took.
CREATE OR REPLACE VIEW reporting.source_scorecard AS
WITH checked AS (
    SELECT o.*, v.reasons, v.faults, o.corrects IS NULL AND o.replaces IS NULL AS is_first
    FROM reporting.delivery_overview o
    LEFT JOIN quality.validation v ON v.delivery_id = o.delivery_id
), files AS (
    SELECT period, source,
        count(*) AS deliveries,
        count(*) FILTER (WHERE outcome IN ('refused', 'drifted')) AS refused,
        count(*) FILTER (WHERE check_outcome = 'stopped') AS stopped,
        sum(received_rows) FILTER (WHERE is_first) AS received,
        sum(accepted_rows) FILTER (WHERE is_first) AS accepted,
        sum(held_rows) FILTER (WHERE is_first) AS held,
        sum(rejected_rows) FILTER (WHERE is_first) AS rejected,
        sum(accepted_rows) FILTER (WHERE corrects IS NOT NULL) AS corrected
    FROM checked
    GROUP BY period, source
), counted AS (
    SELECT c.period, c.source, f.key AS code, sum(f.value::bigint) AS rows
    FROM checked c, jsonb_each_text(c.faults) f
    WHERE c.is_first
    GROUP BY c.period, c.source, f.key
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY period, source ORDER BY rows DESC, code) AS place FROM counted
), frequent AS (
    SELECT period, source, jsonb_agg(jsonb_build_object('code', code, 'rows', rows) ORDER BY place) AS reasons
    FROM ranked WHERE place <= 3
    GROUP BY period, source
), repeated AS (
    SELECT period, source,
        sum(rows) FILTER (WHERE scope = 'file') AS in_file,
        sum(rows) FILTER (WHERE scope = 'source') AS in_source,
        sum(rows) FILTER (WHERE scope = 'across') AS across
    FROM quality.duplicate
    GROUP BY period, source
), answered AS (
    SELECT c.period, c.source, c.delivery_id, min(a.received_at) - min(c.received_at) AS after
    FROM checked c
    JOIN sources.delivery a ON c.delivery_id IN (a.corrects, a.replaces) AND a.outcome = 'accepted'
    WHERE c.check_outcome = 'stopped' OR c.held_rows + c.rejected_rows > 0
    GROUP BY c.period, c.source, c.delivery_id
), corrected AS (
    SELECT period, source, round(avg(extract(epoch FROM after) / 86400), 1) AS days FROM answered GROUP BY period, source
)
SELECT
    f.period,
    f.source,
    f.deliveries,
    f.refused AS refused_deliveries,
    f.stopped AS stopped_deliveries,
    f.received::bigint AS received_rows,
    f.accepted::bigint AS accepted_rows,
    f.held::bigint AS held_rows,
    f.rejected::bigint AS rejected_rows,
    round(f.accepted::numeric / nullif(f.received, 0), 4) AS accepted_share,
    q.reasons AS top_reasons,
    d.in_file::bigint AS repeated_in_file_rows,
    d.in_source::bigint AS repeated_in_source_rows,
    d.across::bigint AS repeated_across_rows,
    f.corrected::bigint AS corrected_rows,
    c.days AS days_to_correct
FROM files f
LEFT JOIN frequent q ON q.period = f.period AND q.source = f.source
LEFT JOIN repeated d ON d.period = f.period AND d.source = f.source
LEFT JOIN corrected c ON c.period = f.period AND c.source = f.source;

COMMENT ON VIEW reporting.source_scorecard IS 'One row per sender and coverage month: how usable its lists were, as first sent';
COMMENT ON COLUMN reporting.source_scorecard.period IS 'Coverage month, e.g. 2026-01';
COMMENT ON COLUMN reporting.source_scorecard.source IS 'Catalog code of the sender';
COMMENT ON COLUMN reporting.source_scorecard.deliveries IS 'Files received';
COMMENT ON COLUMN reporting.source_scorecard.refused_deliveries IS 'Files that could not be taken in, changed layouts too';
COMMENT ON COLUMN reporting.source_scorecard.stopped_deliveries IS 'Files that broke a stop rule';
COMMENT ON COLUMN reporting.source_scorecard.received_rows IS 'Rows of its lists as first sent; empty when none was checked';
COMMENT ON COLUMN reporting.source_scorecard.accepted_rows IS 'Rows accepted among them';
COMMENT ON COLUMN reporting.source_scorecard.held_rows IS 'Rows held for a person among them';
COMMENT ON COLUMN reporting.source_scorecard.rejected_rows IS 'Rows rejected among them';
COMMENT ON COLUMN reporting.source_scorecard.accepted_share IS 'Accepted rows by received rows, 0 to 1';
COMMENT ON COLUMN reporting.source_scorecard.top_reasons IS 'The three reasons that most often held or rejected a row: [{code, rows}]';
COMMENT ON COLUMN reporting.source_scorecard.repeated_in_file_rows IS 'Rows with an exact or near twin before them in the same file';
COMMENT ON COLUMN reporting.source_scorecard.repeated_in_source_rows IS 'Rows with such a twin in an earlier file of the sender';
COMMENT ON COLUMN reporting.source_scorecard.repeated_across_rows IS 'Rows with such a twin in a list of another sender';
COMMENT ON COLUMN reporting.source_scorecard.corrected_rows IS 'Rows that came in usable through correction workbooks';
COMMENT ON COLUMN reporting.source_scorecard.days_to_correct IS 'Days from a stopped or partly unusable list to its correction, on average; empty when none came';
