"""The lists of an invoice as files: cut by regency, laid out by a template, adding up to the whole."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row

from sigap.domain.money import rupiah
from sigap.errors import ReportingError
from sigap.pipeline.invoice_people import people_of, regencies_of
from sigap.pipeline.issued import describe, lines_of, place_names
from sigap.pipeline.resources import Resources
from sigap.reporting.folder import file_name
from sigap.reporting.list_file import write_list
from sigap.reporting.office import office_on
from sigap.reporting.parts import NOTHING, Feed, Part, Sums, plan_parts
from sigap.reporting.people import Shown
from sigap.reporting.template import Template

UNKNOWN_REGENCY = "wilayah belum diketahui"


@dataclass(frozen=True, slots=True)
class HandedOver:
    """One file of an invoice: which part of how many, and how many persons stand in it."""

    file: Path
    number: str
    part: int
    parts: int
    people: int


def write_parts(
    header: Row[Any], folder: Path, template: Template, connection: Connection, resources: Resources
) -> Iterator[HandedOver]:
    """Write the parts of a list one after another, each given out when it is there.

    Raises `ReportingError` when the lines have not the digest they were issued with, and after the last part
    when the parts do not add up to the invoice.
    """
    lines_of(header, connection, with_people=False)
    document = describe(header, resources.payers()[header.funding_source])
    places, office = place_names(connection, document.period), office_on(document.issued_date)
    parts = plan_parts(regencies_of(header, connection), template.most_people)
    total = NOTHING
    with closing(people_of(header, resources.warehouse)) as people:
        feed = Feed(people)
        for part in parts:
            regency = places.get(part.regency_code or "", UNKNOWN_REGENCY)
            shown = Shown(document, places, regency, part.part, part.parts, part.first)
            file = folder / file_name(header.number, _ending(template, part))
            total += write_list(file, template, shown, office, feed.take(part.people), part.people)
            yield HandedOver(file, header.number, part.part, part.parts, part.people)
    _refuse_other_sums(header, total)


def _ending(template: Template, part: Part) -> str:
    if part.parts == 1:
        return f"-{template.name}.{template.format}"
    where = part.regency_code or "tanpa-wilayah"
    return f"-{template.name}-{where}-bagian-{part.part}-dari-{part.parts}.{template.format}"


def _refuse_other_sums(header: Row[Any], total: Sums) -> None:
    if total != Sums(header.people, header.jkk_idr, header.jkm_idr, header.total_idr):
        raise ReportingError(
            f"Invoice {header.number}: its files add up to {total.people} persons and "
            f"{rupiah(total.total_idr)}, its header says {header.people} and {rupiah(header.total_idr)}. "
            "No file is kept; have billing.invoice_line examined."
        )
