-- Months as numbers, so that months in a row differ by one. `without`: what is left covered when every credit here has effect.
WITH asked AS (
    SELECT *, CAST(substr(period, 1, 4) AS integer) * 12 + CAST(substr(period, 6, 2) AS integer) AS month FROM changed
),
today AS (
    SELECT DISTINCT person_id, CAST(substr(period, 1, 4) AS integer) * 12 + CAST(substr(period, 6, 2) AS integer) AS month FROM covered
),
with_all AS (
    SELECT person_id, month, month - row_number() OVER (PARTITION BY person_id ORDER BY month) AS run
    FROM (SELECT person_id, month FROM today UNION SELECT person_id, month FROM asked)
),
counted AS (
    SELECT person_id, month, row_number() OVER (PARTITION BY person_id, run ORDER BY month) AS months FROM with_all
),
without AS (
    SELECT person_id, month, month - row_number() OVER (PARTITION BY person_id ORDER BY month) AS run
    FROM (
        (SELECT person_id, month FROM today UNION SELECT person_id, month FROM asked WHERE kind = 'debit')
        EXCEPT SELECT person_id, month FROM asked WHERE kind = 'credit'
    )
),
runs AS (SELECT person_id, min(month) AS first_month, count(*) AS months FROM without GROUP BY person_id, run),
-- A month that is added stands in a run itself: what follows it is the run less what comes up to it.
following AS (
    SELECT a.person_id, a.month, r.first_month + r.months - 1 - a.month AS months
    FROM asked a JOIN runs r ON r.person_id = a.person_id AND a.month + 1 BETWEEN r.first_month AND r.first_month + r.months - 1
)
SELECT a.person_id, a.period, a.kind, a.has_clock,
       CAST(c.months AS smallint) AS months_covered,
       a.has_clock AND coalesce(f.months, 0) < $months AS is_clock_at_stake
FROM asked a
JOIN counted c USING (person_id, month)
LEFT JOIN following f USING (person_id, month)
