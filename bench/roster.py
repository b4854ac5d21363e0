"""Lays an approved roster of invented people, as `decide` and the Dinas leave it, without its lists."""

import pyarrow as pa
from sqlalchemy import func, insert, select

from sigap.domain.datasets import DECISIONS, PERSON_MEMBERSHIPS, PERSONS
from sigap.domain.period import Period
from sigap.domain.region import city
from sigap.engine import connect
from sigap.pipeline.approve import record_approval
from sigap.pipeline.resources import Resources
from sigap.warehouse.store import copy_rows
from sigap.warehouse.tables import entitlement, identity

# Every NIK has a form that somebody could have, in an order of its own; people live in every kelurahan.
_PEOPLE = """
WITH numbered AS (
    SELECT i, CAST(DATE '1970-01-01' + CAST(i % 12000 AS INT) AS DATE) AS birth_date,
           $kelurahan[1 + i % len($kelurahan)] AS kelurahan_code
    FROM range(1, $people + 1) AS numbers(i)
)
SELECT i AS person_id,
       '327501' || strftime(birth_date, '%d%m%y') || lpad((1 + i // 12000)::TEXT, 4, '0') AS nik,
       'Warga ' || i AS full_name, birth_date, 'L' AS sex,
       'Jalan Contoh ' || i || ' RT 001' AS address, kelurahan_code,
       left(kelurahan_code, 8) AS kecamatan_code,
       ['ojek_daring', 'becak', 'pasar'][1 + i % 3] AS sector, 1 AS desil, 'subsidised' AS outcome,
       'ELIGIBLE' AS reason_code, 'eligible@2025-10-01' AS rule, 1 AS tier, i AS rank,
       $covered AS was_covered,
       'APBD_KOTA' AS funding_source, 'SG' AS wadah_code
FROM numbered ORDER BY i
"""


def lay_roster(period: Period, people: int, resources: Resources) -> None:
    """An approved roster in which persons 1 to `people` are subsidised by the city."""
    with connect() as connection:
        places = [place.code for place in city().kelurahan]
        known = {"people": people, "covered": False, "kelurahan": places}
        found = connection.sql(_PEOPLE, params=known).to_arrow_table()
    rows = _filled(found, DECISIONS)
    checked = {
        "identity.persons": _filled(found, PERSONS),
        "identity.memberships": PERSON_MEMBERSHIPS.empty_table(),
    }
    parents = [resources.lake.write(name, period, table) for name, table in checked.items()]
    batch = resources.lake.write("entitlement.decisions", period, rows, parents)
    with resources.warehouse.begin() as connection:
        there = connection.execute(select(func.count()).select_from(identity.person)).scalar_one()
        new = rows.slice(there).select(["person_id", "nik"])
        first = pa.repeat(pa.scalar(str(period)), new.num_rows)
        copy_rows(connection, identity.person, new.append_column("first_period", first))
        roster = entitlement.roster
        values = {
            "period": str(period), "version": 1, "status": "draft", "people": people, "subsidised": people,
            "decisions_sha256": batch.sha256, "batch": batch.as_dict(), "rules_sha256": "a" * 64,
        }  # fmt: skip
        roster_id = connection.execute(
            insert(roster).values(values).returning(roster.c.roster_id)
        ).scalar_one()
        ids = pa.repeat(pa.scalar(roster_id, pa.int64()), people)
        copy_rows(connection, entitlement.decision, rows.append_column("roster_id", ids))
    with resources.warehouse.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("VACUUM ANALYZE entitlement.decision")
    record_approval(period, "roster", "approved", "dinas", None, resources)


def _filled(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """The rows in the dataset's columns; null where nothing is said."""
    empty = {field.name: pa.nulls(rows.num_rows, field.type) for field in schema}
    given = {name: rows[name] for name in rows.column_names if name in schema.names}
    return pa.table(empty | {name: column.cast(schema.field(name).type) for name, column in given.items()})
