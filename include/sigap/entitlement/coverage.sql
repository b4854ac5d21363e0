-- Who is insured elsewhere in the month, with the one membership that proves it best. Of several extracts of a membership number
-- the newest counts. Strongest first: employee, self-paying, other payer, other segment, grace; then the newest extract and the row.
CREATE TEMP TABLE cover AS
WITH newest AS (
    SELECT * FROM memberships
    QUALIFY kpj IS NULL
         OR coalesce(as_of_date, DATE '1900-01-01') = max(coalesce(as_of_date, DATE '1900-01-01')) OVER (PARTITION BY person_id, kpj)
), named AS (
    SELECT *,
           coalesce(regexp_replace(upper(trim(payer_name)), '\s+', ' ', 'g'), '') AS payer,
           coalesce(upper(trim(payer_code)), '') AS payer_key,
           coalesce(try_strptime(last_paid_month, '%Y-%m')::DATE, coverage_end) AS paid_until
    FROM newest
), judged AS (
    SELECT *,
           coalesce(segment, '') = 'BPU'
               AND (list_contains($own_names, payer) OR list_bool_or(list_transform($own_prefixes, lambda prefix: starts_with(payer_key, prefix))))
               AS is_own,
           list_contains($active, status)
               AND coalesce(coverage_start <= $last_day, true) AND coalesce(coverage_end >= $first_day, true) AS is_active,
           list_contains($lapsing, status) AND datediff('month', paid_until, $first_day) <= $grace_months AS is_in_grace
    FROM named
), reasoned AS (
    SELECT *,
           CASE
               WHEN is_own THEN NULL
               WHEN is_active AND segment = 'PU' THEN CASE WHEN NOT $allow_dual THEN 'ACTIVE_PU' END
               WHEN is_active AND segment = 'BPU' AND (list_contains($self_payers, payer) OR (payer = '' AND payer_key = ''))
                   THEN 'ACTIVE_BPU_SELF'
               WHEN is_active AND segment = 'BPU' THEN 'ACTIVE_OTHER_PAYER'
               WHEN is_active THEN 'ACTIVE_OTHER_SEGMENT'
               WHEN is_in_grace THEN 'IN_GRACE'
           END AS cover_reason
    FROM judged
)
SELECT person_id, cover_reason, delivery_id, sheet, "row"
FROM reasoned
WHERE cover_reason IS NOT NULL
QUALIFY row_number() OVER (
    PARTITION BY person_id
    ORDER BY list_position($cover_reasons, cover_reason), as_of_date DESC NULLS LAST, delivery_id, sheet, "row"
) = 1;
