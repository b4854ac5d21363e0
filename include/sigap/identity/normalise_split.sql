-- The tokens of every full_name of a relation, as written but in capitals. This runs twice for every record, so it does no more than it
-- must: accents, tabs and marks are left to the dictionary of tokens.
CREATE OR REPLACE TEMP MACRO naming_split(named) AS TABLE
WITH capital AS (
    SELECT *, upper(full_name) AS text
    FROM query_table(named)
),

-- The father's name is left out. Few names have such letters in them or begin with a blank, so few meet the expression.
own AS (
    SELECT
        * EXCLUDE (text),
        CASE
            WHEN contains(text, getvariable('naming_parent')) OR starts_with(text, ' ')
                THEN regexp_replace(CASE WHEN starts_with(text, ' ') THEN trim(text) ELSE text END, getvariable('naming_parents'), '')
            ELSE text
        END AS text
    FROM capital
),

written AS (
    SELECT * EXCLUDE (text), string_split(text, ' ') AS words
    FROM own
)

-- No more than four: from there on it is one token of several words.
SELECT
    * EXCLUDE (words),
    CASE WHEN len(words) > 4 THEN list_append(words[:3], array_to_string(words[4:], ' ')) ELSE words END AS words
FROM written;

-- Mothers share their names, those of siblings first of all: each name is read once.
CREATE OR REPLACE TEMP TABLE naming_mother AS
SELECT DISTINCT mother_name AS full_name FROM naming_records WHERE mother_name IS NOT NULL;
