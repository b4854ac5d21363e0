"""What a roster was decided from, by the outcomes of its own run: later runs never change an old trace."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, cast, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from sigap.domain.batch import BatchRef
from sigap.domain.period import Period
from sigap.errors import LakeError
from sigap.warehouse.tables import audit, entitlement, sources

_outcome = audit.outcome.c
_delivery = sources.delivery.c


@dataclass(frozen=True, slots=True)
class Origin:
    """The batches that link wrote for a roster, the membership files it searched, and which outcome it is.

    `pairs` is None for months that were linked before evidence was kept; `coverage` where decide has not run.
    `model` names the link model, '' for none.
    """

    rows: BatchRef
    memberships: BatchRef
    searched: tuple[str, ...]
    linked_id: int
    persons: BatchRef | None = None
    pairs: BatchRef | None = None
    coverage: BatchRef | None = None
    model: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """One delivery: what is known about its file, its received rows, and its rows as they were checked."""

    file: dict[str, Any]
    received: BatchRef
    checked: BatchRef


def origin_of(connection: Connection, roster_id: int) -> Origin:
    """Find the run of `decide` that made the roster, and the run of `link` it rests on.

    Raises `LakeError` when an outcome is missing: then the audit trail is broken.
    """
    roster = entitlement.roster.c
    wanted = select(roster.batch, roster.created_at).where(roster.roster_id == roster_id)
    batch, created_at = connection.execute(wanted).one()
    distance = func.abs(func.extract("epoch", _outcome.finished_at - created_at))
    decided = _wrote(connection, "decide", [batch["sha256"]], distance)
    read = {ref.dataset: ref for ref in _batches(decided["inputs"])}
    people = [read["identity.persons"].sha256, read["identity.memberships"].sha256]
    linked = _wrote(
        connection, "link", people, _outcome.outcome_id.desc(), _outcome.outcome_id < decided["outcome_id"]
    )
    return _origin(connection, linked, _written(decided).get("entitlement.coverage"))


def newest_link(connection: Connection, period: Period) -> Origin | None:
    """What the newest run of `link` of a month wrote, decided on or not; None before the first."""
    ran = select(audit.outcome).where(
        _outcome.verb == "link", _outcome.status == "ok", _outcome.period == str(period)
    )
    linked = _first(connection, ran.order_by(_outcome.outcome_id.desc()))
    return None if linked is None else _origin(connection, linked, None)


def newest_linked_month(connection: Connection) -> Period | None:
    """The newest month for which `link` ran, None before the first."""
    ran = select(func.max(_outcome.period)).where(_outcome.verb == "link", _outcome.status == "ok")
    found = connection.execute(ran).scalar_one()
    return Period.parse(found) if found else None


def place_of(connection: Connection, delivery_id: str, origin: Origin) -> Place:
    """A delivery as it had been checked when the roster's people were linked. Raises `LakeError` as above."""
    file = _first(connection, select(sources.delivery).where(_delivery.delivery_id == delivery_id))
    ran = select(audit.outcome).where(
        _outcome.verb == "check",
        _outcome.status == "ok",
        _outcome.subject == delivery_id,
        _outcome.outcome_id < origin.linked_id,
    )
    checked = _first(connection, ran.order_by(_outcome.outcome_id.desc()))
    if file is None or checked is None:
        raise LakeError(
            f"Delivery {delivery_id} has no record of its check: the audit trail of this line is broken."
        )
    (received,) = _batches(checked["inputs"])
    rows = _written(checked)
    return Place(file, received, rows[received.dataset.replace("sources.", "quality.")])


def _origin(connection: Connection, linked: dict[str, Any], coverage: BatchRef | None) -> Origin:
    written = _written(linked)
    checked = [ref.sha256 for ref in _batches(linked["inputs"]) if ref.dataset == "quality.memberships"]
    return Origin(
        written["identity.rows"],
        written["identity.memberships"],
        _files_of(connection, checked),
        linked["outcome_id"],
        written.get("identity.persons"),
        written.get("identity.pairs"),
        coverage,
        linked["versions"].get("model", ""),
    )


def _written(outcome: dict[str, Any]) -> dict[str, BatchRef]:
    return {ref.dataset: ref for ref in _batches(outcome["outputs"])}


def _wrote(
    connection: Connection, verb: str, digests: Sequence[str], order: Any, *also: Any
) -> dict[str, Any]:
    """The first run of a verb in an order that wrote all these batches."""
    written = cast([{"sha256": digest} for digest in digests], JSONB)
    wanted = select(audit.outcome).where(
        _outcome.verb == verb, _outcome.status == "ok", _outcome.outputs.op("@>")(written), *also
    )
    found = _first(connection, wanted.order_by(order))
    if found is None:
        raise LakeError(
            f"No outcome of {verb} names batch {digests[0][:12]}: the audit trail of this line is broken."
        )
    return found


def _files_of(connection: Connection, checked: Sequence[str]) -> tuple[str, ...]:
    """The names of the files whose checked rows are these batches."""
    wrote = [_outcome.outputs.op("@>")(cast([{"sha256": digest}], JSONB)) for digest in checked]
    deliveries = select(_outcome.subject).where(_outcome.verb == "check", or_(False, *wrote))
    wanted = select(_delivery.file_name).where(_delivery.delivery_id.in_(deliveries))
    return tuple(connection.execute(wanted.order_by(_delivery.file_name)).scalars())


def _batches(things: Sequence[Any]) -> list[BatchRef]:
    return [BatchRef.from_dict(thing) for thing in things if isinstance(thing, dict)]


def _first(connection: Connection, wanted: Any) -> dict[str, Any] | None:
    row = connection.execute(wanted.limit(1)).mappings().first()
    return dict(row) if row is not None else None
