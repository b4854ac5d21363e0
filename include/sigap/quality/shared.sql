-- Positions of rows whose valid NIK stands under so many clearly different names in this list that it is nobody's ("unknown").
-- Only NIK of as many rows are looked at; their names are compared in pairs, as long as there are not too many.
WITH often AS (
    SELECT nik FROM slim WHERE nik_state = 'valid' GROUP BY nik HAVING count(*) >= $names
),

said AS (
    SELECT DISTINCT nik, upper(strip_accents(full_name)) AS name
    FROM slim SEMI JOIN often USING (nik)
    WHERE nik_state = 'valid' AND full_name IS NOT NULL
),

-- a name is its words in order of the alphabet, without initials and the shortest titles
folded AS (
    SELECT DISTINCT nik, array_to_string(words, ' ') AS name, words
    FROM (
        SELECT nik, list_sort(list_filter(string_split_regex(name, '[^A-Z]+'), lambda word: length(word) > 2)) AS words
        FROM said
    )
    WHERE len(words) > 0
),

ranked AS (
    SELECT *, row_number() OVER (PARTITION BY nik ORDER BY name) AS place, count(*) OVER (PARTITION BY nik) AS spellings
    FROM folded
    QUALIFY spellings >= $names
),

-- names that no name before them in the alphabet is like
different AS (
    SELECT one.nik, one.place
    FROM ranked AS one
    WHERE one.spellings <= $compared
        AND NOT EXISTS (
            SELECT 1
            FROM ranked AS other
            WHERE other.nik = one.nik AND other.place < one.place
                AND (
                    list_has_all(one.words, other.words) OR list_has_all(other.words, one.words)
                    OR jaro_winkler_similarity(one.name, other.name) >= $same_name
                )
        )
),

shared AS (
    SELECT nik FROM different GROUP BY nik HAVING count(*) >= $names
    UNION
    SELECT nik FROM ranked WHERE spellings > $compared
)

SELECT position FROM slim SEMI JOIN shared USING (nik) WHERE nik_state = 'valid' ORDER BY position
