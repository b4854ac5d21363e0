"""The finance workbook of one invoice: bill, letter, accounts, annex, recaps. Totals are formulas."""

from collections.abc import Mapping, Sequence

import pyarrow as pa
from openpyxl.workbook import Workbook

from sigap.reporting import annex as annex_sheet
from sigap.reporting import cover
from sigap.reporting.invoice import InvoiceDocument, check_annex, check_recaps, recap
from sigap.reporting.letter import TITLE as LETTER
from sigap.reporting.letter import write_letter
from sigap.reporting.look import add_styles
from sigap.reporting.note import NoteDocument
from sigap.reporting.note_sheet import sheet_title, write_note
from sigap.reporting.office import Office
from sigap.reporting.package import describe_file, pack
from sigap.reporting.recap import MONTHS, RECAPS, month_groups, write_recap
from sigap.reporting.spp import TITLE as SPP
from sigap.reporting.spp import write_spp

NoteSheet = tuple[NoteDocument, pa.Table, dict[str, str]]  # header, `NOTE_LINES`, titles of reasons by code


def make_workbook(
    document: InvoiceDocument,
    annex: pa.Table,
    office: Office,
    months: pa.Table | None = None,
    notes: Sequence[NoteSheet] = (),
) -> bytes:
    """The xlsx file of an invoice: the same arguments give the same bytes.

    `annex` as from `make_annex`, `months` as from `by_month` when there are several; `notes` are those that
    its month books for its payer and wadah, a sheet each. Raises `ReportingError`
    when they do not add up to the header.
    """
    check_annex(document, annex, months)
    recaps = {kind.column: recap(annex, kind.column) for kind in RECAPS}
    return _make(document, office, recaps, months, annex, notes)


def make_short_workbook(
    document: InvoiceDocument,
    office: Office,
    recaps: Mapping[str, pa.Table],
    months: pa.Table | None = None,
    notes: Sequence[NoteSheet] = (),
) -> bytes:
    """The workbook without the annex, which follows in parts; `recaps` as from `recap`, by annex column.

    Raises `ReportingError` when they do not add up to the header.
    """
    check_recaps(document, recaps, months)
    return _make(document, office, recaps, months, None, notes)


def _make(
    document: InvoiceDocument,
    office: Office,
    recaps: Mapping[str, pa.Table],
    months: pa.Table | None,
    annex: pa.Table | None,
    notes: Sequence[NoteSheet],
) -> bytes:
    workbook = Workbook()
    styles = add_styles(workbook)
    workbook.active.title = cover.TITLE
    add = workbook.create_sheet
    source = annex_sheet.AnnexRange(annex.num_rows) if annex is not None else None
    results = [
        cover.write_cover(workbook.active, document, office, source),
        write_letter(add(LETTER), document, office),
        write_spp(add(SPP), document, office),
    ]
    if annex is not None:
        results.append(annex_sheet.write_annex(add(annex_sheet.TITLE), document, annex, styles))
    for kind in RECAPS:
        groups = recaps[kind.column].to_pylist()
        results.append(write_recap(add(kind.title), kind, document, groups, source))
    if months is not None:
        results.append(write_recap(add(MONTHS.title), MONTHS, document, month_groups(months)))
    for note, lines, reasons in notes:
        results.append(write_note(add(sheet_title(note)), note, lines, reasons))
    describe_file(
        workbook,
        title=f"Tagihan {document.number}",
        subject=f"SHA-256 {document.lines_sha256}",
        creator=", ".join(office.letterhead),
        day=document.issued_date,
    )
    return pack(workbook, results, document.issued_date)
