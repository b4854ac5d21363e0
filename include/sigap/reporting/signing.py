"""Signature blocks of a sheet, from the office's configuration."""

from collections.abc import Sequence

from openpyxl.worksheet.worksheet import Worksheet

from sigap.reporting.cells import write_text
from sigap.reporting.office import Office
from sigap.reporting.page import Sealed
from sigap.reporting.words import indonesian_date


def write_signatures(
    sheet: Worksheet, row: int, document: Sealed, office: Office, spans: Sequence[tuple[str, str]]
) -> int:
    """Write place, day and one block per signatory, each over a span of columns; returns the row below."""
    last = spans[-1]
    _write(sheet, row, last, f"{office.place}, {indonesian_date(document.issued_date)}")
    for span, signatory in zip(spans, office.signatories, strict=False):
        block = (
            f"{signatory.act},",
            signatory.role,
            "",
            signatory.name or "." * 34,
            f"NIP {signatory.nip or '.' * 26}",
        )
        for place, text in enumerate(block, start=row + 1):
            _write(sheet, place, span, text)
    sheet.row_dimensions[row + 2].height = 28
    sheet.row_dimensions[row + 3].height = 54
    return row + 7


def _write(sheet: Worksheet, row: int, span: tuple[str, str], text: str) -> None:
    first, last = span
    if first != last:
        sheet.merge_cells(f"{first}{row}:{last}{row}")
    write_text(sheet[f"{first}{row}"], text, "sign")
