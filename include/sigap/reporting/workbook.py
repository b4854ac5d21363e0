"""The finance workbook of one invoice: cover, by-name-by-address annex, recaps. Totals are formulas."""

import datetime as dt

import pyarrow as pa
from openpyxl.workbook import Workbook

from sigap.reporting import annex as annex_sheet
from sigap.reporting import cover
from sigap.reporting.invoice import InvoiceDocument, check_annex
from sigap.reporting.look import add_styles
from sigap.reporting.office import Office
from sigap.reporting.package import pack
from sigap.reporting.recap import RECAPS, write_recap


def make_workbook(document: InvoiceDocument, annex: pa.Table, office: Office) -> bytes:
    """The xlsx file of an invoice: the same arguments give the same bytes.

    `annex` as from `make_annex`. Raises `ReportingError` when it does not add up to the header.
    """
    check_annex(document, annex)
    workbook = Workbook()
    styles = add_styles(workbook)
    first = workbook.active
    first.title = cover.TITLE
    results = [
        cover.write_cover(first, document, office),
        annex_sheet.write_annex(workbook.create_sheet(annex_sheet.TITLE), document, annex, styles),
        *(write_recap(workbook.create_sheet(kind.title), kind, document, annex) for kind in RECAPS),
    ]
    _describe(workbook, document, office)
    return pack(workbook, results, document.issued_date)


def _describe(workbook: Workbook, document: InvoiceDocument, office: Office) -> None:
    workbook.calculation.fullCalcOnLoad = True
    properties = workbook.properties
    properties.title = f"Tagihan {document.number}"
    properties.subject = f"SHA-256 {document.lines_sha256}"
    properties.creator = ", ".join(office.letterhead)
    properties.language = "id-ID"
    properties.created = dt.datetime.combine(document.issued_date, dt.time())
