-- NIK under which two clearly different names or birth dates stand, in the lists or in the memberships.
-- Only NIK with more than one spelling are looked at, and only pairs of their folded names are compared.
CREATE TEMP TABLE said AS
SELECT nik, upper(strip_accents(full_name)) AS written, birth_date FROM listed
UNION ALL
SELECT nik, upper(strip_accents(full_name)), birth_date FROM members SEMI JOIN listed USING (nik);

CREATE TEMP TABLE spelling AS
SELECT DISTINCT nik, written FROM said WHERE written IS NOT NULL
QUALIFY count(*) OVER (PARTITION BY nik) > 1;

-- Words of a name: titles before and after dropped, dots and marks dropped, spellings of Muhammad and its like folded, and in the
-- others the old spelling (oe, dj, tj, j for y) read as the new one.
CREATE TEMP TABLE word AS
WITH untitled AS (
    SELECT written,
           list_filter(string_split_regex(written, '[\s,;/]+'), lambda part: NOT list_contains($titles, replace(part, '.', ''))) AS parts
    FROM (SELECT DISTINCT written FROM spelling)
), split AS (
    SELECT written,
           regexp_replace(unnest(string_split_regex(replace(array_to_string(parts, ' '), '.', ' '), '[\s-]+')), '[^A-Z]', '', 'g') AS part
    FROM untitled
)
SELECT DISTINCT written, coalesce(folded.name, replace(replace(replace(replace(part, 'OE', 'U'), 'DJ', 'J'), 'TJ', 'C'), 'J', 'Y')) AS word
FROM split LEFT JOIN folded ON folded.variant = part
WHERE part <> '' AND NOT list_contains($titles, part) AND NOT list_contains($links, part);

-- A name is its sorted words; `telling` leaves out the frequent ones unless there are no others.
CREATE TEMP TABLE folded_name AS
SELECT written,
       list(word ORDER BY word) AS words,
       coalesce(list(word ORDER BY word) FILTER (NOT list_contains($frequent, word)), list(word ORDER BY word)) AS telling
FROM word GROUP BY written;

CREATE TEMP TABLE person_name AS
SELECT DISTINCT nik, words, telling FROM spelling JOIN folded_name USING (written);

CREATE TEMP TABLE many_names AS
SELECT nik FROM person_name GROUP BY nik HAVING count(*) > $most_spellings;

CREATE TEMP TABLE pair AS
SELECT DISTINCT one.words AS words, one.telling AS telling, other.words AS other_words, other.telling AS other_telling, one.nik AS nik
FROM person_name AS one JOIN person_name AS other ON one.nik = other.nik AND one.words < other.words
ANTI JOIN many_names ON many_names.nik = one.nik;

-- Same person as far as names tell: one name holds the other, the whole is alike, or a telling word is shared, alike or an initial.
CREATE TEMP TABLE name_conflict AS
SELECT DISTINCT nik FROM pair
WHERE NOT (
    list_has_all(words, other_words) OR list_has_all(other_words, words)
    OR jaro_winkler_similarity(array_to_string(telling, ''), array_to_string(other_telling, '')) >= $same_name
    OR list_bool_or(list_transform(telling, lambda mine: list_bool_or(list_transform(other_telling, lambda theirs:
           jaro_winkler_similarity(mine, theirs) >= $same_token
           OR (length(mine) >= $inside AND contains(theirs, mine)) OR (length(theirs) >= $inside AND contains(mine, theirs))
           OR (length(mine) = 1 AND starts_with(theirs, mine))
           OR (length(theirs) = 1 AND starts_with(mine, theirs))))))
);

CREATE TEMP TABLE birth_conflict AS
WITH born AS (SELECT DISTINCT nik, birth_date AS born FROM said WHERE birth_date IS NOT NULL)
SELECT DISTINCT one.nik
FROM born AS one JOIN born AS other ON one.nik = other.nik AND one.born < other.born
WHERE year(one.born) <> year(other.born)
   OR NOT (
       ($allow_one_part AND (month(one.born) = month(other.born) OR day(one.born) = day(other.born)))
       OR ($allow_swapped AND month(one.born) = day(other.born) AND day(one.born) = month(other.born))
   );

CREATE TEMP TABLE conflict AS
SELECT nik FROM name_conflict UNION SELECT nik FROM birth_conflict UNION SELECT nik FROM many_names;
