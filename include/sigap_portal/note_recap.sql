-- Lines of note :note_id by reason and covered month; whole rupiah.
SELECT c.reason_code, b.period, count(DISTINCT b.person_id) AS people, sum(b.jkk_idr)::bigint AS jkk_idr,
       sum(b.jkm_idr)::bigint AS jkm_idr, sum(b.total_idr)::bigint AS total_idr,
       count(*) FILTER (WHERE c.is_clock_at_stake) AS at_stake
FROM billing.note_line b
JOIN billing.correction c ON c.correction_id = b.correction_id
WHERE b.note_id = :note_id
GROUP BY c.reason_code, b.period
ORDER BY c.reason_code, b.period
