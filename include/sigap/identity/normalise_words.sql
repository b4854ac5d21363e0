-- The words of compound tokens in their order. A word stands at the beginning of the name if only titles stand before it.
CREATE OR REPLACE TEMP TABLE naming_piece AS
WITH split AS (
    SELECT token, opening, part, list_filter(string_split_regex(text, '[^A-Z]+'), lambda word: word <> '') AS words
    FROM naming_apart
),

numbered AS (
    SELECT token, opening, part * 100 + generate_subscripts(words, 1) AS place, unnest(words) AS word
    FROM split
),

titled AS (
    SELECT *, bool_and(list_contains($titles_before, word) OR list_contains($titles_opening, word)) OVER before AS is_after_titles
    FROM numbered
    WINDOW before AS (PARTITION BY token, opening ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)

SELECT token, opening, place, word, opening AND coalesce(is_after_titles, true) AS word_opening
FROM titled;

-- All words there are, those of the rules with them, so that they are spelled alike.
CREATE OR REPLACE TEMP TABLE naming_word AS
SELECT token AS word FROM naming_token WHERE NOT is_compound
UNION SELECT word FROM naming_piece
UNION SELECT spelling FROM naming_family
UNION SELECT name FROM naming_family
UNION SELECT name FROM naming_nickname;
