"""Rosters laid as `decide` leaves them, without the lists behind them."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
from sqlalchemy import func, insert, select

from sigap.domain.batch import BatchRef
from sigap.domain.datasets import DECISIONS, PERSON_MEMBERSHIPS, PERSONS
from sigap.domain.period import Period
from sigap.pipeline.resources import Resources
from sigap.warehouse.store import copy_rows
from sigap.warehouse.tables import entitlement, identity


def lay_roster(
    resources: Resources,
    period: str = "2026-01",
    subsidised: int = 3,
    waiting: int = 1,
    **others: Callable[[int], Any],
) -> int:
    """Lay a draft roster; returns its id.

    The decisions stand in the lake and the warehouse; the first persons are subsidised, the others wait.
    Another column may be given as a function of the person's number: `nik=lambda n: …`.
    """
    ids = list(range(1, subsidised + waiting + 1))
    rows = _table(_decided(ids, subsidised) | {name: list(map(value, ids)) for name, value in others.items()})
    batch = resources.lake.write(
        "entitlement.decisions", Period.parse(period), rows, _checked(ids, period, resources)
    )
    roster = entitlement.roster
    with resources.warehouse.begin() as connection:
        known = connection.execute(select(func.count()).select_from(identity.person)).scalar_one()
        new = rows.slice(known).select(["person_id", "nik"])
        first = pa.array([period] * new.num_rows, pa.string())
        copy_rows(connection, identity.person, new.append_column("first_period", first))
        versions = select(func.count()).select_from(roster).where(roster.c.period == period)
        values = {
            "period": period,
            "version": connection.execute(versions).scalar_one() + 1,
            "status": "draft",
            "people": len(ids),
            "subsidised": subsidised,
            "decisions_sha256": batch.sha256,
            "batch": batch.as_dict(),
            "rules_sha256": "a" * 64,
        }
        added = connection.execute(insert(roster).values(values).returning(roster.c.roster_id))
        roster_id = int(added.scalar_one())
        of_roster = pa.array([roster_id] * len(ids), pa.int64())
        copy_rows(connection, entitlement.decision, rows.append_column("roster_id", of_roster))
    return roster_id


def _decided(ids: list[int], subsidised: int) -> dict[str, list[Any]]:
    given, people = [n <= subsidised for n in ids], len(ids)
    return {
        "person_id": ids,
        "nik": [f"3275010101{n:06d}" for n in ids],
        "full_name": [f"Warga {n}" for n in ids],
        "sex": ["L"] * people,
        "kelurahan_code": ["32.75.02.1002"] * people,
        "kecamatan_code": ["32.75.02"] * people,
        "sector": [("ojek_daring", "becak", "pasar")[n % 3] for n in ids],
        "desil": [1] * people,
        "outcome": ["subsidised" if yes else "waiting" for yes in given],
        "reason_code": ["ELIGIBLE" if yes else "QUOTA_EXCEEDED" for yes in given],
        "rule": ["eligible@2025-10-01"] * people,
        "was_covered": [False] * people,
        "funding_source": ["APBD_KOTA" if yes else None for yes in given],
        "wadah_code": ["SG" if yes else None for yes in given],
    }


def _table(columns: dict[str, list[Any]]) -> pa.Table:
    people = len(columns["person_id"])
    return pa.table(
        {field.name: pa.array(columns.get(field.name, [None] * people), field.type) for field in DECISIONS}
    )


def _checked(ids: list[int], period: str, resources: Resources) -> list[BatchRef]:
    """What link leaves: who was looked up among the memberships, and that nobody was found there."""
    persons = pa.table(
        {
            field.name: pa.array(ids if field.name == "person_id" else [None] * len(ids), field.type)
            for field in PERSONS
        }
    )
    written = {"identity.persons": persons, "identity.memberships": PERSON_MEMBERSHIPS.empty_table()}
    return [resources.lake.write(name, Period.parse(period), rows) for name, rows in written.items()]
