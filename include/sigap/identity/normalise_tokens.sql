-- Every token that is written somewhere, and whether it is more than one plain word.
CREATE OR REPLACE TEMP TABLE naming_token AS
SELECT token, NOT regexp_full_match(token, '[A-Z]+') OR regexp_matches(token, $joined) AS is_compound
FROM (
    SELECT unnest(words) AS token FROM naming_split('naming_records')
    UNION
    SELECT unnest(words) FROM naming_split('naming_mother')
)
WHERE token <> '';

-- What is compound is taken apart, once as it reads where a name begins (opening) and once as elsewhere. Titles with dots (S.Pd.) are
-- known before dots part words (M.Ali).
CREATE OR REPLACE TEMP TABLE naming_part AS
WITH parted AS (
    SELECT token, list_filter(string_split_regex(strip_accents(token), '[\s\p{Z},;/()"]+'), lambda part: part <> '') AS parts
    FROM naming_token
    WHERE is_compound
),

numbered AS (
    SELECT token, unnest(parts) AS text, generate_subscripts(parts, 1) AS part
    FROM parted
)

SELECT token, opening, text, part
FROM numbered CROSS JOIN (VALUES (true), (false)) AS place (opening)
WHERE NOT list_contains($titles_before, replace(text, '.', ''))
AND NOT list_contains(CASE WHEN opening AND part = 1 THEN $titles_opening ELSE $titles_after END, replace(text, '.', ''));
