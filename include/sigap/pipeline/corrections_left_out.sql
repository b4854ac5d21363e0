-- Whoever was left out, as the roster of that month's issued invoices decided about them; without a decision the payer has to be named.
CREATE TEMPORARY TABLE left_out ON COMMIT DROP AS
SELECT a.place, a.month AS period, coalesce(a.payer_set, d.funding_source) AS payer_set, d.sector,
       billed.is_billed, lines.has_line, added.is_added, known.is_known
FROM asked a
CROSS JOIN LATERAL (
    SELECT count(*) > 0 AS is_billed, max(i.roster_id) AS roster_id
    FROM billing.invoice i WHERE i.status = 'issued' AND a.month BETWEEN i.covers_from AND i.covers_to
) billed
CROSS JOIN LATERAL (
    SELECT count(*) > 0 AS has_line FROM billing.invoice_line l WHERE l.person_id = a.person_id AND l.period = a.month AND NOT l.is_void
) lines
CROSS JOIN LATERAL (
    SELECT coalesce(bool_or(o.most_times > 0), false) AS is_added FROM billing.left_out(ARRAY[a.month]) o WHERE o.person_id = a.person_id
) added
CROSS JOIN LATERAL (SELECT count(*) > 0 AS is_known FROM identity.person p WHERE p.person_id = a.person_id) known
LEFT JOIN entitlement.decision d ON d.roster_id = billed.roster_id AND d.person_id = a.person_id
WHERE a.reason_code = 'LEFT_OUT'
