-- Jaro-Winkler of the words {a} and {b} as DuckDB has it, for Spark: of the letters that match in another order an odd one is not
-- counted. Splink's jaro_winkler counts it, so it is never larger: below 0.64 there is below 0.7 here and is given as 0. What passes is
-- walked letter by letter. `rest` is {b} behind as many bars as a letter may lie apart, each letter that was matched made a bar too.
CASE WHEN jaro_winkler({a}, {b}) < 0.64D THEN 0.0D
ELSE element_at(transform(array(aggregate(
    sequence(1, length({a})),
    named_struct(
        'rest', concat(repeat('|', cast(greatest(length({a}), length({b}), 2) DIV 2 - 1 AS INT)), {b}),
        'met', cast(array() AS ARRAY<STRUCT<at: INT, letter: STRING>>)
    ),
    (state, place) -> element_at(transform(
        array(instr(
            substring(state.rest, place, cast(greatest(length({a}), length({b}), 2) DIV 2 AS INT) * 2 - 1),
            substring({a}, place, 1)
        )),
        hit -> CASE WHEN hit = 0 THEN state ELSE named_struct(
            'rest', overlay(state.rest PLACING '|' FROM place + hit - 1 FOR 1),
            'met', array_append(state.met, named_struct('at', place + hit - 1, 'letter', substring({a}, place, 1)))
        ) END
    ), 1),
    state -> CASE WHEN size(state.met) = 0 THEN 0.0D ELSE (
        cast(size(state.met) AS DOUBLE) / length({a})
        + cast(size(state.met) AS DOUBLE) / length({b})
        + cast(size(state.met) - size(filter(
            zip_with(state.met, array_sort(state.met), (mine, theirs) -> mine.letter <> theirs.letter), moved -> moved
        )) DIV 2 AS DOUBLE) / size(state.met)
    ) / 3.0D END
)), jaro -> CASE WHEN jaro > 0.7D THEN jaro + CASE
    WHEN left({a}, 4) = left({b}, 4) THEN 4
    WHEN left({a}, 3) = left({b}, 3) THEN 3
    WHEN left({a}, 2) = left({b}, 2) THEN 2
    WHEN left({a}, 1) = left({b}, 1) THEN 1 ELSE 0 END * 0.1D * (1.0D - jaro)
ELSE jaro END), 1) END
