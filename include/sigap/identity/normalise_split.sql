-- The tokens of every name, as written but in capitals. This runs twice for every record, so it does no more than it must: accents,
-- tabs and marks are left to the dictionary of tokens.
CREATE OR REPLACE TEMP VIEW naming_split AS
WITH capital AS (
    SELECT
        *,
        upper(CASE WHEN starts_with(full_name, ' ') THEN trim(full_name) ELSE full_name END) AS text,
        upper(CASE WHEN starts_with(mother_name, ' ') THEN trim(mother_name) ELSE mother_name END) AS mother
    FROM naming_records
),

-- The father's name is left out. Few names have such letters in them, so few meet the expression.
own AS (
    SELECT
        * EXCLUDE (text, mother),
        CASE WHEN contains(text, getvariable('naming_parent')) THEN regexp_replace(text, getvariable('naming_parents'), '') ELSE text END
            AS text,
        CASE WHEN contains(mother, getvariable('naming_parent')) THEN regexp_replace(mother, getvariable('naming_parents'), '') ELSE mother END
            AS mother
    FROM capital
),

written AS (
    SELECT * EXCLUDE (text, mother), string_split(text, ' ') AS words, string_split(mother, ' ') AS mother_words
    FROM own
)

SELECT
    * EXCLUDE (words, mother_words),
    CASE WHEN len(words) > 5 THEN list_append(words[:4], array_to_string(words[5:], ' ')) ELSE words END AS words,
    CASE WHEN len(mother_words) > 3 THEN list_append(mother_words[:2], array_to_string(mother_words[3:], ' ')) ELSE mother_words END
        AS mother_words
FROM written;
