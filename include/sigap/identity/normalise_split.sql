-- The tokens of every full_name of a relation, as written but in capitals. This runs twice for every record, so it does no more than it
-- must: accents, tabs and marks are left to the dictionary of tokens.
CREATE OR REPLACE TEMP MACRO naming_split(named) AS TABLE
WITH capital AS (
    SELECT *, upper(CASE WHEN starts_with(full_name, ' ') THEN trim(full_name) ELSE full_name END) AS text
    FROM query_table(named)
),

-- The father's name is left out. Few names have such letters in them, so few meet the expression.
own AS (
    SELECT
        * EXCLUDE (text),
        CASE WHEN contains(text, getvariable('naming_parent')) THEN regexp_replace(text, getvariable('naming_parents'), '') ELSE text END
            AS text
    FROM capital
),

written AS (
    SELECT * EXCLUDE (text), string_split(text, ' ') AS words
    FROM own
)

-- No more than five: from there on it is one token of several words.
SELECT
    * EXCLUDE (words),
    CASE WHEN len(words) > 5 THEN list_append(words[:4], array_to_string(words[5:], ' ')) ELSE words END AS words
FROM written;

-- Mothers share their names, those of siblings first of all: each name is read once.
CREATE OR REPLACE TEMP TABLE naming_mother AS
SELECT DISTINCT mother_name AS full_name FROM naming_records WHERE mother_name IS NOT NULL;
