"""One person across sources by exact NIK. Set-based: rows go in and come out as Arrow tables."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from sigap.domain.datasets import PERSON_MEMBERSHIPS, PERSON_ROWS, PERSONS
from sigap.engine import connect
from sigap.errors import IdentityError
from sigap.identity.knowledge import Knowledge, knowledge

WORKER_COLUMNS = (
    "delivery_id", "sheet", "row", "source", "nik", "kk", "full_name", "birth_date", "sex", "address",
    "kelurahan_code", "kecamatan_code", "regency_code", "desil", "job", "sector", "is_inactive",
    "is_deceased",
)  # fmt: skip
MEMBER_COLUMNS = (
    "delivery_id", "sheet", "row", "nik", "kpj", "full_name", "birth_date", "segment", "status", "payer_code",
    "payer_name", "coverage_start", "coverage_end", "last_paid_month", "as_of_date",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Links:
    """Persons, the rows they came from, the memberships under their NIK. Keyed by NIK until numbered."""

    persons: pa.Table
    rows: pa.Table
    memberships: pa.Table
    counts: Mapping[str, int]


def link_people(workers: pa.Table, members: pa.Table) -> Links:
    """Join accepted rows (`WORKER_COLUMNS`) to persons and find memberships (`MEMBER_COLUMNS`) by NIK.

    A NIK under two clearly different names or birth dates, also when one of them stands in a membership, gets
    a `conflict`. Memberships of NIK in no list are passed through: last month's participants need them. The
    counts name persons, listed rows, conflicts and memberships that belong to a listed person.
    """
    known = knowledge()
    with connect() as connection:
        connection.register("workers", workers)
        connection.register("members", members)
        connection.register("folded", known.folded)
        connection.register("jobs", known.jobs)
        connection.execute("CREATE TEMP VIEW listed AS SELECT * FROM workers WHERE nik IS NOT NULL")
        _run(connection, "conflicts", known.values)
        _run(connection, "jobs", {})
        _run(connection, "persons", _leading(known))
        return _collect(connection)


def number_people(links: Links, numbers: pa.Table) -> Links:
    """The same links keyed by `person_id`, with the columns of their datasets.

    `numbers` holds `nik` and `person_id`. Raises `IdentityError` when a listed person has none;
    memberships without one are dropped.
    """
    with connect() as connection:
        connection.register("numbers", numbers)
        numbered = replace(
            links,
            persons=_number(connection, links.persons, PERSONS),
            rows=_number(connection, links.rows, PERSON_ROWS),
            memberships=_number(connection, links.memberships, PERSON_MEMBERSHIPS),
        )
    if numbered.persons.num_rows != links.persons.num_rows:
        raise IdentityError("Some listed persons have no person number. Run link again.")
    return numbered


def _number(connection: duckdb.DuckDBPyConnection, rows: pa.Table, schema: pa.Schema) -> pa.Table:
    connection.register("keyed", rows)
    numbered = connection.sql(
        'SELECT * FROM keyed JOIN numbers USING (nik) ORDER BY person_id, delivery_id, sheet, "row"'
    )
    return numbered.to_arrow_table().select(schema.names).cast(schema)


def _leading(known: Knowledge) -> dict[str, Any]:
    return {"registry": known.registry, "fallback_sector": known.fallback_sector}


def _run(connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, Any]) -> None:
    script = Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
    for statement in connection.extract_statements(script):
        connection.execute(statement, {key: values[key] for key in statement.named_parameters})


def _collect(connection: duckdb.DuckDBPyConnection) -> Links:
    persons = connection.sql("SELECT * FROM persons ORDER BY nik").to_arrow_table()
    rows = connection.sql('SELECT nik, source, delivery_id, sheet, "row" FROM listed').to_arrow_table()
    memberships = connection.sql("SELECT * EXCLUDE (full_name, birth_date) FROM members").to_arrow_table()
    matched = connection.sql("SELECT count(*) FROM members SEMI JOIN persons USING (nik)").fetchall()
    conflicts = connection.sql("SELECT count(conflict) FROM persons").fetchall()
    counts = {
        "persons": persons.num_rows,
        "listed_rows": rows.num_rows,
        "conflicts": conflicts[0][0],
        "memberships": matched[0][0],
    }
    return Links(persons, rows, memberships, counts)
