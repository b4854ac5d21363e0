-- What the notes of a billing month book, signed, by coverage month. heads: whether the person went out of that month by it, or came in.
WITH booked AS (
    SELECT b.note_line_id, b.note_id, n.period AS booked_in, b.period, b.person_id, b.line_id, c.payer_set, c.share_no, c.funding_source, c.reason_code,
           CASE n.kind WHEN 'debit' THEN b.total_idr ELSE -b.total_idr END AS total_idr,
           sum(CASE n.kind WHEN 'debit' THEN b.total_idr ELSE -b.total_idr END)
               OVER (PARTITION BY b.person_id, b.period, c.share_no, b.line_id ORDER BY n.period, n.kind, b.note_line_id) AS so_far
    FROM billing.note_line b
    JOIN billing.note n ON n.note_id = b.note_id
    JOIN billing.correction c ON c.correction_id = b.correction_id
    WHERE n.period <= :period
)
SELECT b.period, b.person_id, b.payer_set, b.funding_source, d.kecamatan_code, d.sector,
       CASE WHEN b.share_no > 1 THEN 0
            ELSE (coalesce(l.total_idr, 0) + b.so_far > 0)::int - (coalesce(l.total_idr, 0) + b.so_far - b.total_idr > 0)::int END AS heads,
       b.total_idr, b.reason_code
FROM booked b
LEFT JOIN billing.invoice_line l ON l.line_id = b.line_id
LEFT JOIN LATERAL (
    SELECT d.kecamatan_code, d.sector FROM entitlement.decision d
    WHERE d.person_id = b.person_id AND d.roster_id = coalesce(l.roster_id, (
        SELECT max(i.roster_id) FROM billing.invoice i WHERE i.status = 'issued' AND b.period BETWEEN i.covers_from AND i.covers_to))
) d ON true
WHERE b.booked_in = :period
