"""Train the link model with Splink: what two records that agree, or differ, say about being one person.

Learned is from the rows that NIK does not settle, because only those are ever weighed: they are mostly of
associations and err more than the others. A new model takes its comparisons, blocks and `training` plan
from a former one and learns the weights anew: u from random pairs, m by expectation maximisation in
blocks that leave out what they block on, the prior from rules that hardly err. A level that no pair of
the sample shows, or that is marked as fixed, keeps its former weight.
"""

import copy
import datetime as dt
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from sigap.engine import connect
from sigap.errors import IdentityError
from sigap.identity.model import MODELS, load_model
from sigap.identity.normalise import standardise
from sigap.identity.records import RECORDS
from sigap.identity.terms import Terms, count_terms

if TYPE_CHECKING:
    from splink.internals.linker_components.training import LinkerTraining

Tree = Mapping[str, Any]


def train_people(
    workers: Path, members: Path, former: Tree, *, on: dt.date, by: str, reason: str
) -> dict[str, Any]:
    """The former model trained anew on two Parquet files with the columns of RECORDS: the tree of a file.

    The terms are counted anew in both files, so that a frequent name weighs little. Thresholds are taken
    over; choose them again with `sigap model thresholds`. Raises `IdentityError` when a file lacks
    columns, when the files are too small to learn from, or when a sample shows no agreement at all.
    """
    with connect() as connection:
        for name, path in {"workers": workers, "members": members}.items():
            _load(connection, path, name)
        terms = _standardise(connection)
        _leave_settled_out(connection)
        splink = train_weights(connection, ("workers_standard", "members_standard"), former)
        rows = [len(connection.table(name)) for name in ("workers", "members")]
    return {
        **former,
        "splink": splink,
        "terms": terms.as_json(),
        "trained": {
            "on": f"{on:%Y-%m-%d}",
            "by": by,
            "reason": reason,
            "rows": f"{rows[0]} × {rows[1]}",
        },
    }


def train_weights(
    connection: duckdb.DuckDBPyConnection, tables: Sequence[str], former: Tree
) -> dict[str, Any]:
    """Splink's settings with weights learned from tables of a connection: two to link, one to deduplicate.

    `former` holds `splink` and `training`: `certain` rules that find the share `certain_recall` of all
    matches, EM `blocks`, `u_pairs` and `m_pairs` to look at, a `seed`, and the `least` that m and u may
    become. Raises `IdentityError` when the tables show nothing to learn from.
    """
    from splink import Linker
    from splink.backends.duckdb import DuckDBAPI
    from splink.internals.exceptions import SplinkException

    logging.getLogger("splink").setLevel(logging.ERROR)
    api = DuckDBAPI(connection)
    linker = Linker(
        [api.register(table) for table in tables], copy.deepcopy(dict(former["splink"])), log_level=None
    )
    try:
        _learn(linker.training, former["training"])
    except (SplinkException, ValueError, ZeroDivisionError) as error:
        raise IdentityError(
            f"There is nothing to learn from these tables ({type(error).__name__}). They need some "
            "hundreds of records that are in both, that the rules and blocks of the training plan find."
        ) from error
    return _settled(linker.misc.save_model_to_json(), former["training"]["least"])


def read_tree(path: Path | None = None) -> dict[str, Any]:
    """A model file as it stands, with its plan of training; without a path the newest one."""
    name = load_model(path).name
    file = path or MODELS / f"{name}.json"
    tree: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return tree


def write_model(tree: Tree, path: Path) -> None:
    """Write a model file so that a review sees what changed, line by line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(tree, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


def _learn(training: "LinkerTraining", plan: Tree) -> None:
    training.estimate_probability_two_random_records_match(plan["certain"], recall=plan["certain_recall"])
    training.estimate_u_using_random_sampling(
        plan["u_pairs"], seed=plan["seed"], min_count_per_level=None, num_chunks=1
    )
    for block in plan["blocks"]:
        training.estimate_parameters_using_expectation_maximisation(
            block,
            estimate_without_term_frequencies=True,
            max_pairs=plan["m_pairs"],
            record_sample_proportion=1.0,
        )


def _settled(splink: dict[str, Any], least: Mapping[str, float]) -> dict[str, Any]:
    """Six digits, nothing of this one run, and no m or u below `least`, so that no fact outweighs all others.

    What was never learned, now or before, was never seen: it gets `least`.
    """
    for comparison in splink["comparisons"]:
        for level in comparison["comparison_levels"]:
            for name in () if level.get("is_null_level") else ("m", "u"):
                key = f"{name}_probability"
                if not level[f"fix_{key}"]:
                    level[key] = max(least[name], float(f"{level.get(key, 0.0):.6g}"))
    prior = float(f"{splink['probability_two_random_records_match']:.6g}")
    kept = {key: value for key, value in splink.items() if key != "linker_uid"}
    return kept | {"probability_two_random_records_match": prior}


def _load(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> None:
    if path.suffix.lower() != ".parquet":
        raise IdentityError(f"{path.name} is no .parquet file. Give the records of one side as Parquet.")
    rows = connection.read_parquet(str(path))
    if lacking := sorted(set(RECORDS.names) - set(rows.columns)):
        raise IdentityError(f"{path.name} lacks {', '.join(lacking)}: the columns of a record (records.py).")
    rows.project(", ".join(f'"{column}"' for column in RECORDS.names)).create(name)
    if len(connection.table(name)) == 0:
        raise IdentityError(f"{path.name} has no rows. There is nothing to learn from.")


def _leave_settled_out(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop workers whose NIK stands among the members: no weight decides about them, and they err less."""
    connection.execute(
        "DELETE FROM workers_standard WHERE nik IN (SELECT nik FROM members_standard WHERE nik IS NOT NULL)"
    )
    if len(connection.table("workers_standard")) == 0:
        raise IdentityError(
            "Every NIK of the workers stands among the members. There is nothing to learn from."
        )


def _standardise(connection: duckdb.DuckDBPyConnection) -> Terms:
    """Both tables standardised with the terms counted in them together, as `workers` and `members`."""
    names = ("workers", "members")
    both = connection.table("workers").union(connection.table("members"))
    both.project("row_number() OVER () AS record, * EXCLUDE (record)").create("counted")
    standardise(connection, "counted", "counted_standard", Terms.none())
    terms = count_terms(connection, "counted_standard")
    connection.execute("DROP TABLE counted; DROP TABLE counted_standard")
    for name in names:
        standardise(connection, name, f"{name}_standard", terms)
    return terms
