-- Rows of one sign: what stood and what was corrected, against what stands now.
CREATE TEMP VIEW rows AS
SELECT 'before' AS side, NULL AS reason_code, person_id, payer_set, funding_source, kecamatan_code, sector, heads, total_idr FROM before
UNION ALL SELECT 'corrected', reason_code, person_id, payer_set, funding_source, kecamatan_code, sector, heads, total_idr FROM corrected
UNION ALL SELECT 'now', NULL, person_id, payer_set, funding_source, kecamatan_code, sector, heads, total_idr FROM now;

-- Most people stay as they are, and their rows cancel out. Only of the others is more asked.
CREATE TEMP TABLE touched AS
SELECT DISTINCT person_id
FROM (
    SELECT person_id FROM rows
    GROUP BY person_id, payer_set, funding_source, kecamatan_code, sector
    HAVING sum(CASE side WHEN 'now' THEN heads ELSE -heads END) <> 0 OR sum(CASE side WHEN 'now' THEN total_idr ELSE -total_idr END) <> 0
);

-- Each of them in every dimension: everybody together, by payer, by kecamatan, by sector.
CREATE TEMP TABLE spread AS
SELECT d.dimension, d.value, r.side, r.person_id, r.payer_set, r.heads, r.total_idr
FROM rows r
SEMI JOIN touched USING (person_id),
LATERAL (VALUES ('all', ''), ('payer', coalesce(r.funding_source, '')), ('kecamatan', coalesce(r.kecamatan_code, '')), ('sector', coalesce(r.sector, ''))) d (dimension, value);

-- Who is in after what was corrected, and who is in now. A credited person left no row that is worth anything.
CREATE TEMP TABLE person AS
SELECT person_id,
       count(*) FILTER (WHERE side <> 'now') > 0 AS was_named,
       coalesce(sum(total_idr) FILTER (WHERE side <> 'now'), 0) > 0 AS was_in,
       coalesce(sum(total_idr) FILTER (WHERE side = 'now'), 0) > 0 AS is_in,
       min(payer_set) FILTER (WHERE side <> 'now') IS DISTINCT FROM min(payer_set) FILTER (WHERE side = 'now')
           OR max(payer_set) FILTER (WHERE side <> 'now') IS DISTINCT FROM max(payer_set) FILTER (WHERE side = 'now') AS has_other_payer
FROM spread WHERE dimension = 'all' GROUP BY person_id;

CREATE TEMP TABLE cell AS
SELECT dimension, value, person_id,
       sum(CASE side WHEN 'now' THEN heads ELSE -heads END) AS heads,
       sum(CASE side WHEN 'now' THEN total_idr ELSE -total_idr END) AS total_idr,
       coalesce(sum(total_idr) FILTER (WHERE side = 'now'), 0) > 0 AS is_here,
       coalesce(sum(total_idr) FILTER (WHERE side <> 'now'), 0) > 0 AS was_here
FROM spread GROUP BY dimension, value, person_id;

CREATE TEMP TABLE stood AS
SELECT CASE side WHEN 'before' THEN 'opening' WHEN 'now' THEN 'closing' ELSE side END AS kind, coalesce(reason_code, '') AS reason_code,
       funding_source, kecamatan_code, sector, sum(heads) AS people, sum(total_idr) AS total_idr
FROM rows GROUP BY side, reason_code, funding_source, kecamatan_code, sector;

CREATE TEMP TABLE entries AS
SELECT d.dimension, d.value, s.kind, s.reason_code, sum(s.people) AS people, sum(s.total_idr) AS total_idr
FROM stood s,
LATERAL (VALUES ('all', ''), ('payer', coalesce(s.funding_source, '')), ('kecamatan', coalesce(s.kecamatan_code, '')), ('sector', coalesce(s.sector, ''))) d (dimension, value)
GROUP BY ALL
UNION ALL
SELECT dimension, value, kind, reason_code, sum(heads), sum(total_idr)
FROM (
    SELECT c.dimension, c.value, c.heads, c.total_idr,
           CASE WHEN p.is_in AND NOT p.was_in THEN 'joined' WHEN p.was_in AND NOT p.is_in THEN 'left'
                WHEN c.is_here AND NOT c.was_here THEN 'moved_in' WHEN c.was_here AND NOT c.is_here THEN 'moved_out' ELSE 'changed' END AS kind,
           CASE WHEN p.is_in AND NOT p.was_in THEN coalesce(w.reason_code, CASE WHEN p.was_named THEN 'RETURNED' ELSE 'NEW' END)
                WHEN p.was_in AND NOT p.is_in THEN coalesce(w.reason_code, 'NOT_LISTED')
                WHEN c.is_here <> c.was_here THEN '' WHEN p.has_other_payer THEN 'PAYER' ELSE 'TARIFF' END AS reason_code
    FROM cell c JOIN person p USING (person_id) LEFT JOIN why w USING (person_id)
    WHERE c.heads <> 0 OR c.total_idr <> 0
)
GROUP BY ALL;
