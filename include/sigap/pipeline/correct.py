"""correct: give every sender its own list back, with what has to be put right."""

import io
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Row, select
from upath import UPath

from sigap.domain.batch import BatchRef
from sigap.domain.lists import FoundList
from sigap.domain.period import Period
from sigap.errors import PeriodError, QualityError
from sigap.pipeline.resources import Resources, code_version
from sigap.pipeline.standing import ROW_KEY, Version, chain_of, superseded_in, without
from sigap.pipeline.usable import overview
from sigap.publish import publish
from sigap.quality.correction import rows_to_show, write_workbook
from sigap.quality.letter import Letter
from sigap.quality.sheets import GivenList, name_sheets
from sigap.sources.reader import read_tops
from sigap.warehouse.tables import sources

FOLDER = "perbaikan"
_CHECKED = ("outcome", "nik_state", "nik_digits")
_delivery = sources.delivery.c


def lists_meant(which: str, resources: Resources) -> list[tuple[Period, str]]:
    """The deliveries that a person names: by the month, all faulty ones; or one by its id.

    Raises `QualityError` for what is neither a month nor a known delivery, and for a month without faults.
    """
    with resources.warehouse.connect() as connection:
        period = connection.execute(select(_delivery.period).where(_delivery.delivery_id == which)).scalar()
    if period is not None:
        return [(Period.parse(period), which)]
    try:
        month = Period.parse(which)
    except PeriodError:
        raise QualityError(
            f"{which!r} is neither a delivery nor a month. `sigap delivery list 2026-01` shows deliveries."
        ) from None
    found = faulty_lists(month, resources)
    if not found:
        raise QualityError(f"No checked list of {month} has a row that is to be put right.")
    return [(month, delivery_id) for delivery_id in found]


def faulty_lists(period: Period, resources: Resources) -> list[str]:
    """The month's checked lists with a row that is not accepted, by their delivery.

    Left out are corrections, which go with the list they correct, and lists that came again as a whole.
    """
    faulty = (overview.c.held_rows + overview.c.rejected_rows) > 0
    wanted = select(overview.c.delivery_id).where(
        overview.c.period == str(period), faulty, overview.c.corrects.is_(None), ~overview.c.is_replaced
    )
    with resources.warehouse.connect() as connection:
        return list(connection.execute(wanted.order_by(overview.c.source, overview.c.delivery_id)).scalars())


def write_correction(period: Period, delivery_id: str, resources: Resources) -> UPath:
    """Write the correction workbook of a delivery to DOCUMENTS/<period>/perbaikan/ and return its path.

    A correction is written back as the list it corrects, with what is still to be put right. Raises
    `QualityError` when the delivery is not known, was not checked, is replaced, or nothing is left to do.
    """
    with resources.outcome_of("correct", period, delivery_id) as outcome:
        first = _original(period, delivery_id, resources)
        with resources.warehouse.connect() as connection:
            chain = chain_of(connection, first.delivery_id)
        outcome.read(
            *(ref for version in chain for ref in (version.received, version.checked, version.findings))
        )
        outcome.versions.update(code=code_version(), actor=resources.settings.actor)
        superseded = superseded_in(chain, resources)
        letter = _letter(first, chain, superseded, resources)
        buffer = io.BytesIO()
        asked = write_workbook(buffer, letter, _lists(first, chain, superseded, resources))
        name = f"perbaikan_{first.source}_{period}_{first.delivery_id}.xlsx"
        target = resources.settings.place("documents") / str(period) / FOLDER / name
        publish(target, buffer.getvalue())
        outcome.wrote(str(target))
        outcome.count({"asked": asked, "corrections": len(chain) - 1})
    return target


def _original(period: Period, delivery_id: str, resources: Resources) -> Row[Any]:
    """The delivery, or the one that it corrects. Raises `QualityError` when it cannot go back."""
    wanted = select(sources.delivery, overview.c.check_outcome, overview.c.is_replaced).join(
        overview, overview.c.delivery_id == _delivery.delivery_id
    )
    with resources.warehouse.connect() as connection:
        row = connection.execute(wanted.where(_delivery.delivery_id == delivery_id)).one_or_none()
        if row is not None and row.corrects is not None:
            row = connection.execute(wanted.where(_delivery.delivery_id == row.corrects)).one()
    if row is None or row.period != str(period):
        raise QualityError(f"No delivery {delivery_id} is known for {period}. `sigap status {period}` helps.")
    trouble = _trouble(row)
    if trouble:
        raise QualityError(f"{row.file_name} ({row.delivery_id}) {trouble}")
    return row


def _trouble(row: Row[Any]) -> str | None:
    """Why there is nothing to give back."""
    if row.outcome != "accepted":
        return f"was {row.outcome}: no row of it was taken, so none can be put right. {row.message}"
    if row.check_outcome is None:
        return f"was not checked yet. Run `sigap check {row.period}` first."
    if row.is_replaced:
        return "was sent again as a whole, corrected. Write the workbook of the newer list."
    if not row.lists or not all(values["header_lines"] for values in row.lists):
        return "has no sheet that could be given back. Settle its rows with `sigap held`."
    return None


def _lists(
    first: Row[Any], chain: Sequence[Version], superseded: pa.Table, resources: Resources
) -> list[GivenList]:
    """The lists of the original file, every row in the version that counts."""

    def standing(refs: Sequence[BatchRef], columns: Sequence[str]) -> pa.Table:
        tables = [resources.lake.read(ref, [*ROW_KEY, *columns]) for ref in refs]
        return without(pa.concat_tables(tables), superseded)

    is_workers = chain[0].checked.dataset == "quality.workers"
    received = standing([version.received for version in chain], ["cells"])
    checked = standing([version.checked for version in chain], _CHECKED if is_workers else _CHECKED[:1])
    findings = standing([version.findings for version in chain], ["code", "severity", "column"])
    found = [FoundList.from_dict(values) for values in first.lists]
    above = _above(first, found, resources)
    return [
        GivenList(title, one, lines, rows_to_show(received, checked, findings, one))
        for title, one, lines in zip(name_sheets([one.sheet for one in found]), found, above, strict=True)
    ]


def _above(first: Row[Any], found: Sequence[FoundList], resources: Resources) -> list[list[list[str]]]:
    """The lines of each list down to its header, as they stand in the archived file."""
    file = resources.settings.place("archive") / first.sha256[:2] / first.sha256
    tops = {top.sheet: top.lines for top in read_tops(file, first.file_name)}
    return [tops[one.sheet][: one.header_lines[-1]] for one in found]


def _letter(first: Row[Any], chain: Sequence[Version], superseded: pa.Table, resources: Resources) -> Letter:
    entry = resources.catalog().get(first.source)
    counts = dict.fromkeys(("received", "accepted", "corrected", "held", "rejected"), 0)
    for version in chain:
        rows = without(resources.lake.read(version.checked, [*ROW_KEY, "outcome"]), superseded)
        for item in pc.value_counts(rows["outcome"]).to_pylist():
            is_corrected = version.number > 0 and item["values"] == "accepted"
            counts["corrected" if is_corrected else item["values"]] += item["counts"]
            counts["received"] += item["counts"]
    return Letter(
        delivery_id=first.delivery_id,
        source=first.source,
        title=entry.title if entry else first.source,
        file_name=first.file_name,
        period=Period.parse(first.period),
        received_at=first.received_at,
        counts=counts,
    )
