"""Persons across the month's lists, the memberships that are theirs, and the evidence for both.

Set-based: checked rows go in and datasets come out as Arrow tables, keyed by entity until they are numbered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from sigap.domain.datasets import (
    CHECKED_MEMBERSHIPS,
    CHECKED_WORKERS,
    PAIRS,
    PERSON_MEMBERSHIPS,
    PERSON_ROWS,
    PERSONS,
)
from sigap.engine import connect
from sigap.errors import IdentityError
from sigap.identity.cascade import FindPairs, Linked, link_records
from sigap.identity.compared import Compared
from sigap.identity.knowledge import knowledge
from sigap.identity.model import Model, load_model
from sigap.identity.normalise import standardise
from sigap.identity.policy import policy
from sigap.identity.terms import Terms

WORKER_COLUMNS = (
    "delivery_id", "sheet", "row", "source", "nik", "nik_digits", "kk", "full_name", "birth_date", "sex",
    "address", "kelurahan_code", "kecamatan_code", "regency_code", "desil", "job", "sector", "is_inactive",
    "is_deceased", "phone", "mother_name",
)  # fmt: skip
MEMBER_COLUMNS = (
    "delivery_id", "sheet", "row", "nik", "nik_digits", "kpj", "full_name", "birth_date", "segment", "status",
    "payer_code", "payer_name", "coverage_start", "coverage_end", "last_paid_month", "as_of_date", "sex",
    "kk", "mother_name", "phone", "kelurahan_code", "kecamatan_code",
)  # fmt: skip
WORKERS = pa.schema([CHECKED_WORKERS.field(name) for name in WORKER_COLUMNS])
MEMBERS = pa.schema([CHECKED_MEMBERSHIPS.field(name) for name in MEMBER_COLUMNS])
# Everybody who was decided about last month; `wants_memberships`: also looked up when in no list now.
KNOWN = pa.schema(
    [
        pa.field("person_id", pa.int64()),
        *[CHECKED_WORKERS.field(name) for name in ("delivery_id", "sheet", "row", "nik", "full_name")],
        *[CHECKED_WORKERS.field(name) for name in ("birth_date", "sex", "kelurahan_code", "kecamatan_code")],
        pa.field("wants_memberships", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True)
class Links:
    """What a month's rows are: keyed by `entity` until they are numbered, by `person_id` afterwards.

    `entities` (entity, nik, is_lead, known) is what the history of people goes by: one row for every NIK of
    an entity, and one without a NIK where last month's person is all there is. `told` (fact_key, nik,
    other_nik) are the NIK that verdicts about two rows were about.
    """

    persons: pa.Table
    rows: pa.Table
    memberships: pa.Table
    pairs: pa.Table
    entities: pa.Table
    told: pa.Table
    counts: Mapping[str, int]
    compared: Compared


def link_people(
    workers: pa.Table,
    members: pa.Table,
    known: pa.Table | None = None,
    verdicts: pa.Table | None = None,
    model: Model | None = None,
    before: Compared | None = None,
    find: FindPairs | None = None,
) -> Links:
    """Join rows (WORKERS) and last month's people (KNOWN) to persons; find their memberships (MEMBERS).

    Rows without a whole NIK take part and are a person's when they are surely somebody's; alone they are
    nobody. `verdicts`: fact_key, verdict. `before` and `find`: see `link_records`.

    A person is under `conflict` when one NIK stands for two people (NIK_NAME_CONFLICT) or a link that matters
    is doubtful (LINK_DOUBTFUL). The counts name persons, listed rows, rows that are nobody's, conflicts,
    doubtful persons, memberships of listed people, and pairs.
    """
    model = model or load_model()
    with connect() as connection:
        _load(connection, workers, members, KNOWN.empty_table() if known is None else known)
        terms = Terms.from_json(model.terms)
        standardise(connection, "worker_record", "worker", terms)
        standardise(connection, "member_record", "member", terms)
        linked = link_records(connection, model, verdicts, before=before, find=find)
        _run(connection, "jobs", {})
        _run(connection, "persons", _leading())
        return _collect(connection, linked)


def number_people(links: Links, numbers: pa.Table) -> Links:
    """The same links keyed by `person_id`, with the columns of their datasets.

    `numbers` holds `entity` and `person_id`. Raises `IdentityError` when a listed person has none.
    """
    with connect() as connection:
        connection.register("numbers", numbers)
        for name in ("persons", "rows", "memberships", "pairs"):
            connection.register(name, getattr(links, name))
        by_row = 'ORDER BY person_id, delivery_id, sheet, "row"'
        numbered = replace(
            links,
            persons=_number(connection, f"FROM persons JOIN numbers USING (entity) {by_row}", PERSONS),
            rows=_number(connection, f"FROM rows JOIN numbers USING (entity) {by_row}", PERSON_ROWS),
            memberships=_number(
                connection, f"FROM memberships JOIN numbers USING (entity) {by_row}", PERSON_MEMBERSHIPS
            ),
            pairs=_number(connection, _PAIRED, PAIRS),
        )
    if numbered.persons.num_rows != links.persons.num_rows:
        raise IdentityError("Some listed persons have no person number. Run link again.")
    return numbered


_PAIRED = """
FROM pairs JOIN numbers USING (entity)
LEFT JOIN (SELECT entity AS other_entity, person_id AS other_person_id FROM numbers) AS other
    USING (other_entity)
ORDER BY person_id, kind, delivery_id, sheet, "row", other_delivery_id, other_sheet, other_row
"""


def _number(connection: duckdb.DuckDBPyConnection, source: str, schema: pa.Schema) -> pa.Table:
    return connection.sql(f"SELECT * {source}").to_arrow_table().select(schema.names).cast(schema)


def _load(
    connection: duckdb.DuckDBPyConnection, workers: pa.Table, members: pa.Table, known: pa.Table
) -> None:
    connection.register("workers", workers)
    connection.register("members", members)
    connection.register("known", known)
    _run(connection, "listed", {"registry": list(policy().registry)})


def _leading() -> dict[str, Any]:
    return {"registry": list(policy().registry), "fallback_sector": knowledge().fallback_sector}


def _run(connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, Any]) -> None:
    script = Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
    if name == "jobs":
        connection.register("jobs", knowledge().jobs)
    for statement in connection.extract_statements(script):
        connection.execute(statement, {key: values[key] for key in statement.named_parameters})


def _collect(connection: duckdb.DuckDBPyConnection, linked: Linked) -> Links:
    names = ("person", "person_row", "person_membership", "person_pair", "person_entity", "told")
    persons, rows, memberships, pairs, entities, told = (
        connection.table(name).to_arrow_table() for name in names
    )
    counted = connection.sql(
        """SELECT count(*) FILTER (conflict = 'NIK_NAME_CONFLICT'),
                  count(*) FILTER (conflict = 'LINK_DOUBTFUL'),
                  (SELECT count(*) FROM listed WHERE NOT is_known) - (SELECT count(*) FROM person_row),
                  (SELECT count(*) FROM person_membership SEMI JOIN person USING (entity))
           FROM person"""
    ).fetchall()[0]
    named = dict(zip(("conflicts", "doubtful", "nobodys_rows", "memberships"), counted, strict=True))
    totals = {"persons": persons.num_rows, "listed_rows": rows.num_rows}
    return Links(
        persons,
        rows,
        memberships,
        pairs,
        entities,
        told,
        totals | named | dict(linked.counts),
        linked.compared,
    )
