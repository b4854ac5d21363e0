-- Jaro-Winkler of two words as DuckDB has it, for Spark: of the places where matched letters differ an odd one is not counted, and a
-- common beginning counts above 0.7 only. Splink's own jaro_winkler counts odd places, so it is never larger: what it puts below 0.64 is
-- below 0.7 here and is given as 0. Only what passes is walked through letter by letter.
CASE WHEN jaro_winkler({a}, {b}) < 0.64D THEN 0.0D
ELSE element_at(transform(array(aggregate(
    sequence(1, length({a})),
    -- rest: {b} with the letters taken out that were matched; hits: where they stood
    named_struct('rest', {b}, 'hits', cast(array() AS ARRAY<INT>)),
    (state, place) -> element_at(transform(
        array(instr(
            substring(
                state.rest,
                greatest(1, place - greatest(0, greatest(length({a}), length({b})) DIV 2 - 1)),
                place + greatest(0, greatest(length({a}), length({b})) DIV 2 - 1) + 1
                - greatest(1, place - greatest(0, greatest(length({a}), length({b})) DIV 2 - 1))
            ),
            substring({a}, place, 1)
        )),
        found -> CASE WHEN found = 0 THEN state ELSE named_struct(
            'rest', overlay(
                state.rest PLACING '|'
                FROM found - 1 + greatest(1, place - greatest(0, greatest(length({a}), length({b})) DIV 2 - 1)) FOR 1
            ),
            'hits', array_append(
                state.hits, found - 1 + greatest(1, place - greatest(0, greatest(length({a}), length({b})) DIV 2 - 1))
            )
        ) END
    ), 1),
    state -> CASE WHEN size(state.hits) = 0 THEN 0.0D ELSE (
        cast(size(state.hits) AS DOUBLE) / length({a}) + cast(size(state.hits) AS DOUBLE) / length({b})
        + cast(size(state.hits) - size(filter(
            zip_with(state.hits, array_sort(state.hits), (hit, sorted) -> substring({b}, hit, 1) <> substring({b}, sorted, 1)),
            differs -> differs
        )) DIV 2 AS DOUBLE) / size(state.hits)
    ) / 3.0D END
)), jaro -> CASE WHEN jaro > 0.7D THEN jaro + (1.0D - jaro) * 0.1D * CASE
    WHEN left({a}, 4) = left({b}, 4) THEN 4 WHEN left({a}, 3) = left({b}, 3) THEN 3
    WHEN left({a}, 2) = left({b}, 2) THEN 2 WHEN left({a}, 1) = left({b}, 1) THEN 1 ELSE 0 END
ELSE jaro END), 1) END
