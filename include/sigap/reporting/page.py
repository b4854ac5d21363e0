"""Print set-up that all sheets share."""

from openpyxl.worksheet.worksheet import Worksheet

from sigap.reporting.invoice import InvoiceDocument


def prepare_page(sheet: Worksheet, document: InvoiceDocument, *, landscape: bool = False) -> None:
    """A4, fitted to its width; invoice number, digest of the line set and `Halaman x dari y` at the foot."""
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.page_margins.top, sheet.page_margins.bottom = 0.6, 0.7
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.left.text = document.number
    sheet.oddFooter.center.text = f"SHA-256 {document.lines_sha256[:16]}…"
    sheet.oddFooter.right.text = "Halaman &P dari &N"
    for part in (sheet.oddFooter.left, sheet.oddFooter.center, sheet.oddFooter.right):
        part.size = 8
