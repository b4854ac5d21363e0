"""What is known of a person, and from when: the month, the links and the roster that explain them."""

from dataclasses import replace

from sqlalchemy import Connection, Engine, func, select

from sigap.audit.history import survivor_of
from sigap.audit.origin import Origin, newest_link, newest_linked_month, origin_of
from sigap.audit.trace import of_person
from sigap.domain.period import Period
from sigap.errors import IdentityError
from sigap.lake import Lake
from sigap.warehouse.tables import entitlement, identity


def month_of(person_id: int, warehouse: Engine, lake: Lake) -> Period:
    """The newest linked month if the person stands in its lists, else the newest that decided about them.

    Raises `IdentityError` for an unknown person and before the first link.
    """
    roster, decision = entitlement.roster.c, entitlement.decision.c
    wanted = (
        select(func.max(roster.period))
        .join(entitlement.decision, decision.roster_id == roster.roster_id)
        .where(decision.person_id == person_id)
    )
    with warehouse.connect() as connection:
        refuse_unknown(connection, person_id)
        newest = newest_linked_month(connection)
        if newest is None:
            raise IdentityError("No month has been linked yet. Run link for the month, then explain.")
        decided = connection.execute(wanted).scalar_one_or_none()
        linked = newest_link(connection, newest)
    if decided is None or (linked and of_person(lake, linked.rows, person_id)):
        return newest
    return Period.parse(decided)


def rests_on(connection: Connection, period: Period, roster_id: int | None) -> tuple[Origin, int | None]:
    """What link wrote, and the roster version that was decided on exactly that."""
    if roster_id is not None:
        return origin_of(connection, roster_id), roster_id
    linked = newest_link(connection, period)
    if linked is None:
        raise IdentityError(
            f"{period}: nobody has been linked yet, so nothing can be explained. Run `sigap link {period}`."
        )
    roster = entitlement.roster.c
    wanted = select(roster.roster_id).where(roster.period == str(period)).order_by(roster.version.desc())
    newest = connection.execute(wanted.limit(1)).scalar_one_or_none()
    if newest is not None:
        decided = origin_of(connection, newest)
        if (decided.persons, decided.memberships) == (linked.persons, linked.memberships):
            return replace(linked, coverage=decided.coverage), newest
    return linked, None


def refuse_unknown(connection: Connection, person_id: int) -> None:
    """Raise `IdentityError` for a number that was never given out."""
    is_possible = 0 < person_id < 2**63  # beyond that PostgreSQL has no number for it
    wanted = select(identity.person.c.person_id).where(identity.person.c.person_id == person_id)
    if not is_possible or connection.execute(wanted).first() is None:
        raise IdentityError(
            f"There is no person {person_id}. `sigap export decisions PERIOD --out FILE.csv` lists numbers."
        )


def absent(connection: Connection, person_id: int, period: Period) -> str:
    """Why a month knows nothing of somebody."""
    survivor = survivor_of(connection, person_id, period)
    if survivor is not None:
        return (
            f"{period}: person {person_id} was merged into person {survivor}. Run `sigap explain {survivor}`."
        )
    wanted = select(identity.person.c.first_period).where(identity.person.c.person_id == person_id)
    first = connection.execute(wanted).scalar_one()
    return (
        f"{period}: person {person_id} is in no list, has no membership and was not decided about. "
        f"The number was given in {first}; name another month with --period."
    )
