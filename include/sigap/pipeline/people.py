"""A person's number through the months: who keeps one, who gets one, who turns out to be one person.

What the history says, and what these functions keep to:

- **A number belongs to a person for good.** The register `identity.person` only grows. A number that a rerun
  takes back stays reserved for its NIK, so that the same history gives the same numbers.
- **A NIK belongs to one person from a month on** (`identity.person_nik`), whether or not that person is
  merged.
- **A merge is a pointer** from the younger person to the elder, whose number goes on. Nothing moves: undoing
  it restores both numbers, their NIK and whoever was merged below them, exactly.
- **An entity claims persons** by its NIK and as last month's person. Where two claim one, last month's comes
  first, then the NIK the person goes by, then the older NIK. Where a verdict says that two NIK are two people
  the older NIK comes first, which restores what was before they were joined.
- **Two entities never share a number**: of merged people that come apart each takes its own again, whoever is
  left without one is new. Of a NIK that two entities carry the person who has it keeps it.
- **Events belong to months.** A month is derived from the months before it and from its own entities alone,
  so what comes later never changes what a past month said. Run again, a month takes back what no longer holds
  and adds what is new; rows taken back stay readable.
- **Governments on one warehouse share the numbers.** Each records what its own month did and takes back only
  that; of what two say of one month the first counts. A NIK that another recorded for the month is known.
- **A month whose invoices finance approved is closed**: its events stay. Run again it still answers, so that
  its differences can be counted, and records nothing. Where each of its invoices is void it is open again.
- **What invoices of a later month rest on stays**: such a month made anew adds people and NIK that nobody
  knew, and takes nothing back; what else it found out the next open month records.
"""

from pathlib import Path

import pyarrow as pa
from sqlalchemy import Connection, column, func, select, table

from sigap.domain.period import Period
from sigap.pipeline.locks import lock_month
from sigap.pipeline.rosters import standing_invoices
from sigap.warehouse.store import copy_out, copy_rows
from sigap.warehouse.tables import identity

ENTITIES = pa.schema(
    [
        pa.field("entity", pa.int64()),
        pa.field("nik", pa.string()),
        pa.field("is_lead", pa.bool_()),
        pa.field("known", pa.int64()),
    ]
)
VERDICTS = pa.schema(
    [
        pa.field("nik", pa.string()),
        pa.field("other_nik", pa.string()),
        pa.field("verdict", pa.string()),  # same | different
        pa.field("verdict_id", pa.int64()),
        pa.field("actor", pa.string()),
    ]
)

_NUMBERING = 3275_01  # advisory lock: one run at a time hands out person numbers
_WORK_MEMORY = "128MB"  # a province's joins stay in memory; settings end with the transaction


def assign_people(
    connection: Connection, period: Period, entities: pa.Table, verdicts: pa.Table | None = None
) -> pa.Table:
    """The number of every entity of a month, as (entity, person_id); records what happened to whom.

    `entities` has the columns of ENTITIES: one row per valid NIK of an entity, `is_lead` on the one it goes
    by, `known` the number of last month's person in it (any row, several when several were joined). An entity
    without a NIK has one row with none; it keeps a known number, and gets null where it has neither or where
    a verdict gives that number back to who carries its older NIK.
    `verdicts` (VERDICTS) are those in force about two rows, by their NIK: they name who caused a merge, and
    undo one even when the people are in no list. The same month with the same entities changes nothing, with
    others it replaces what changed.
    """
    lock_month(connection, period)
    connection.execute(select(func.pg_advisory_xact_lock(_NUMBERING)))
    settings = {"work_mem": _WORK_MEMORY, "sigap.period": period, "sigap.before": period.previous()}
    for name, value in settings.items():
        connection.execute(select(func.set_config(name, str(value), True)))
    _run(connection, "given")
    copy_rows(connection, "listed", entities.select(ENTITIES.names))
    if verdicts is not None:
        copy_rows(connection, "verdict", verdicts.select(VERDICTS.names))
    for step in ("claims", "numbers", "events"):
        _run(connection, step)
    if not standing_invoices(connection, period):
        _run(connection, "record")
    assigned = table("assigned", column("entity"), column("person_id"))
    wanted = select(assigned.c.entity, assigned.c.person_id).order_by(assigned.c.entity)
    return copy_out(connection, wanted, {"entity": pa.int64(), "person_id": pa.int64()})


def survivors(connection: Connection, period: Period) -> pa.Table:
    """Everybody who is merged at the end of a month, as (person_id, survivor_id).

    What earlier months wrote down under `person_id` is about the survivor now: map it before comparing.
    """
    merged = func.identity.merge_as_of(str(period)).table_valued("person_id", "parent_id", "survivor_id")
    wanted = select(merged.c.person_id, merged.c.survivor_id).order_by(merged.c.person_id)
    return copy_out(connection, wanted, {"person_id": pa.int64(), "survivor_id": pa.int64()})


def count_events(connection: Connection, period: Period) -> dict[str, int]:
    """What happened in a month, by kind: created, nik_corrected, merged, unmerged."""
    event = identity.person_event.c
    wanted = (
        select(event.kind, func.count())
        .where(event.period == str(period), event.withdrawn_at.is_(None))
        .where(event.government == func.audit.government())
        .group_by(event.kind)
    )
    counted = {kind: int(count) for kind, count in connection.execute(wanted)}
    return {kind: counted.get(kind, 0) for kind in ("created", "nik_corrected", "merged", "unmerged")}


def _run(connection: Connection, name: str) -> None:
    """Run `people_<name>.sql`: statements without parameters, the month stands in settings."""
    script = Path(__file__).with_name(f"people_{name}.sql").read_text(encoding="utf-8")
    cursor = connection.connection.cursor()
    cursor.execute(script)
    cursor.close()
