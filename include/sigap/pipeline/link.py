"""link: one person across the month's lists, and the memberships under their NIK."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, String, column, select, table, text

from sigap.domain.batch import BatchRef
from sigap.domain.datasets import SCHEMAS
from sigap.domain.period import Period
from sigap.errors import EntitlementError, IdentityError
from sigap.identity.people import MEMBER_COLUMNS, WORKER_COLUMNS, Links, link_people, number_people
from sigap.pipeline.resources import Resources, code_version
from sigap.pipeline.rosters import billed_roster_id, newest_roster
from sigap.pipeline.standing import superseded_rows, without
from sigap.pipeline.usable import usable_batches
from sigap.warehouse.store import copy_out, copy_rows
from sigap.warehouse.tables import entitlement, identity

_NUMBERING = 3275_01  # advisory lock: one run at a time hands out person numbers


@dataclass(frozen=True, slots=True)
class _Inputs:
    workers: tuple[BatchRef, ...]
    memberships: tuple[BatchRef, ...]
    covered: BatchRef | None
    superseded: pa.Table  # rows that their sender has corrected

    @property
    def all(self) -> list[BatchRef]:
        return [*self.workers, *self.memberships, *([self.covered] if self.covered else [])]


def link(period: Period, resources: Resources) -> BatchRef:
    """Find the persons of the month's accepted rows, number them, and find their memberships.

    Writes identity.persons (returned), identity.rows and identity.memberships; the last also holds those of
    people who were subsidised last month and are in no list now. A person keeps the number of earlier months.
    Raises `IdentityError` when the month has no usable list or no usable membership extract, and
    `EntitlementError` while last month's roster waits for a judgement.
    """
    with resources.outcome_of("link", period) as outcome:
        inputs = _inputs(period, resources)
        outcome.read(*inputs.all)
        links = _link(inputs, resources)
        outcome.count(links.counts)
        versions = {"code": code_version()}
        outcome.versions.update(versions)
        written = [
            resources.lake.write(f"identity.{name}", period, rows, inputs.all, versions)
            for name, rows in _numbered(links, period, resources)
        ]
        outcome.wrote(*written, "identity.person")
    return written[0]


def covered_before(period: Period, resources: Resources) -> BatchRef | None:
    """The decisions behind last month's invoices, or its newest approved roster; None without one.

    Raises `EntitlementError` while last month's only roster waits for a judgement: nobody knows then whom the
    programme covered, and people who are in no list now would be dropped without a word.
    """
    last = period.previous()
    with resources.warehouse.connect() as connection:
        roster_id, newest = billed_roster_id(connection, last), newest_roster(connection, last)
        wanted = select(entitlement.roster.c.batch).where(entitlement.roster.c.roster_id == roster_id)
        batch = connection.execute(wanted).scalar_one_or_none()
    if batch is None and newest is not None and newest.status == "draft":
        raise EntitlementError(
            f"{period}: whom the programme covers stands in the roster of {last}, which waits to be "
            f"judged. Answer with `sigap approve roster {last}`, then run {period} again."
        )
    return BatchRef.from_dict(batch) if batch else None


def _inputs(period: Period, resources: Resources) -> _Inputs:
    with resources.warehouse.connect() as connection:
        batches = usable_batches(connection, period)
        superseded = superseded_rows(connection, period, resources)
    workers = tuple(batch for batch in batches if batch.dataset == "quality.workers")
    memberships = tuple(batch for batch in batches if batch.dataset == "quality.memberships")
    if not memberships:
        raise IdentityError(
            f"{period}: no membership extract may be used, and nobody may be billed without one. Put the "
            f"BPJS file into the month's memberships folder, then run collect and check. What was stopped "
            f"shows in `sigap delivery list {period}`."
        )
    return _Inputs(workers, memberships, covered_before(period, resources), superseded)


def _link(inputs: _Inputs, resources: Resources) -> Links:
    accepted = pc.field("outcome") == "accepted"
    workers = _read("quality.workers", inputs.workers, WORKER_COLUMNS, accepted, resources)
    workers = without(workers, inputs.superseded)
    if workers.num_rows == 0:
        raise IdentityError(
            "No list of the month has an accepted row. See the quality report, correct the lists, "
            "then run collect and check."
        )
    wanted = pc.unique(pa.concat_tables([workers.select(["nik"]), _covered(inputs, resources)])["nik"])
    theirs = accepted & pc.field("nik").isin(wanted)
    members = _read("quality.memberships", inputs.memberships, MEMBER_COLUMNS, theirs, resources)
    return link_people(workers, without(members, inputs.superseded))


def _covered(inputs: _Inputs, resources: Resources) -> pa.Table:
    nik = pa.schema([pa.field("nik", pa.string())])
    if inputs.covered is None:
        return nik.empty_table()
    return resources.lake.read(inputs.covered, ["nik"], pc.field("outcome") == "subsidised")


def _read(
    dataset: str, refs: Sequence[BatchRef], columns: Sequence[str], where: pc.Expression, resources: Resources
) -> pa.Table:
    schema = pa.schema([SCHEMAS[dataset].field(name) for name in columns])
    pieces = [resources.lake.read(ref, columns, where).select(columns) for ref in refs]
    return pa.concat_tables([schema.empty_table(), *pieces])


def _numbered(links: Links, period: Period, resources: Resources) -> list[tuple[str, pa.Table]]:
    with resources.warehouse.begin() as connection:
        numbers = _hand_out_numbers(connection, links, period)
    numbered = number_people(links, numbers)
    return [("persons", numbered.persons), ("rows", numbered.rows), ("memberships", numbered.memberships)]


def _hand_out_numbers(connection: Connection, links: Links, period: Period) -> pa.Table:
    """New persons get the next numbers in the order of their NIK: the same history, the same numbers."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _NUMBERING})
    connection.execute(
        text('CREATE TEMP TABLE listed (nik varchar(16) COLLATE "C", is_person boolean) ON COMMIT DROP')
    )
    persons, members = links.persons["nik"], pc.unique(links.memberships["nik"])
    copy_rows(connection, "listed", pa.table({"nik": persons, "is_person": pa.repeat(True, len(persons))}))
    copy_rows(connection, "listed", pa.table({"nik": members, "is_person": pa.repeat(False, len(members))}))
    connection.execute(text(_NEW_PERSONS), {"period": str(period)})
    person, listed = identity.person.c, table("listed", column("nik", String))
    known = (
        select(person.nik, person.person_id).where(person.nik.in_(select(listed.c.nik))).order_by(person.nik)
    )
    return copy_out(connection, known, {"nik": pa.string(), "person_id": pa.int64()})


_NEW_PERSONS = """
INSERT INTO identity.person (person_id, nik, first_period)
SELECT newest.person_id + row_number() OVER (ORDER BY nik), nik, :period
FROM listed CROSS JOIN (SELECT coalesce(max(person_id), 0) AS person_id FROM identity.person) AS newest
WHERE is_person AND NOT EXISTS (SELECT FROM identity.person WHERE person.nik = listed.nik)
"""
