-- Rows that have a twin before them, with their class in each scope: file, source, across; exact, near or null.
-- listed: one row per checked row, numbered by source, delivery and position. A twin is "before" when its source, delivery or position
-- is lower, so the answer does not depend on the order in which rows are handed in. Only keys that occur twice are looked at.
WITH folded AS (
    SELECT
        source_no,
        delivery_no,
        position,
        CASE WHEN nik_state = 'valid' THEN nik::UBIGINT END AS nik,
        -- 12 digits are region and birth date; fewer fit too many namesakes
        CASE WHEN nik_state IN ('valid', 'damaged') AND length(nik_digits) >= 12 THEN nik_digits END AS digits,
        nullif(regexp_replace(strip_accents(upper(full_name)), '[^A-Z]', '', 'g'), '') AS name,
        birth_date,
        coalesce(kelurahan_code, kecamatan_code) AS place
    FROM listed
),

-- Numbers instead of texts: they only ever decide together with a NIK or a birth date, and millions of rows fit into memory.
keyed AS MATERIALIZED (
    SELECT
        source_no,
        delivery_no,
        position,
        nik,
        digits::UBIGINT AS digits,
        length(digits)::TINYINT AS kept,
        CASE WHEN name IS NOT NULL THEN hash(name) END AS name,
        birth_date,
        CASE WHEN place IS NOT NULL THEN hash(place) END AS place
    FROM folded
),

shared_nik AS (
    SELECT nik FROM keyed WHERE nik IS NOT NULL GROUP BY nik HAVING count(*) > 1
),

-- Same NIK: exact when name and birth date agree too (or are both missing), else near.
by_nik AS (
    SELECT
        delivery_no,
        position,
        min(position) OVER (PARTITION BY delivery_no, nik, name, birth_date) < position AS exact_file,
        min(delivery_no) OVER (PARTITION BY source_no, nik, name, birth_date) < delivery_no AS exact_source,
        min(source_no) OVER (PARTITION BY nik, name, birth_date) < source_no AS exact_across,
        min(position) OVER (PARTITION BY delivery_no, nik) < position AS near_file,
        min(delivery_no) OVER (PARTITION BY source_no, nik) < delivery_no AS near_source,
        min(source_no) OVER (PARTITION BY nik) < source_no AS near_across
    FROM keyed
    SEMI JOIN shared_nik USING (nik)
),

shared_person AS (
    SELECT name, birth_date, place
    FROM keyed
    WHERE name IS NOT NULL AND birth_date IS NOT NULL AND place IS NOT NULL
    GROUP BY ALL
    HAVING count(*) > 1
),

-- Same name, birth date and place under whatever NIK: near.
by_person AS (
    SELECT
        delivery_no,
        position,
        false AS exact_file,
        false AS exact_source,
        false AS exact_across,
        min(position) OVER (PARTITION BY delivery_no, name, birth_date, place) < position AS near_file,
        min(delivery_no) OVER (PARTITION BY source_no, name, birth_date, place) < delivery_no AS near_source,
        min(source_no) OVER (PARTITION BY name, birth_date, place) < source_no AS near_across
    FROM keyed
    SEMI JOIN shared_person USING (name, birth_date, place)
),

damaged AS (
    SELECT DISTINCT name, digits, kept
    FROM keyed
    WHERE nik IS NULL AND digits IS NOT NULL AND name IS NOT NULL
),

starts AS (
    SELECT
        source_no,
        delivery_no,
        position,
        name,
        kept,
        nik IS NULL AS is_damaged,
        unnest(range(12, kept + 1)) AS compared,
        digits // (10::UBIGINT ** (kept - compared))::UBIGINT AS start
    FROM keyed
    SEMI JOIN damaged USING (name)
    WHERE kept IS NOT NULL
),

-- Same name, and the digits left of a damaged NIK are those with which the other begins. Of two, the shorter says how many count.
agreeing AS (
    SELECT starts.*, is_damaged AND starts.kept = compared AS is_shortest
    FROM starts
    SEMI JOIN damaged ON damaged.name = starts.name AND damaged.digits = starts.start AND damaged.kept = compared
),

by_digits AS (
    SELECT
        delivery_no,
        position,
        false AS exact_file,
        false AS exact_source,
        false AS exact_across,
        min(position) FILTER (is_shortest) OVER file < position
        OR (is_shortest AND min(position) OVER file < position) AS near_file,
        min(delivery_no) FILTER (is_shortest) OVER source < delivery_no
        OR (is_shortest AND min(delivery_no) OVER source < delivery_no) AS near_source,
        min(source_no) FILTER (is_shortest) OVER across < source_no
        OR (is_shortest AND min(source_no) OVER across < source_no) AS near_across
    FROM agreeing
    WINDOW
        file AS (PARTITION BY delivery_no, name, compared, start),
        source AS (PARTITION BY source_no, name, compared, start),
        across AS (PARTITION BY name, compared, start)
)

SELECT
    delivery_no,
    position,
    CASE WHEN bool_or(exact_file) THEN 'exact' WHEN bool_or(near_file) THEN 'near' END AS file,
    CASE WHEN bool_or(exact_source) THEN 'exact' WHEN bool_or(near_source) THEN 'near' END AS source,
    CASE WHEN bool_or(exact_across) THEN 'exact' WHEN bool_or(near_across) THEN 'near' END AS across
FROM (FROM by_nik UNION ALL BY NAME FROM by_person UNION ALL BY NAME FROM by_digits)
GROUP BY delivery_no, position
