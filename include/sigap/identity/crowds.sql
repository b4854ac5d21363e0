-- Keys of a block that too many pairs share, with the first records of either side.
CREATE OR REPLACE TEMP TABLE crowd AS
SELECT {keys}, lefts, rights
FROM (SELECT {left_keys}, min(record, {few}) AS lefts, count(*) AS n FROM {left} AS l GROUP BY ALL)
JOIN (SELECT {right_keys}, min(record, {few}) AS rights, count(*) AS m FROM {right} AS r GROUP BY ALL) USING ({keys})
WHERE n * m > {crowd};

-- Whoever is in no crowd is compared as ever; of the others each record with the first ones of the other side.
CREATE OR REPLACE TEMP TABLE apart AS SELECT l.* FROM {left} AS l ANTI JOIN crowd ON {in_left};

CREATE OR REPLACE TEMP TABLE few AS
SELECT l.record AS "left", r.record AS "right"
FROM (
    SELECT l.record AS mine, unnest(rights) AS theirs FROM {left} AS l JOIN crowd ON {in_left}
    UNION
    SELECT unnest(lefts), r.record FROM {right} AS r JOIN crowd ON {in_right}
)
JOIN {left} AS l ON l.record = mine JOIN {right} AS r ON r.record = theirs
WHERE {narrow};

INSERT INTO crowded SELECT l.record FROM {left} AS l SEMI JOIN crowd ON {in_left};
