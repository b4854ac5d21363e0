-- Every token that is written somewhere, whether it stands at the beginning of a name, and whether it is more than one plain word.
CREATE OR REPLACE TEMP TABLE naming_token AS
SELECT token, opening, NOT regexp_full_match(token, '[A-Z]+') OR regexp_matches(token, $joined) AS is_compound
FROM (
    SELECT DISTINCT token, opening
    FROM (
        SELECT unnest(words) AS token, generate_subscripts(words, 1) = 1 AS opening FROM naming_split
        UNION ALL
        SELECT unnest(mother_words), generate_subscripts(mother_words, 1) = 1 FROM naming_split
    )
    WHERE token <> ''
);

-- What is compound is taken apart. Titles with dots (S.Pd.) are known before dots part words (M.Ali).
CREATE OR REPLACE TEMP TABLE naming_part AS
WITH parted AS (
    SELECT token, opening, list_filter(string_split_regex(token, '[\s,;/()"]+'), lambda part: part <> '') AS parts
    FROM naming_token
    WHERE is_compound
),

numbered AS (
    SELECT token, opening, unnest(parts) AS text, generate_subscripts(parts, 1) AS part
    FROM parted
)

SELECT *
FROM numbered
WHERE NOT list_contains($titles_before, replace(text, '.', ''))
AND NOT (opening AND part = 1 AND list_contains($titles_opening, replace(text, '.', '')))
AND ((opening AND part = 1) OR NOT list_contains($titles_after, replace(text, '.', '')));
