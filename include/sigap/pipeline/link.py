"""link: one person across the month's lists, and the memberships that are theirs."""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select

from sigap.domain.batch import BatchRef
from sigap.domain.period import Period
from sigap.engine import connect
from sigap.errors import EntitlementError, IdentityError
from sigap.identity.model import load_model
from sigap.identity.people import KNOWN, MEMBERS, WORKERS, Links, link_people, number_people
from sigap.identity.spark import search_of
from sigap.pipeline.compared import basis_of, compared_before
from sigap.pipeline.pair_verdicts import effective_verdicts
from sigap.pipeline.people import VERDICTS, assign_people, count_events, survivors
from sigap.pipeline.repeated import said_once
from sigap.pipeline.resources import Resources, code_version
from sigap.pipeline.rosters import billed_roster_id, newest_roster
from sigap.pipeline.standing import superseded_rows, without
from sigap.pipeline.usable import usable_batches
from sigap.quality.checked import NIK_FAULTS
from sigap.warehouse.tables import entitlement

_BEFORE = (
    "person_id", "nik", "full_name", "birth_date", "sex", "kelurahan_code", "kecamatan_code", "outcome",
    "delivery_id", "sheet", "row",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Inputs:
    workers: tuple[BatchRef, ...]
    memberships: tuple[BatchRef, ...]
    covered: BatchRef | None
    superseded: pa.Table  # rows that their sender has corrected
    verdicts: pa.Table
    merged: pa.Table  # person_id, survivor_id: last month's numbers that are another person's now

    @property
    def all(self) -> list[BatchRef]:
        return [*self.workers, *self.memberships, *([self.covered] if self.covered else [])]


def link(period: Period, resources: Resources) -> BatchRef:
    """Find the persons of the month's rows, number them, and find their memberships.

    Writes identity.persons (returned), identity.rows, identity.memberships and identity.pairs, and what it
    compared, so that the next run compares only what is new. Memberships also hold those of people who were
    subsidised last month and are in no list now. Rows that are held for their NIK alone take part: they are
    evidence for a person, never a person. A person keeps the number of earlier months.

    Raises `IdentityError` when the month has no accepted row or no usable row of a membership extract, and
    `EntitlementError` while last month's roster waits for a judgement.
    """
    with resources.outcome_of("link", period) as outcome:
        inputs = _inputs(period, resources)
        outcome.read(*inputs.all)
        model = load_model()
        basis = basis_of(model)
        before = compared_before(period, basis, resources)
        workers, members, known = _rows(period, inputs, resources)
        with search_of(resources.settings.link_engine, resources.settings.link_dir) as find:
            links = link_people(workers, members, known, inputs.verdicts, model, before, find)
        versions = {"code": code_version(), "model": f"{model.name} {model.sha256[:12]}"}
        outcome.versions.update(versions, compared=basis)
        numbered, events = _numbered(links, inputs.verdicts, period, resources)
        outcome.count({**links.counts, **events})
        written = [
            resources.lake.write(f"identity.{name}", period, rows, inputs.all, versions)
            for name, rows in (
                ("persons", numbered.persons),
                ("rows", numbered.rows),
                ("memberships", numbered.memberships),
                ("pairs", numbered.pairs),
                ("compared", links.compared.facts),
                ("found", links.compared.found),
            )
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
        verdicts = effective_verdicts(connection)
        merged = survivors(connection, period.previous())
    workers = tuple(batch for batch in batches if batch.dataset == "quality.workers")
    memberships = tuple(batch for batch in batches if batch.dataset == "quality.memberships")
    if not memberships:
        raise IdentityError(
            f"{period}: no membership extract may be used, and nobody may be billed without one. Put the "
            f"BPJS file into the month's memberships folder, then run collect and check. What was stopped "
            f"shows in `sigap delivery list {period}`."
        )
    return _Inputs(workers, memberships, covered_before(period, resources), superseded, verdicts, merged)


def _rows(period: Period, inputs: _Inputs, resources: Resources) -> tuple[pa.Table, pa.Table, pa.Table]:
    workers = without(_read(inputs.workers, WORKERS, resources), inputs.superseded)
    if pc.count(workers["nik"]).as_py() == 0:
        raise IdentityError(
            f"{period}: no list of the month has an accepted row. See the quality report, correct the lists, "
            "then run collect and check."
        )
    members = without(_read(inputs.memberships, MEMBERS, resources), inputs.superseded)
    if members.num_rows == 0:  # a person may let an empty extract pass: it would make everybody uninsured
        raise IdentityError(
            f"{period}: no membership extract holds a row that may be used, and nobody may be billed without "
            "one. Ask BPJS for the whole extract, put it into the month's memberships folder, then run "
            "collect and check."
        )
    return workers, said_once(members), _known(inputs, resources)


def _known(inputs: _Inputs, resources: Resources) -> pa.Table:
    """Everybody who was decided about last month, under the number that is theirs now."""
    if inputs.covered is None:
        return KNOWN.empty_table()
    before = resources.lake.read(inputs.covered, _BEFORE)
    with connect() as connection:
        connection.register("before", before)
        connection.register("merged", inputs.merged)
        return connection.sql(_KNOWN).to_arrow_table().select(KNOWN.names).cast(KNOWN)


_KNOWN = """
SELECT before.* REPLACE (coalesce(merged.survivor_id, before.person_id) AS person_id),
       outcome = 'subsidised' AS wants_memberships
FROM before LEFT JOIN merged USING (person_id)
ORDER BY person_id, nik
"""


def _read(refs: Sequence[BatchRef], schema: pa.Schema, resources: Resources) -> pa.Table:
    """Accepted rows, and those that nothing but their NIK holds back. Their NIK is null: it is no key."""
    faults = pa.array(sorted(NIK_FAULTS))
    pieces = [schema.empty_table()]
    for ref in refs:
        for rows in resources.lake.scan(ref, (*schema.names, "outcome", "reasons")):
            for_nik = pc.and_(pc.equal(rows["outcome"], "held"), pc.is_in(rows["reasons"], value_set=faults))
            kept = rows.filter(pc.or_(pc.equal(rows["outcome"], "accepted"), for_nik))
            nik = pc.if_else(pc.equal(kept["outcome"], "accepted"), kept["nik"], pa.scalar(None, pa.string()))
            pieces.append(
                kept.set_column(kept.schema.get_field_index("nik"), "nik", nik).select(schema.names)
            )
    return pa.concat_tables(pieces)


def _numbered(
    links: Links, verdicts: pa.Table, period: Period, resources: Resources
) -> tuple[Links, dict[str, int]]:
    told = links.told.join(verdicts, "fact_key").select(VERDICTS.names).cast(VERDICTS)
    with resources.warehouse.begin() as connection:
        numbers = assign_people(connection, period, links.entities, told)
        return number_people(links, numbers), count_events(connection, period)
