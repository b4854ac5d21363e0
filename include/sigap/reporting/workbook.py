"""The finance workbook of one invoice: bill, letter, accounts, annex, recaps. Totals are formulas."""

import datetime as dt

import pyarrow as pa
from openpyxl.workbook import Workbook

from sigap.reporting import annex as annex_sheet
from sigap.reporting import cover
from sigap.reporting.invoice import InvoiceDocument, check_annex, recap
from sigap.reporting.letter import TITLE as LETTER
from sigap.reporting.letter import write_letter
from sigap.reporting.look import add_styles
from sigap.reporting.office import Office
from sigap.reporting.package import pack
from sigap.reporting.recap import MONTHS, RECAPS, month_groups, write_recap
from sigap.reporting.spp import TITLE as SPP
from sigap.reporting.spp import write_spp


def make_workbook(
    document: InvoiceDocument, annex: pa.Table, office: Office, months: pa.Table | None = None
) -> bytes:
    """The xlsx file of an invoice: the same arguments give the same bytes.

    `annex` as from `make_annex`, `months` as from `by_month` when there are several. Raises `ReportingError`
    when they do not add up to the header.
    """
    check_annex(document, annex, months)
    workbook = Workbook()
    styles = add_styles(workbook)
    workbook.active.title = cover.TITLE
    add, source = workbook.create_sheet, annex_sheet.AnnexRange(annex.num_rows)
    results = [
        cover.write_cover(workbook.active, document, office),
        write_letter(add(LETTER), document, office),
        write_spp(add(SPP), document, office),
        annex_sheet.write_annex(add(annex_sheet.TITLE), document, annex, styles),
        *(
            write_recap(add(kind.title), kind, document, recap(annex, kind.column).to_pylist(), source)
            for kind in RECAPS
        ),
    ]
    if months is not None:
        results.append(write_recap(add(MONTHS.title), MONTHS, document, month_groups(months)))
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
