"""The cover letter (surat pengantar): its words, and the sheet `Surat Pengantar`."""

from dataclasses import dataclass

from openpyxl.worksheet.worksheet import Worksheet

from sigap.domain.money import rupiah
from sigap.reporting.cells import Results, write_text
from sigap.reporting.invoice import InvoiceDocument
from sigap.reporting.office import Office, Signatory
from sigap.reporting.page import prepare_page
from sigap.reporting.words import grouped, indonesian_date, indonesian_months, terbilang

TITLE = "Surat Pengantar"
DOTS = "." * 30
_WIDTHS = {"A": 13, "B": 3, "C": 38, "D": 38}
_PER_LINE = 105  # characters of running text over the whole width


@dataclass(frozen=True, slots=True)
class LetterText:
    """A letter in plain words: references as (label, value), address, paragraphs, enclosures."""

    references: tuple[tuple[str, str], ...]
    address: tuple[str, ...]
    opening: str
    enclosures: tuple[str, ...]
    closing: str
    signatory: Signatory


def letter_of(document: InvoiceDocument, office: Office) -> LetterText:
    """What the letter of an invoice says. Its number is given by the mail register: a dotted line."""
    months = indonesian_months(document.covers_from, document.covers_to)
    letter = office.letter
    return LetterText(
        references=(
            ("Nomor", DOTS),
            ("Sifat", letter.classification),
            ("Lampiran", "1 (satu) berkas"),
            ("Hal", f"Pengantar tagihan iuran JKK dan JKM, {months}"),
        ),
        address=(f"Yth. {letter.to[0]}", *letter.to[1:], f"di {letter.to_place}"),
        opening=(
            f"Bersama ini disampaikan tagihan iuran Jaminan Kecelakaan Kerja dan Jaminan Kematian nomor "
            f"{document.number} tanggal {indonesian_date(document.issued_date)} untuk "
            f"{grouped(document.people)} pekerja rentan, masa perlindungan {months}, sebesar "
            f"{rupiah(document.total_idr)} ({terbilang(document.total_idr)}), dibebankan pada "
            f"{document.funding_title}, untuk diproses dengan SPP-LS paling lambat "
            f"{indonesian_date(document.due_date)}, terdiri dari:"
        ),
        enclosures=(
            "Tagihan iuran JKK dan JKM",
            "Rekapitulasi per kode rekening untuk SPP-LS",
            "Rekapitulasi per kecamatan dan per sektor pekerjaan",
            "Daftar peserta menurut nama dan alamat (BNBA)",
        ),
        closing="Demikian disampaikan, atas perhatian dan kerja samanya diucapkan terima kasih.",
        signatory=letter.signatory,
    )


def write_letter(sheet: Worksheet, document: InvoiceDocument, office: Office) -> Results:
    """Fill the sheet, which has no formulas."""
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    said = letter_of(document, office)
    row = _write_head(sheet, office, said)
    row = _write_body(sheet, row, document, said)
    _write_signature(sheet, row, said.signatory)
    prepare_page(sheet, document)
    sheet.page_setup.fitToHeight = 1
    return Results()


def _wide(sheet: Worksheet, row: int, text: str, style: str, first: str = "A") -> None:
    sheet.merge_cells(f"{first}{row}:D{row}")
    write_text(sheet[f"{first}{row}"], text, style)
    sheet.row_dimensions[row].height = 15.5 * (1 + len(text) // _PER_LINE)


def _write_head(sheet: Worksheet, office: Office, said: LetterText) -> int:
    for row, line in enumerate(office.letterhead, start=1):
        _wide(sheet, row, line.upper(), "head")
    row = len(office.letterhead) + 2
    write_text(sheet[f"D{row}"], f"{office.place}, {DOTS}", "right")
    for label, value in said.references:
        row += 1
        write_text(sheet[f"A{row}"], label, "label")
        write_text(sheet[f"B{row}"], ":", "label")
        _wide(sheet, row, value, "text", first="C")
    row += 1
    for line in said.address:
        row += 1
        _wide(sheet, row, line, "text")
    return row + 2


def _write_body(sheet: Worksheet, row: int, document: InvoiceDocument, said: LetterText) -> int:
    _wide(sheet, row, said.opening, "text")
    for number, enclosure in enumerate(said.enclosures, start=1):
        row += 1
        _wide(sheet, row, f"{number}. {enclosure}", "text")
    _wide(sheet, row + 2, said.closing, "text")
    _wide(sheet, row + 3, f"SHA-256 himpunan baris tagihan: {document.lines_sha256}", "note")
    return row + 5


def _write_signature(sheet: Worksheet, row: int, signatory: Signatory) -> None:
    lines = (
        f"{signatory.act},",
        signatory.role,
        "",
        signatory.name or DOTS,
        f"NIP {signatory.nip or DOTS}",
    )
    for place, text in enumerate(lines, start=row):
        write_text(sheet[f"D{place}"], text, "sign")
    sheet.row_dimensions[row + 2].height = 54
