"""What the correction workbook asks of a sender, in plain words on its first sheet; and its hidden mark."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from babel.dates import format_date

from sigap.domain.correction import Mark
from sigap.domain.period import Period
from sigap.domain.reasons import reasons
from sigap.quality.sheets import GivenList, advice

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_MOST_LINKS = 500  # rows named one by one; all of them are marked in their sheet
_WIDTHS = (24, 12, 46, 70)
_WIDTH = sum(_WIDTHS[1:])
_COUNTS = {
    "received": "Baris diterima",
    "accepted": "Sudah dapat dipakai",
    "corrected": "Sudah diperbaiki",
    "held": "Ditahan, perlu diperbaiki",
    "rejected": "Ditolak, perlu diperbaiki",
}
_STEPS = (
    "Buka lembar daftar. Sel yang salah berwarna merah; alasannya tertulis di kolom paling kanan baris itu.",
    "Ketik isi yang benar langsung di sel itu. Baris abu-abu sudah benar: terkunci dan tidak perlu diubah.",
    "Jangan menyisipkan, menghapus, atau mengurutkan baris. Baris yang tidak diubah tetap menunggu.",
    "Simpan sebagai .xlsx, lalu kirim kembali seperti mengirim daftar. Nama berkas bebas, tidak ada batas "
    "waktu, dan boleh diperbaiki sebagian dahulu.",
)


@dataclass(frozen=True, slots=True)
class Letter:
    """What the first sheet says about a delivery. `title` is its sender's.

    `counts`: received, accepted, corrected, held, rejected; the last four add up to the first.
    """

    delivery_id: str
    source: str
    title: str
    file_name: str
    period: Period
    received_at: dt.datetime
    counts: Mapping[str, int]


def write_letter(
    sheet: "Worksheet", formats: Mapping[str, "Format"], letter: Letter, lists: Sequence[GivenList]
) -> None:
    """Fill the sheet `Ringkasan`."""
    for place, width in enumerate(_WIDTHS):
        sheet.set_column(place, place, width)
    month = format_date(letter.period.first_day, "MMMM y", locale="id")
    sheet.set_row(0, 26)
    sheet.write_string(0, 0, "Daftar yang perlu diperbaiki", formats["title"])
    sheet.write_string(1, 0, f"{letter.title}, bulan {month}", formats["subtitle"])
    line = _write_facts(sheet, formats, letter, month, 3)
    line = _write_steps(sheet, formats, lists, line + 1)
    line = _write_reasons(sheet, formats, lists, line + 1)
    _write_rows(sheet, formats, lists, line + 1)
    sheet.hide_gridlines(2)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.activate()


def write_mark(sheet: "Worksheet", mark: Mark, asked: pa.Table) -> None:
    """Fill the sheet that no program shows: by it the workbook is known when it comes back."""
    lines = mark.lines(asked)
    for line, (name, value) in enumerate(lines):
        sheet.write_string(line, 0, name)
        sheet.write_string(line, 1, value)
    columns = zip(*(asked[name].to_pylist() for name in ("title", "row", "digest")), strict=True)
    for line, (title, row, digest) in enumerate(columns, start=len(lines)):
        sheet.write_string(line, 0, title)
        sheet.write_number(line, 1, row)
        sheet.write_string(line, 2, digest)
    sheet.protect()
    sheet.very_hidden()


def _write_facts(
    sheet: "Worksheet", formats: Mapping[str, "Format"], letter: Letter, month: str, line: int
) -> int:
    day = format_date(letter.received_at.date(), "d MMMM y", locale="id")
    facts = {
        "Pengirim": letter.title,
        "Nama berkas": letter.file_name,
        "Bulan": month,
        "Diterima tanggal": day,
    }
    for name, value in facts.items():
        sheet.write_string(line, 0, name, formats["label"])
        sheet.merge_range(line, 1, line, 3, "", formats["text"])
        sheet.write_string(line, 1, value, formats["text"])
        line += 1
    for name, words in _COUNTS.items():
        if letter.counts.get(name) or name in ("received", "accepted"):
            sheet.write_string(line, 0, words, formats["label"])
            sheet.write_number(line, 1, letter.counts[name], formats["count"])
            line += 1
    return line


def _write_steps(
    sheet: "Worksheet", formats: Mapping[str, "Format"], lists: Sequence[GivenList], line: int
) -> int:
    sheet.write_string(line, 0, "Cara memperbaiki", formats["section"])
    left_out = sorted({name for given in lists for name in given.found.minimised})
    empty = f"Kolom {', '.join(left_out)} sengaja kosong: isinya tidak dibutuhkan." if left_out else ""
    for number, words in enumerate(filter(None, (*_STEPS, empty)), start=1):
        line += 1
        sheet.set_row(line, 15 * (1 + len(words) // _WIDTH) + 2)
        sheet.write_string(line, 0, f"Langkah {number}" if words != empty else "Catatan", formats["label"])
        sheet.merge_range(line, 1, line, 3, "", formats["text"])
        sheet.write_string(line, 1, words, formats["text"])
    return line + 1


def _write_reasons(
    sheet: "Worksheet", formats: Mapping[str, "Format"], lists: Sequence[GivenList], line: int
) -> int:
    sheet.write_string(line, 0, "Alasan, dan apa yang harus dilakukan", formats["section"])
    _write_line(sheet, formats, line + 1, "column", ("Jumlah baris", "Alasan", "Apa yang harus dilakukan"))
    line += 2
    for code, rows in _count(lists):
        words = (reasons()[code].indonesian, advice().get(code, ""))
        sheet.set_row(line, 15 * max(1 + len(words[0]) // 52, 1 + len(words[1]) // 66) + 2)
        _write_line(sheet, formats, line, "cell", ("", *words))
        sheet.write_number(line, 0, rows, formats["number"])
        line += 1
    return line


def _write_line(
    sheet: "Worksheet", formats: Mapping[str, "Format"], line: int, look: str, words: Sequence[str]
) -> None:
    """Three cells, the middle one over two columns."""
    first, middle, last = words
    sheet.write_string(line, 0, first, formats[look])
    sheet.merge_range(line, 1, line, 2, "", formats[look])
    sheet.write_string(line, 1, middle, formats[look])
    sheet.write_string(line, 3, last, formats[look])


def _count(lists: Sequence[GivenList]) -> list[tuple[str, int]]:
    """How many rows have each grave reason, the most frequent first."""
    faults = pa.chunked_array([pc.list_flatten(given.rows["faults"]).combine_chunks() for given in lists])
    codes = pc.struct_field(faults, "code").filter(pc.not_equal(pc.struct_field(faults, "severity"), "warn"))
    found = [(item["values"], item["counts"]) for item in pc.value_counts(codes).to_pylist()]
    return sorted(found, key=lambda item: (-item[1], item[0]))


def _write_rows(
    sheet: "Worksheet", formats: Mapping[str, "Format"], lists: Sequence[GivenList], line: int
) -> None:
    sheet.write_string(line, 0, "Baris yang perlu diperbaiki", formats["section"])
    for place, words in enumerate(("Lembar", "Baris", "Sel", "Alasan")):
        sheet.write_string(line + 1, place, words, formats["column"])
    line += 2
    asked = [(given, row) for given in lists for row in _first_asked(given)]
    for given, row in asked[:_MOST_LINKS]:
        _write_row(sheet, formats, line, given, row)
        line += 1
    left = sum(pc.sum(given.rows["is_asked"]).as_py() or 0 for given in lists) - min(len(asked), _MOST_LINKS)
    if left > 0:
        more = f"… dan {left:,} baris lagi, semuanya ditandai di lembar daftar.".replace(",", ".")
        sheet.write_string(line, 0, more, formats["plain"])


def _first_asked(given: GivenList) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = given.rows.filter(given.rows["is_asked"]).slice(0, _MOST_LINKS).to_pylist()
    return rows


def _write_row(
    sheet: "Worksheet", formats: Mapping[str, "Format"], line: int, given: GivenList, row: Mapping[str, Any]
) -> None:
    grave = [fault for fault in row["faults"] if fault["severity"] != "warn"]
    cells = [
        f"{fault['column']}{row['row']} {given.header(fault['column'])}" for fault in grave if fault["column"]
    ]
    words = "; ".join(dict.fromkeys(reasons()[fault["code"]].indonesian for fault in grave))
    place = "; ".join(dict.fromkeys(cells)) or "seluruh baris"
    sheet.set_row(line, 15 * max(1 + len(words) // 66, 1 + len(place) // 42) + 2)
    sheet.write_string(line, 0, given.title, formats["cell"])
    sheet.write_url(line, 1, f"internal:'{given.title}'!A{row['row']}", formats["link"], str(row["row"]))
    sheet.write_string(line, 2, place, formats["cell"])
    sheet.write_string(line, 3, words, formats["cell"])
