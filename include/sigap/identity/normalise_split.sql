-- The tokens of every name, as written but in capitals. No regular expression here: this runs for every record.
-- A title at the beginning is left out at once, so that what follows stands at the beginning (H. M. Ali).
CREATE OR REPLACE TEMP VIEW naming_split AS
WITH capital AS (
    SELECT *, upper(strip_accents(trim(full_name))) AS text, upper(strip_accents(trim(mother_name))) AS mother
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
),

opened AS (
    SELECT
        * EXCLUDE (words, mother_words),
        CASE WHEN length(words[1]) <= 5 AND len(words) > 1 AND list_contains(getvariable('naming_titles'), words[1]) THEN words[2:] ELSE words END
            AS words,
        CASE
            WHEN length(mother_words[1]) <= 5 AND len(mother_words) > 1 AND list_contains(getvariable('naming_titles'), mother_words[1])
                THEN mother_words[2:]
            ELSE mother_words
        END AS mother_words
    FROM written
)

SELECT
    * EXCLUDE (words, mother_words),
    CASE WHEN len(words) > 5 THEN list_append(words[:4], array_to_string(words[5:], ' ')) ELSE words END AS words,
    CASE WHEN len(mother_words) > 3 THEN list_append(mother_words[:2], array_to_string(mother_words[3:], ' ')) ELSE mother_words END
        AS mother_words
FROM opened;
