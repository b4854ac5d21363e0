"""Print set-up of the sheets of a Berita Acara: A4, its title, digest and `Halaman x dari y` at the foot."""

from openpyxl.worksheet.worksheet import Worksheet

from sigap.reporting.berita_acara import TITLE, BeritaAcara


def prepare(sheet: Worksheet, document: BeritaAcara, *, landscape: bool = False) -> None:
    """Fit a sheet to the width of its paper and write its foot."""
    sheet.sheet_view.showGridLines = False
    sheet.page_setup.orientation = "landscape" if landscape else "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.page_margins.top, sheet.page_margins.bottom = 0.6, 0.7
    sheet.print_options.horizontalCentered = True
    foot = sheet.oddFooter
    foot.left.text = f"{TITLE} {document.month}"
    foot.center.text = f"SHA-256 {document.compared_sha256}"
    foot.right.text = "Halaman &P dari &N"
    foot.left.size = foot.right.size = 8
    foot.center.size = 6  # 64 digits beside the others
