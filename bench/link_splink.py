"""One process of Splink alone: `python -m bench.link_splink WHAT STANDARD OUT`.

WHAT is `all` (every row against every row that the blocks bring together) or `residue` (only the rows that an
exact NIK does not settle; the settled are joined in SQL). Written as Splink's manual advises: its own
comparisons on our standardised columns with term frequencies, u from random pairs, m by EM on a sample.
"""

import logging
import sys
from pathlib import Path
from typing import Any

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

from bench.link_stopwatch import Stopwatch
from sigap.engine import connect

KEPT = 0.5  # probability from which a pair is kept: what is cut off above is decided in bench/link.py
SAMPLE = 1e6  # pairs EM looks at in each block
RANDOM = 2e6  # random pairs for u; an identifier that agrees is rarer than these can show: its u is given
SEED = 1
NIK = block_on("nik")
BLOCKS = [
    block_on("birth_date", "first"),
    block_on("birth_date", "last"),
    block_on("name_key", "kecamatan_code"),
    block_on("name_key", "year(birth_date)"),
    "l.birth_swapped = r.birth_date AND l.first = r.first",
    "l.birth_date = r.birth_swapped AND l.first = r.first",
    block_on("mother", "birth_date"),
    block_on("substr(nik, 1, 12)", "first"),
    block_on("substr(nik, 7, 10)", "first"),
    "substr(l.nik_part, 1, 12) = substr(r.nik, 1, 12)",
]


def settings(blocks: list[Any], members: int) -> SettingsCreator:
    """Comparisons and blocks. Identifiers that agree by chance are too rare for a sample: u is given."""
    return SettingsCreator(
        link_type="link_only",
        unique_id_column_name="record",
        comparisons=[
            _nik(1 / members),
            cl.CustomComparison(
                output_column_name="name",
                comparison_levels=[
                    cll.NullLevel("name"),
                    cll.ExactMatchLevel("name").configure(
                        tf_adjustment_column="name", tf_minimum_u_value=1 / members
                    ),
                    cll.Or(cll.ExactMatchLevel("name_key"), cll.ExactMatchLevel("nick")),
                    cll.JaroWinklerLevel("name", 0.95),
                    cll.JaroWinklerLevel("name", 0.88),
                    cll.Or(cll.ExactMatchLevel("first"), cll.ExactMatchLevel("last")),
                    cll.ElseLevel(),
                ],
            ),
            _birth_date(),
            cl.CustomComparison(
                output_column_name="place",
                comparison_levels=[
                    cll.NullLevel("kecamatan_code"),
                    cll.ExactMatchLevel("kelurahan_code"),
                    cll.ExactMatchLevel("kecamatan_code"),
                    cll.ElseLevel(),
                ],
            ),
            _identifier("kk", 3 / members),
            cl.JaroWinklerAtThresholds("mother", [0.92]).configure(term_frequency_adjustments=True),
            cl.ExactMatch("sex"),
            _identifier("phone", 2 / members),
        ],
        blocking_rules_to_generate_predictions=blocks,
    )


def _nik(chance: float) -> cl.CustomComparison:
    missing = "coalesce(nik_l, nik_part_l) IS NULL OR coalesce(nik_r, nik_part_r) IS NULL"
    left_over = "substr(nik_part_{0}, 1, 12) = substr(coalesce(nik_{1}, nik_part_{1}), 1, 12)"
    return cl.CustomComparison(
        output_column_name="nik",
        comparison_levels=[
            cll.CustomLevel(missing).configure(is_null_level=True),
            cll.ExactMatchLevel("nik").configure(u_probability=chance, fix_u_probability=True),
            cll.LevenshteinLevel("nik", 1).configure(u_probability=20 * chance, fix_u_probability=True),
            cll.CustomLevel(f"{left_over.format('l', 'r')} OR {left_over.format('r', 'l')}", "left over")
            .configure(u_probability=1e-6, fix_u_probability=True),
            cll.ElseLevel(),
        ],
    )  # fmt: skip


def _birth_date() -> cl.CustomComparison:
    return cl.CustomComparison(
        output_column_name="birth_date",
        comparison_levels=[
            cll.NullLevel("birth_date"),
            cll.ExactMatchLevel("birth_date").configure(tf_adjustment_column="birth_date"),
            cll.CustomLevel("birth_swapped_l = birth_date_r OR birth_date_l = birth_swapped_r", "swapped"),
            cll.CustomLevel(
                "(year(birth_date_l) = year(birth_date_r) AND month(birth_date_l) = month(birth_date_r)) "
                "OR (day(birth_date_l) = day(birth_date_r) AND (year(birth_date_l) = year(birth_date_r) "
                "OR month(birth_date_l) = month(birth_date_r)))",
                "one part off",
            ),
            cll.ElseLevel(),
        ],
    )


def _identifier(column: str, chance: float) -> cl.CustomComparison:
    return cl.CustomComparison(
        output_column_name=column,
        comparison_levels=[
            cll.NullLevel(column),
            cll.ExactMatchLevel(column).configure(u_probability=chance, fix_u_probability=True),
            cll.ElseLevel(),
        ],
    )


def train(linker: Linker, members: int) -> None:
    """The prior from rules that hardly err, u from random pairs, m by EM in two blocks."""
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [NIK, block_on("name_key", "birth_date")], recall=0.8
    )
    training.estimate_u_using_random_sampling(RANDOM, seed=SEED)
    for block in (NIK, block_on("birth_date", "first")):
        training.estimate_parameters_using_expectation_maximisation(
            block,
            estimate_without_term_frequencies=True,
            max_pairs=SAMPLE,
            record_sample_proportion=min(1.0, 1e6 / members),
        )


def main(what: str, standard: Path, out: Path, watch: Stopwatch) -> None:
    """Read, train, predict, write."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    with connect() as connection:
        with watch.of("read"):
            for side in ("worker", "member"):
                connection.read_parquet(str(standard / f"{side}.parquet")).create(side)
        members = len(connection.table("member"))
        linker = _linker(connection, ("worker", "member"), settings([NIK, *BLOCKS], members))
        with watch.of("train"):
            train(linker, members)
        with watch.of("link"):
            pairs = _everything(connection, linker) if what == "all" else _residue(connection, linker)
        with watch.of("write"):
            pairs.write_parquet(str(out / "pairs.parquet"))


def _everything(connection: duckdb.DuckDBPyConnection, linker: Linker) -> duckdb.DuckDBPyRelation:
    predicted = linker.inference.predict(threshold_match_probability=KEPT).physical_name
    return connection.table(predicted).project(
        'record_l AS "left", record_r AS "right", match_probability AS score'
    )


def _residue(connection: duckdb.DuckDBPyConnection, trained: Linker) -> duckdb.DuckDBPyRelation:
    connection.execute(Path(__file__).with_name("link_settled.sql").read_text(encoding="utf-8"))
    learned = trained.misc.save_model_to_json()
    rules = learned["blocking_rules_to_generate_predictions"]
    learned["blocking_rules_to_generate_predictions"] = rules[1:]  # without the NIK
    predicted = _everything(connection, _linker(connection, ("open", "member"), learned))
    return predicted.union(connection.table("settled"))


def _linker(connection: duckdb.DuckDBPyConnection, tables: tuple[str, str], of: Any) -> Linker:
    api = DuckDBAPI(connection)
    return Linker([api.register(table) for table in tables], of, log_level=None)


if __name__ == "__main__":
    stopwatch = Stopwatch()
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), stopwatch)
    stopwatch.tell()
