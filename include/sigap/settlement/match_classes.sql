SELECT
    class,
    count(*) AS people,
    CAST(sum(expected_idr) AS BIGINT) AS expected_idr,
    CAST(sum(billed_idr) AS BIGINT) AS billed_idr,
    CAST(sum(paid_idr) AS BIGINT) AS paid_idr,
    count(days_not_active) AS not_active
FROM compared
GROUP BY class
