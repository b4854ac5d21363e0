"""A person's history as somebody reads it: who they are as of a month, and what happened to them."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, or_, select
from sqlalchemy.sql.functions import Function
from sqlalchemy.sql.selectable import TableValuedAlias

from sigap.domain.period import Period
from sigap.errors import IdentityError
from sigap.pipeline.resources import Resources
from sigap.warehouse.tables import identity

log = logging.getLogger(__name__)

_NOW = "9999-12"  # later than any month
_event = identity.person_event.c


@dataclass(frozen=True, slots=True)
class Known:
    """A person as of a month. NIK are None unless somebody asked to see them."""

    person_id: int
    first_period: str
    merged_into: int | None
    stands_for: Sequence[int]  # who was merged into them
    nik: str | None
    niks: Sequence[tuple[int, str, str | None]]  # whose, since which month, which


@dataclass(frozen=True, slots=True)
class Happened:
    """One event. NIK are None unless somebody asked to see them."""

    period: str
    kind: str
    person_id: int
    other_person_id: int | None
    nik_before: str | None
    nik_after: str | None
    cause: str
    verdict_id: int | None
    actor: str | None


def person_as_of(
    person_id: int, as_of: Period | None, resources: Resources, reveal_to: str | None = None
) -> Known:
    """A person at the end of a month, or as known now; the NIK only for the account `reveal_to`.

    A look at NIK leaves an outcome with the account and the number. Raises `IdentityError` for a number that
    nobody had by then.
    """
    until = str(as_of) if as_of else _NOW
    people = _as_of("person_as_of", until, "person_id", "nik", "merged_into", "first_period")
    with resources.warehouse.connect() as connection:
        found = connection.execute(select(people).where(people.c.person_id == person_id)).one_or_none()
        if found is None:
            when = f"at the end of {as_of}" if as_of else "in any month"
            raise IdentityError(f"Nobody had the number {person_id} {when}.")
        below, niks = _below(connection, person_id, until), _niks(connection, person_id, until)
    if reveal_to is not None:
        _keep_look(person_id, as_of or Period.parse(found.first_period), len(niks), reveal_to, resources)
    return Known(
        person_id,
        found.first_period,
        found.merged_into,
        below,
        found.nik if reveal_to else None,
        [(row.person_id, row.since, row.nik if reveal_to else None) for row in niks],
    )


def person_history(person_id: int, resources: Resources, reveal_to: str | None = None) -> list[Happened]:
    """What happened to a person and to those merged into them, month by month; see `person_as_of`."""
    wanted = (
        select(*(getattr(_event, name) for name in Happened.__dataclass_fields__))
        .where(_event.withdrawn_at.is_(None))
        .where(or_(_event.person_id == person_id, _event.other_person_id == person_id))
        .order_by(_event.period, _event.event_id)
    )
    with resources.warehouse.connect() as connection:
        rows = connection.execute(wanted).all()
    if not rows:
        raise IdentityError(f"Nobody had the number {person_id} in any month.")
    if reveal_to is not None:
        _keep_look(person_id, Period.parse(rows[-1].period), len(rows), reveal_to, resources)
        return _once(Happened(**row._mapping) for row in rows)
    hidden = {"nik_before": None, "nik_after": None}
    return _once(Happened(**{**row._mapping, **hidden}) for row in rows)


def _once(events: Iterable[Happened]) -> list[Happened]:
    """What several governments recorded alike is told once."""
    return list(dict.fromkeys(events))


def _as_of(name: str, until: str, *columns: str) -> TableValuedAlias:
    function: Function[Any] = getattr(func.identity, name)(until)
    return function.table_valued(*columns)


def _below(connection: Connection, person_id: int, until: str) -> list[int]:
    merged = _as_of("merge_as_of", until, "person_id", "parent_id", "survivor_id")
    wanted = select(merged.c.person_id).where(merged.c.survivor_id == person_id)
    return list(connection.execute(wanted.order_by(merged.c.person_id)).scalars())


def _niks(connection: Connection, person_id: int, until: str) -> Sequence[Any]:
    """The NIK of a person and of everybody they stand for."""
    nik = _as_of("nik_as_of", until, "nik", "person_id", "since")
    merged = _as_of("merge_as_of", until, "person_id", "parent_id", "survivor_id")
    below = select(merged.c.person_id).where(merged.c.survivor_id == person_id)
    wanted = select(nik).where(or_(nik.c.person_id == person_id, nik.c.person_id.in_(below)))
    return connection.execute(wanted.order_by(nik.c.person_id, nik.c.since, nik.c.nik)).all()


def _keep_look(person_id: int, period: Period, rows: int, actor: str, resources: Resources) -> None:
    with resources.outcome_of("look", period, f"person {person_id}") as outcome:
        outcome.versions["actor"] = actor
        outcome.read("identity.person_event", "identity.person_nik")
        outcome.wrote("audit.outcome")
        outcome.count({"rows": rows})
    log.info("Person %d was looked at by %s.", person_id, actor)
