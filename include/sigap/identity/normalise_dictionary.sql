-- A spelling that sounds like one of a family belongs to it. Abbreviations do not: Mo is no Muhammad.
CREATE OR REPLACE TEMP TABLE naming_heard AS
SELECT sounded.sound, min(family.name) AS name
FROM naming_family AS family
JOIN naming_sounded AS sounded ON sounded.word = family.spelling
WHERE length(family.spelling) >= 5 OR family.spelling = family.name
GROUP BY sounded.sound;

-- What each word is read as, null if it is dropped; once as it reads anywhere but at the beginning of a name, and the few that read
-- otherwise there once more.
CREATE OR REPLACE TEMP TABLE naming_reading AS
WITH place AS (
    SELECT word, sound, false AS opening FROM naming_sounded
    UNION ALL
    SELECT word, sound, true FROM naming_sounded WHERE list_contains($told_by_place, word)
),

named AS (
    SELECT
        place.word,
        place.opening,
        CASE
            WHEN list_contains($titles_before, place.word) THEN NULL
            WHEN list_contains(CASE WHEN opening THEN $titles_opening ELSE $titles_after || $links END, place.word) THEN NULL
            ELSE coalesce(family.name, heard.name, place.sound)
        END AS text
    FROM place
    LEFT JOIN naming_family AS family ON family.spelling = place.word AND (place.opening OR NOT family.is_opening)
    LEFT JOIN naming_heard AS heard ON heard.sound = place.sound
),

nicknamed AS (
    SELECT nickname.nickname, coalesce(heard.name, sounded.sound) AS text
    FROM naming_nickname AS nickname
    JOIN naming_sounded AS sounded ON sounded.word = nickname.name
    LEFT JOIN naming_heard AS heard ON heard.sound = sounded.sound
)

SELECT
    named.word,
    named.opening,
    named.text,
    CASE WHEN named.text IS NOT NULL THEN nicknamed.text END AS nick,
    -- below 2^59, so that a sum of fifteen is still a BIGINT; the hash of nothing is a number too
    CASE WHEN named.text IS NOT NULL THEN (hash(named.text) % 576460752303423488)::BIGINT END AS key,
    CASE WHEN named.text IS NOT NULL THEN coalesce(term.frequency, $rare_token) END AS frequency
FROM named
LEFT JOIN nicknamed ON nicknamed.nickname = named.word
LEFT JOIN naming_tokens AS term ON term.token = named.text;

-- And each token: words in their order, the first and the last of them, null if nothing is left.
CREATE OR REPLACE TEMP TABLE naming_meaning AS
WITH gathered AS (
    SELECT
        piece.token,
        piece.opening,
        coalesce(list_sort(list({'place': place, 'text': text, 'nick': coalesce(nick, text)}) FILTER (text IS NOT NULL)), []) AS found,
        count(nick) > 0 AS is_nicked,
        (sum(key) % 576460752303423488)::BIGINT AS key,
        product(frequency) AS frequency
    FROM naming_piece AS piece
    JOIN naming_reading AS reading
        ON reading.word = piece.word AND reading.opening = (piece.word_opening AND list_contains($told_by_place, piece.word))
    GROUP BY piece.token, piece.opening
)

SELECT token, opening, text AS words, text AS head, text AS tail, (text IS NOT NULL)::TINYINT AS counted, nick, key, frequency
FROM naming_token AS written
JOIN naming_reading AS reading ON reading.word = written.token
WHERE NOT written.is_compound
UNION ALL
SELECT
    token,
    opening,
    nullif(array_to_string([word.text FOR word IN found], ' '), ''),
    found[1].text,
    found[-1].text,
    least(len(found), 9)::TINYINT,
    CASE WHEN is_nicked THEN array_to_string([word.nick FOR word IN found], ' ') END,
    key,
    frequency
FROM gathered;

-- Complete, with a line for no token at all, and with what changes no sum and no product for a token that is dropped: looking up then
-- needs no outer join. `nick` is null unless a word of the token is a nickname.
CREATE OR REPLACE TEMP TABLE naming_later AS
SELECT written.token, words, head, tail, nick,
    coalesce(counted, 0) AS counted, coalesce(key, 0) AS key, coalesce(frequency, 1) AS frequency
FROM (SELECT token FROM naming_token UNION ALL VALUES (NULL), ('')) AS written
LEFT JOIN naming_meaning AS meaning ON meaning.token = written.token AND NOT meaning.opening;

CREATE OR REPLACE TEMP TABLE naming_opening AS
SELECT written.token, words, head, tail, nick,
    coalesce(counted, 0) AS counted, coalesce(key, 0) AS key, coalesce(frequency, 1) AS frequency
FROM (SELECT * FROM naming_token UNION ALL VALUES (NULL, false), ('', false)) AS written
LEFT JOIN naming_meaning AS meaning
    ON meaning.token = written.token AND meaning.opening = (written.is_compound OR list_contains($told_by_place, written.token));

-- Every day on which somebody in the lists may be born: the date with day and month changed places, if it is another, and how frequent
-- the day is. The day before these three centuries has neither; it stands for all dates outside them and for no date. So everybody has a
-- line, and as the join need be no outer one it can look days up by their number.
CREATE OR REPLACE TEMP TABLE naming_day AS
WITH calendar AS (
    SELECT birth_date::DATE AS birth_date
    FROM generate_series(DATE '1850-01-01', DATE '2149-12-31', INTERVAL 1 DAY) AS day (birth_date)
)

SELECT
    birth_date,
    CASE WHEN day(birth_date) <= 12 AND day(birth_date) <> month(birth_date)
        THEN make_date(year(birth_date), day(birth_date), month(birth_date)) END AS swapped,
    frequency
FROM calendar
LEFT JOIN naming_births USING (birth_date)
UNION ALL
SELECT DATE '1849-12-31', NULL, NULL;

-- The mothers' names as they are compared.
CREATE OR REPLACE TEMP TABLE naming_mothers AS
SELECT written.full_name, nullif(concat_ws(' ', d1.words, d2.words, d3.words, d4.words), '') AS mother
FROM naming_split('naming_mother') AS written
LEFT JOIN naming_opening AS d1 ON d1.token = written.words[1]
LEFT JOIN naming_later AS d2 ON d2.token = written.words[2]
LEFT JOIN naming_later AS d3 ON d3.token = written.words[3]
LEFT JOIN naming_later AS d4 ON d4.token = written.words[4];
