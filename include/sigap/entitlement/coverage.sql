-- Every membership judged as of the month: one finding each (coverage.yaml), in words and with the rule it rests on; the strongest that speaks
-- against a subsidy is chosen. Nothing is dropped, so that everybody can see why the others did not count.

-- Of several extracts of a membership the one nearest to the end of the month counts, those drawn by then before later ones. What does not
-- say when it was drawn is neither before nor after another: it counts too.
CREATE TEMP TABLE read_membership AS
WITH named AS (
    SELECT *,
           coalesce(regexp_replace(upper(trim(payer_name)), '\s+', ' ', 'g'), '') AS payer,
           coalesce(upper(trim(payer_code)), '') AS payer_key,
           coalesce(segment, '') AS kind,
           coalesce(as_of_date > $last_day, false) AS is_later,
           coalesce(date_diff('day', as_of_date, $first_day) > $as_of_days, true) AS is_old,
           date_trunc('month', coalesce(try_strptime(last_paid_month, '%Y-%m')::DATE, coverage_end))::DATE AS paid_until,
           coalesce(coverage_start <= $last_day, true) AND coalesce(coverage_end >= $first_day, true) AS is_within
    FROM memberships
)
SELECT *,
       as_of_date IS NOT NULL AND rank() OVER (
           PARTITION BY person_id, coalesce(kpj, concat_ws('|', kind, payer_key, payer))
           ORDER BY is_later, abs(date_diff('day', as_of_date, $last_day)) NULLS LAST
       ) > 1 AS is_superseded,
       kind = 'BPU'
           AND (list_contains($own_names, payer) OR list_bool_or(list_transform($own_prefixes, lambda prefix: starts_with(payer_key, prefix))))
           AS is_own,
       -- an extract of a later month tells by its dates what held in this one, whatever the status has become since
       is_within AND (coalesce(list_contains($active, status), false) OR (is_later AND coverage_end IS NOT NULL)) AS is_in_force,
       coalesce(list_contains($lapsing, status), false) AS is_lapsing,
       date_diff('month', paid_until, $first_day) AS months_unpaid
FROM named;

CREATE TEMP TABLE judged_membership AS
WITH found AS (
    SELECT *,
           bool_or(is_own AND is_in_force AND NOT is_superseded) OVER (PARTITION BY person_id) AS has_own,
           CASE
               WHEN is_superseded THEN 'SUPERSEDED'
               WHEN is_own THEN 'OWN_PAYER'
               WHEN is_in_force AND kind = 'PU' THEN CASE WHEN $allow_dual THEN 'DUAL_ALLOWED' ELSE 'ACTIVE_PU' END
               WHEN is_in_force AND kind = 'BPU' AND (list_contains($self_payers, payer) OR (payer = '' AND payer_key = '')) THEN 'ACTIVE_BPU_SELF'
               WHEN is_in_force AND kind = 'BPU' THEN 'ACTIVE_OTHER_PAYER'
               WHEN is_in_force THEN 'ACTIVE_OTHER_SEGMENT'
               WHEN is_lapsing AND months_unpaid <= $grace_months THEN 'IN_GRACE'
               WHEN coverage_start > $last_day THEN 'NOT_BEGUN'
               WHEN is_lapsing AND is_old AND coalesce(months_unpaid <= $revival_months, true) THEN 'COVER_UNCERTAIN'
               WHEN is_lapsing THEN 'LAPSED'
               ELSE 'ENDED'
           END AS raw
    FROM read_membership
), outweighed AS (
    SELECT *, CASE WHEN has_own AND list_contains($own_outweighs, raw) THEN 'OUTWEIGHED' ELSE raw END AS finding
    FROM found
)
SELECT *,
       CASE WHEN list_contains($order, finding) THEN finding END AS cover_reason,
       cover_reason IS NOT NULL AND row_number() OVER (
           PARTITION BY person_id
           ORDER BY list_position($order, finding) NULLS LAST, as_of_date DESC NULLS LAST, delivery_id, sheet, "row"
       ) = 1 AS is_chosen
FROM outweighed;

CREATE TEMP TABLE cover AS
SELECT person_id, cover_reason, delivery_id, sheet, "row" FROM judged_membership WHERE is_chosen;

CREATE TEMP MACRO month_word(day) AS
    ['Januari', 'Februari', 'Maret', 'April', 'Mei', 'Juni', 'Juli', 'Agustus', 'September', 'Oktober', 'November', 'Desember'][month(day)]
    || ' ' || year(day);
CREATE TEMP MACRO day_word(date) AS coalesce(day(date) || ' ' || month_word(date), 'tanggal yang tidak diketahui');

CREATE TEMP TABLE coverage AS
SELECT judged_membership.*, findings.rule,
       replace(replace(replace(replace(replace(replace(findings.words,
           '{as_of}', day_word(as_of_date)),
           '{start}', day_word(coverage_start)),
           '{paid}', coalesce(month_word(paid_until), 'bulan yang tidak diketahui')),
           '{grace}', coalesce(month_word(paid_until + to_months($grace_months)), 'bulan yang tidak diketahui')),
           '{status}', coalesce(status, 'tidak diketahui')),
           '{payer}', coalesce(nullif(payer, ''), nullif(payer_key, ''), 'pembayar yang tidak disebut')) AS words
FROM judged_membership LEFT JOIN findings USING (finding);
