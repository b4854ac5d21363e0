-- A spelling that sounds like one of a family belongs to it. Abbreviations do not: Mo is no Muhammad.
CREATE OR REPLACE TEMP TABLE naming_heard AS
SELECT sounded.sound, min(family.name) AS name
FROM (SELECT spelling, name FROM naming_family UNION SELECT name, name FROM naming_family) AS family
JOIN naming_sounded AS sounded ON sounded.word = family.spelling
WHERE length(family.spelling) >= 5 OR family.spelling = family.name
GROUP BY sounded.sound;

-- What each word is read as: null if it is dropped.
CREATE OR REPLACE TEMP TABLE naming_reading AS
WITH place AS (
    SELECT word, word_opening AS opening FROM naming_piece
    UNION SELECT token, opening FROM naming_token WHERE NOT is_compound
),

named AS (
    SELECT
        place.word,
        place.opening,
        CASE
            WHEN list_contains($titles_before, place.word) OR (place.opening AND list_contains($titles_opening, place.word)) THEN NULL
            WHEN NOT place.opening AND (list_contains($titles_after, place.word) OR list_contains($links, place.word)) THEN NULL
            ELSE coalesce(family.name, heard.name, sounded.sound)
        END AS text
    FROM place
    JOIN naming_sounded AS sounded USING (word)
    LEFT JOIN naming_family AS family ON family.spelling = place.word AND (place.opening OR NOT family.is_opening)
    LEFT JOIN naming_heard AS heard ON heard.sound = sounded.sound
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
    CASE WHEN named.text IS NOT NULL THEN coalesce(nicknamed.text, named.text) END AS nick,
    -- below 2^59, so that a sum of fifteen is still a BIGINT; the hash of nothing is a number too
    CASE WHEN named.text IS NOT NULL THEN (hash(named.text) % 576460752303423488)::BIGINT END AS key,
    CASE WHEN named.text IS NOT NULL THEN coalesce(term.frequency, $rare_token) END AS frequency
FROM named
LEFT JOIN nicknamed ON nicknamed.nickname = named.word
LEFT JOIN naming_tokens AS term ON term.token = named.text;

-- And each token: words in their order, the first and the last of them, null if nothing is left.
CREATE OR REPLACE TEMP TABLE naming_meaning AS
SELECT token, opening, text AS words, text AS head, text AS tail, (text IS NOT NULL)::TINYINT AS counted, nick, key, frequency
FROM naming_token AS written
JOIN naming_reading AS reading USING (opening)
WHERE NOT written.is_compound AND reading.word = written.token
UNION ALL
SELECT
    piece.token,
    piece.opening,
    string_agg(text, ' ' ORDER BY place),
    first(text ORDER BY place) FILTER (text IS NOT NULL),
    last(text ORDER BY place) FILTER (text IS NOT NULL),
    least(count(text), 9)::TINYINT,
    string_agg(nick, ' ' ORDER BY place),
    (sum(key) % 576460752303423488)::BIGINT,
    product(frequency)
FROM naming_piece AS piece
JOIN naming_reading AS reading ON reading.word = piece.word AND reading.opening = piece.word_opening
GROUP BY piece.token, piece.opening;

CREATE OR REPLACE TEMP TABLE naming_opening AS SELECT * EXCLUDE (opening) FROM naming_meaning WHERE opening;

CREATE OR REPLACE TEMP TABLE naming_later AS SELECT * EXCLUDE (opening) FROM naming_meaning WHERE NOT opening;
