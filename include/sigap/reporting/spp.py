"""The recap per account that finance copies into its SPP-LS, and the sheet `Rekap SPP-LS`."""

from openpyxl.worksheet.worksheet import Worksheet

from sigap.reporting.cells import Results, write_text
from sigap.reporting.facts import Fact, charges_of
from sigap.reporting.invoice import InvoiceDocument
from sigap.reporting.letter import DOTS
from sigap.reporting.look import bilingual
from sigap.reporting.office import Office
from sigap.reporting.page import fit_height, prepare_page
from sigap.reporting.signing import write_signatures
from sigap.reporting.words import grouped, indonesian_months, terbilang

TITLE = "Rekap SPP-LS"
_WIDTHS = {"A": 6, "B": 26, "C": 42, "D": 30}
_SIGNED = (("A", "B"), ("C", "C"), ("D", "D"))
_HEADINGS = (
    ("No", "No"),
    ("Kode rekening", "Account"),
    ("Uraian", "Description"),
    ("Jumlah (Rp)", "Amount"),
)


def spp_facts(document: InvoiceDocument, office: Office) -> tuple[Fact, ...]:
    """What a request for direct payment (SPP-LS) states beside its accounts."""
    months = indonesian_months(document.covers_from, document.covers_to)
    purpose = f"Iuran JKK dan JKM {grouped(document.people)} pekerja rentan, {months}"
    return (
        Fact("SKPD", "Department", office.letterhead[-1]),
        Fact("Sub kegiatan", "Sub-activity", office.sub_activity or DOTS),
        Fact("Sumber dana", "Funding source", document.funding_title),
        Fact("Keperluan", "Purpose", purpose),
        Fact("Dasar pembayaran", "Invoice", document.number, is_strong=True),
        Fact("Pihak ketiga", "Payable to", document.payee.name),
        Fact("Rekening tujuan", "Payee account", document.payee.account),
        Fact("Kode iuran", "Billing code", document.payee.billing_code),
    )


def write_spp(sheet: Worksheet, document: InvoiceDocument, office: Office) -> Results:
    """Fill the sheet; returns the values of its formulas."""
    for letter, width in _WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    sheet["A1"].value = bilingual(
        "Rekapitulasi per kode rekening untuk SPP-LS", "Recap by account", bold=True
    )
    row = 2
    for fact in spp_facts(document, office):
        row += 1
        sheet[f"A{row}"].value, sheet[f"A{row}"].style = bilingual(fact.label, fact.label_en), "label"
        write_text(sheet[f"C{row}"], fact.value, "strong" if fact.is_strong else "text")
        sheet.merge_cells(f"C{row}:D{row}")
        fit_height(sheet, row, [(fact.value, _WIDTHS["C"] + _WIDTHS["D"])])
    results = Results()
    row = _write_accounts(sheet, results, row + 2, document)
    write_signatures(sheet, row + 2, document, office, _SIGNED)
    prepare_page(sheet, document)
    return results


def _write_accounts(sheet: Worksheet, results: Results, row: int, document: InvoiceDocument) -> int:
    for letter, (indonesian, english) in zip(_WIDTHS, _HEADINGS, strict=True):
        sheet[f"{letter}{row}"].value = bilingual(indonesian, english, bold=True, lines=True)
        sheet[f"{letter}{row}"].style = "column"
    sheet.row_dimensions[row].height = 30
    charges = charges_of(document)
    for number, charge in enumerate(charges, start=1):
        place = row + number
        sheet[f"A{place}"].value, sheet[f"A{place}"].style = number, "centre"
        write_text(sheet[f"B{place}"], charge.account.code, "centre")
        write_text(sheet[f"C{place}"], charge.account.name, "cell_wrap")
        fit_height(sheet, place, [(charge.account.name, _WIDTHS["C"])])
        sheet[f"D{place}"].value, sheet[f"D{place}"].style = charge.amount_idr, "idr"
    total = row + len(charges) + 1
    for letter in _WIDTHS:
        sheet[f"{letter}{total}"].style = "total"
    write_text(sheet[f"C{total}"], "JUMLAH", "total")
    formula = f"=SUM(D{row + 1}:D{total - 1})"
    results.write(sheet, f"D{total}", formula, document.total_idr, "total_idr")
    words = f"Terbilang: {terbilang(document.total_idr)}"
    sheet.merge_cells(f"A{total + 1}:D{total + 1}")
    write_text(sheet[f"A{total + 1}"], words, "quote")
    sheet.row_dimensions[total + 1].height = 24 + 15 * (len(words) // 95)
    return total + 1
