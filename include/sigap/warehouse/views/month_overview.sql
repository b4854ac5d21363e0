CREATE OR REPLACE VIEW reporting.month_overview AS
WITH months AS (
    SELECT period FROM sources.delivery UNION SELECT period FROM entitlement.roster
), delivered AS (
    SELECT period, count(*) AS deliveries, count(*) FILTER (WHERE outcome IN ('refused', 'drifted')) AS refused
    FROM sources.delivery GROUP BY period
), checked AS (
    SELECT period, count(*) FILTER (WHERE outcome = 'stopped') AS stopped, sum(received) AS received,
        sum(accepted) AS accepted, sum(held) AS held, sum(rejected) AS rejected
    FROM quality.validation GROUP BY period
), current AS (
    SELECT DISTINCT ON (r.period) r.* FROM entitlement.roster r
    ORDER BY r.period, EXISTS (
        SELECT FROM billing.invoice i WHERE i.roster_id = r.roster_id AND i.status <> 'draft'
    ) DESC, r.version DESC
), invoiced AS (
    SELECT period, count(*) AS invoices, count(*) FILTER (WHERE status = 'issued') AS issued,
        sum(people) AS billed_people, sum(jkk_idr) AS jkk_idr, sum(jkm_idr) AS jkm_idr, sum(total_idr) AS total_idr
    FROM billing.invoice GROUP BY period
)
SELECT
    m.period,
    coalesce(v.deliveries, 0) AS deliveries,
    coalesce(v.refused, 0) AS refused_deliveries,
    coalesce(c.stopped, 0) AS stopped_deliveries,
    coalesce(c.received, 0)::bigint AS received_rows,
    coalesce(c.accepted, 0)::bigint AS accepted_rows,
    coalesce(c.held, 0)::bigint AS held_rows,
    coalesce(c.rejected, 0)::bigint AS rejected_rows,
    n.roster_id,
    n.version AS roster_version,
    n.status AS roster_status,
    n.people AS decided_people,
    n.subsidised AS subsidised_people,
    n.outcomes,
    coalesce(i.invoices, 0) AS invoices,
    coalesce(i.issued, 0) AS issued_invoices,
    coalesce(i.billed_people, 0)::bigint AS billed_people,
    coalesce(i.jkk_idr, 0)::bigint AS jkk_idr,
    coalesce(i.jkm_idr, 0)::bigint AS jkm_idr,
    coalesce(i.total_idr, 0)::bigint AS total_idr
FROM months m
LEFT JOIN delivered v ON v.period = m.period
LEFT JOIN checked c ON c.period = m.period
LEFT JOIN current n ON n.period = m.period
LEFT JOIN invoiced i ON i.period = m.period;

COMMENT ON VIEW reporting.month_overview IS 'One row per coverage month: what came in, what was decided, what is owed';
COMMENT ON COLUMN reporting.month_overview.period IS 'Coverage month, e.g. 2026-01';
COMMENT ON COLUMN reporting.month_overview.deliveries IS 'Files received';
COMMENT ON COLUMN reporting.month_overview.refused_deliveries IS 'Files that could not be taken in';
COMMENT ON COLUMN reporting.month_overview.stopped_deliveries IS 'Deliveries stopped because the source broke its contract';
COMMENT ON COLUMN reporting.month_overview.received_rows IS 'Rows received in checked deliveries';
COMMENT ON COLUMN reporting.month_overview.accepted_rows IS 'Rows accepted';
COMMENT ON COLUMN reporting.month_overview.held_rows IS 'Rows held for a person';
COMMENT ON COLUMN reporting.month_overview.rejected_rows IS 'Rows rejected';
COMMENT ON COLUMN reporting.month_overview.roster_id IS 'Roster version whose invoices stand, else the newest';
COMMENT ON COLUMN reporting.month_overview.roster_version IS 'Its number within the month';
COMMENT ON COLUMN reporting.month_overview.roster_status IS 'draft, approved or rejected';
COMMENT ON COLUMN reporting.month_overview.decided_people IS 'Persons decided about';
COMMENT ON COLUMN reporting.month_overview.subsidised_people IS 'Persons subsidised';
COMMENT ON COLUMN reporting.month_overview.outcomes IS 'Persons by outcome and by reason';
COMMENT ON COLUMN reporting.month_overview.invoices IS 'Invoices of the month, drafts too';
COMMENT ON COLUMN reporting.month_overview.issued_invoices IS 'Issued ones among them';
COMMENT ON COLUMN reporting.month_overview.billed_people IS 'Persons on these invoices';
COMMENT ON COLUMN reporting.month_overview.jkk_idr IS 'Work-accident premium of these invoices, whole rupiah';
COMMENT ON COLUMN reporting.month_overview.jkm_idr IS 'Death premium of these invoices, whole rupiah';
COMMENT ON COLUMN reporting.month_overview.total_idr IS 'JKK and JKM of these invoices, whole rupiah';
