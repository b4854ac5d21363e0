"""Rows by NIK, for a person with the right to them. Every export leaves an outcome naming who took it."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from sqlalchemy import select

from sigap.audit.outcome import Outcome
from sigap.domain.batch import BatchRef
from sigap.domain.period import Period
from sigap.errors import ReportingError
from sigap.pipeline.private_file import write_privately
from sigap.pipeline.resources import Resources
from sigap.pipeline.rosters import current_roster
from sigap.warehouse.store import copy_out
from sigap.warehouse.tables import audit, billing, entitlement

FORMATS = (".csv", ".parquet")
FORMULA_STARTS = (
    r"^[=+\-@\t\r\n\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"  # the last four are wide forms of the first
)
# Every column, so that equal rows cannot change places: two files of one content are equal byte by byte.
ORDER = ("nik", "delivery_id", "sheet", "row", "kpj", "segment", "status", "payer_name")


def export(what: str, period: Period, out: Path, resources: Resources) -> int:
    """Write `roster`, `decisions`, `invoice-lines` or `links` of a month to a .csv or .parquet file.

    A csv is often opened in a spreadsheet program, so texts that look like formulas get an apostrophe there.
    Returns the number of rows. Raises `ReportingError` when the month has none yet, the ending is another, or
    the file cannot be written.
    """
    if what not in EXPORTS:
        raise ReportingError(f"There is no export {what!r}. Choose one of {', '.join(EXPORTS)}.")
    if out.suffix not in FORMATS:
        raise ReportingError(
            f"{out.name}: exports are written as .csv or .parquet. Choose one of these endings."
        )
    with resources.outcome_of("export", period, what) as outcome:
        rows = EXPORTS[what](period, resources, outcome)
        if rows.num_rows == 0:
            raise ReportingError(f"{period} has no {what} yet. Run the month first.")
        write_privately(out, lambda part: _write(rows, part, out.suffix), ReportingError)
        outcome.wrote(str(out.absolute()))
        outcome.versions["actor"] = resources.settings.actor
        outcome.count({"rows": rows.num_rows})
    return int(rows.num_rows)


def _decisions(period: Period, resources: Resources, outcome: Outcome) -> pa.Table:
    with resources.warehouse.connect() as connection:
        roster = current_roster(connection, period)
    if roster is None:
        raise ReportingError(f"{period} has no roster yet. Run the month first.")
    batch = BatchRef.from_dict(roster.batch)
    outcome.read("entitlement.roster", batch)
    return resources.lake.read(batch)


def _roster(period: Period, resources: Resources, outcome: Outcome) -> pa.Table:
    decisions = _decisions(period, resources, outcome)
    return decisions.filter(pc.equal(decisions["outcome"], "subsidised"))


def _invoice_lines(period: Period, resources: Resources, outcome: Outcome) -> pa.Table:
    outcome.read("billing.invoice_line", "billing.invoice", "entitlement.decision")
    line, invoice, decision = billing.invoice_line.c, billing.invoice.c, entitlement.decision.c
    wanted = (
        select(
            line.line_id,
            invoice.number,
            invoice.funding_source,
            invoice.wadah_code,
            line.period,
            decision.nik,
            decision.full_name,
            line.income_band,
            line.jkk_idr,
            line.jkm_idr,
            line.total_idr,
            line.tariff,
        )
        .join(billing.invoice, invoice.invoice_id == line.invoice_id)
        .join(
            entitlement.decision,
            (decision.roster_id == line.roster_id) & (decision.person_id == line.person_id),
        )
        .where(line.period == str(period), invoice.status == "issued")
        .order_by(invoice.number, decision.nik)
    )
    with resources.warehouse.connect() as connection:
        return copy_out(connection, wanted, {"nik": pa.string(), "wadah_code": pa.string()})


def _links(period: Period, resources: Resources, outcome: Outcome) -> pa.Table:
    written = _linked(period, resources)
    outcome.read(*written.values())
    persons = resources.lake.read(written["identity.persons"], ["person_id", "nik", "conflict"])
    rows = resources.lake.read(written["identity.rows"])
    members = resources.lake.read(
        written["identity.memberships"], ["person_id", "kpj", "segment", "status", "payer_name"]
    )
    linked = rows.join(persons, "person_id").join(members, "person_id", join_type="left outer")
    return linked.sort_by([(name, "ascending") for name in ORDER])


def _linked(period: Period, resources: Resources) -> dict[str, BatchRef]:
    """What the newest run of link wrote, by dataset."""
    outcome = audit.outcome.c
    wanted = (
        select(outcome.outputs)
        .where(outcome.verb == "link", outcome.status == "ok", outcome.period == str(period))
        .order_by(outcome.outcome_id.desc())
        .limit(1)
    )
    with resources.warehouse.connect() as connection:
        outputs = connection.execute(wanted).scalar_one_or_none()
    if outputs is None:
        raise ReportingError(f"{period} has no links yet. Run the month first.")
    return {thing["dataset"]: BatchRef.from_dict(thing) for thing in outputs if isinstance(thing, dict)}


def _write(rows: pa.Table, part: Path, ending: str) -> None:
    if ending == ".csv":
        pa_csv.write_csv(_without_formulas(rows), part)
    else:
        pq.write_table(rows, part, compression="zstd")


def _without_formulas(rows: pa.Table) -> pa.Table:
    """The rows with an apostrophe before every text that a spreadsheet program would run (OWASP)."""
    for place, field in enumerate(rows.schema):
        if pa.types.is_string(field.type):
            texts = rows.column(place)
            marked = pc.binary_join_element_wise("'", texts, "")
            runs = pc.match_substring_regex(texts, FORMULA_STARTS)
            rows = rows.set_column(place, field, pc.if_else(runs, marked, texts))
    return rows


EXPORTS: dict[str, Callable[[Period, Resources, Outcome], pa.Table]] = {
    "roster": _roster,
    "decisions": _decisions,
    "invoice-lines": _invoice_lines,
    "links": _links,
}
