"""One process of ours: `python -m bench.link_ours WHAT DATA OUT`.

WHAT is `full` (raw Parquet to judged pairs), `next` (a month of which 5 % of both sides changed, after a
full one), `people` (the persons of a month as the verb `link` makes them) or `standard` (only the
standardised tables, as Parquet, for the peers).
"""

import sys
from pathlib import Path

import duckdb
import pyarrow as pa

from bench.link_stopwatch import Stopwatch
from sigap.engine import connect
from sigap.identity.cascade import Linked, link_records
from sigap.identity.model import Model, load_model
from sigap.identity.normalise import standardise
from sigap.identity.people import MEMBERS, WORKERS, link_people
from sigap.identity.terms import Terms

SIDES = {"worker": "workers", "member": "members"}
PEOPLE = {"workers": WORKERS, "members": MEMBERS}


def full(data: Path, out: Path, watch: Stopwatch) -> None:
    """Raw Parquet to the pairs and persons of a month, written as Parquet."""
    with connect() as connection:
        model = load_model()
        with watch.of("standardise"):
            _standardise(connection, data, model)
        with watch.of("link"):
            linked = link_records(connection, model)
        with watch.of("write"):
            _write(connection, linked, out)


def standard(data: Path, out: Path, watch: Stopwatch) -> None:
    """The tables that the peers read: standardised, without the frequencies of our model."""
    with connect() as connection:
        with watch.of("standardise"):
            _standardise(connection, data, load_model())
        for side in SIDES:
            columns = connection.table(side).project("* EXCLUDE (tf_name, tf_birth_date)")
            columns.write_parquet(str(out / f"{side}.parquet"))


def people(data: Path, out: Path, watch: Stopwatch) -> None:
    """Persons with what is doubtful about them, their rows and their memberships, written as Parquet."""
    tables = [_checked(data / f"{name}.parquet", schema) for name, schema in PEOPLE.items()]
    with watch.of("link"):
        links = link_people(*tables)
    with watch.of("write"), connect() as connection:
        for name in ("persons", "rows", "memberships"):
            connection.from_arrow(getattr(links, name)).write_parquet(str(out / f"{name}.parquet"))


def _checked(file: Path, schema: pa.Schema) -> pa.Table:
    """Records as the check lets them pass: the record is the number of the row, what none gives is null."""
    given = {
        "delivery_id": "'d'",
        "sheet": "'s'",
        "row": "record",
        "is_inactive": "false",
        "is_deceased": "false",
    }
    with connect() as connection:
        records = connection.read_parquet(str(file))
        told = {name: f'"{name}"' for name in records.columns} | given
        columns = (f'{told.get(field.name, "NULL")} AS "{field.name}"' for field in schema)
        return records.project(", ".join(columns)).to_arrow_table().cast(schema)


def following(data: Path, out: Path, watch: Stopwatch) -> None:
    """The month after, with what the month before compared."""
    with connect() as connection:
        model = load_model()
        _standardise(connection, data, model)
        before = link_records(connection, model).compared
        for side in SIDES:
            connection.execute(f"DROP TABLE {side}; DROP VIEW {side}_records")
        with watch.of("standardise"):
            _standardise(connection, data, model, "_next")
        with watch.of("link"):
            linked = link_records(connection, model, before=before)
        with watch.of("write"):
            _write(connection, linked, out)


def _standardise(connection: duckdb.DuckDBPyConnection, data: Path, model: Model, month: str = "") -> None:
    terms = Terms.from_json(model.terms)
    for side, name in SIDES.items():
        connection.read_parquet(str(data / f"{name}{month}.parquet")).create_view(f"{side}_records")
        standardise(connection, f"{side}_records", side, terms)


def _write(connection: duckdb.DuckDBPyConnection, linked: Linked, out: Path) -> None:
    connection.from_arrow(linked.pairs).write_parquet(str(out / "pairs.parquet"))
    connection.from_arrow(linked.entities).write_parquet(str(out / "entities.parquet"))


if __name__ == "__main__":
    stopwatch = Stopwatch()
    work = {"full": full, "standard": standard, "next": following, "people": people}[sys.argv[1]]
    work(Path(sys.argv[2]), Path(sys.argv[3]), stopwatch)
    stopwatch.tell()
