-- The places of one funding source, in the order of the ranks: as many as its quota, and of people whom it has not paid for yet as many as
-- its budget affords. Whoever does not fit is left to the next source. (Running sums: a running count with FILTER is quadratic in DuckDB.)
INSERT INTO placed
SELECT person_id, $funding_source, $wadah_code, is_paid
FROM (
    SELECT person_id, is_paid,
           sum((NOT is_paid)::INT) OVER up_to_here AS new, sum(is_paid::INT) OVER up_to_here AS paid
    FROM (
        SELECT person_id, rank, paid.person_id IS NOT NULL AS is_paid
        FROM ranked
        ANTI JOIN placed USING (person_id)
        LEFT JOIN (SELECT person_id FROM paid_for WHERE funding_source = $funding_source) AS paid USING (person_id)
    )
    WINDOW up_to_here AS (ORDER BY rank ROWS UNBOUNDED PRECEDING)
)
WHERE (is_paid OR new <= $affordable) AND paid + least(new, $affordable) <= $quota;
