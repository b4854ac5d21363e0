-- What an exact NIK settles, as whoever adds Splink to a matching by NIK would: names or birth dates agree under it.
CREATE TABLE settled AS
SELECT l.record AS "left", r.record AS "right", 1.0 AS score FROM worker AS l JOIN member AS r ON l.nik = r.nik
WHERE l.birth_date = r.birth_date OR l.birth_date IS NULL OR jaro_winkler_similarity(l.name, r.name) >= 0.82;

CREATE TABLE open AS SELECT worker.* FROM worker ANTI JOIN member USING (nik);
