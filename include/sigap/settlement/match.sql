-- Every person of any side once, with one class. What a class means stands in classes.yaml.
CREATE TEMP TABLE compared AS
WITH theirs AS (
    SELECT nik, min(kpj) AS kpj, CAST(sum(total_idr) AS BIGINT) AS total_idr, min({'sheet': sheet, 'row': row}) AS place
    FROM told
    WHERE nik IS NOT NULL
    GROUP BY nik
    UNION ALL
    -- Nobody knows whose these are: rows of one KPJ are one person, a row without any number stands alone.
    SELECT NULL, kpj, CAST(sum(total_idr) AS BIGINT), min({'sheet': sheet, 'row': row})
    FROM told
    WHERE nik IS NULL
    GROUP BY kpj, CASE WHEN kpj IS NULL THEN {'sheet': sheet, 'row': row} END
),

joined AS (
    SELECT
        nik,
        theirs.kpj,
        ours.person_id,
        coalesce(ours.is_listed, false) AS is_listed,
        ours.parked_code,
        coalesce(ours.is_invoiced, false) AS is_invoiced,
        coalesce(ours.invoiced_idr, 0) AS invoiced_idr,
        coalesce(ours.noted_idr, 0) AS noted_idr,
        coalesce(ours.invoiced_idr + ours.noted_idr, 0) AS expected_idr,
        theirs.total_idr IS NOT NULL AS is_billed,
        coalesce(theirs.total_idr, 0) AS billed_idr,
        coalesce(ours.is_paid, false) AS is_paid,
        coalesce(ours.paid_idr, 0) AS paid_idr,
        ours.paid_on,
        theirs.place
    FROM ours FULL JOIN theirs USING (nik)
),

seen AS (
    SELECT joined.*, CASE WHEN $has_activations THEN insured.nik IS NOT NULL END AS is_active
    FROM joined LEFT JOIN insured USING (nik)
)

SELECT
    *,
    CASE
        WHEN is_invoiced AND NOT is_listed THEN 'not_listed'
        WHEN expected_idr = 0 AND is_billed THEN 'extra'
        WHEN expected_idr = 0 AND (is_invoiced OR noted_idr <> 0) THEN 'matched'
        WHEN expected_idr = 0 AND parked_code IS NOT NULL THEN 'parked'
        WHEN expected_idr = 0 THEN 'not_invoiced'
        WHEN $has_names AND NOT is_billed THEN 'missing'
        WHEN $has_names AND abs(expected_idr - billed_idr) > $per_person_idr THEN 'amount_differs'
        WHEN is_paid AND NOT is_active THEN 'paid_not_active'
        WHEN $has_names THEN 'matched'
        ELSE 'not_named'
    END AS class,
    CASE
        WHEN is_paid AND expected_idr > 0 AND NOT is_active
            THEN greatest(date_diff('day', greatest(paid_on, CAST($first_day AS DATE)), CAST($as_of AS DATE)), 0)
    END AS days_not_active
FROM seen;
