"""The workbook of held rows: written for a steward, read back with the decisions (worklist.yaml)."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import xlsxwriter
import yaml
from python_calamine import CalamineError, CalamineWorkbook

from sigap.domain.period import Period
from sigap.domain.reasons import reasons
from sigap.engine import connect
from sigap.errors import QualityError

_KEY = ("delivery_id", "sheet", "row")


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """What a person decides about one row: `verdict` is accept, reject or correct, `reason` says why.

    `corrections` are the right texts by column, for `correct` only.
    """

    delivery_id: str
    sheet: str
    row: int
    verdict: str
    reason: str
    corrections: Mapping[str, str] = field(default_factory=dict)


def write_worklist(
    period: Period, findings: pa.Table, received: Sequence[pa.Table], file_names: Mapping[str, str]
) -> bytes:
    """A workbook with one line per row of `findings` (columns of FINDINGS), in their order.

    `received` are the received rows of those deliveries, `file_names` their names by delivery. Every cell is
    text, so that no NIK is damaged again.
    """
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        _guide(book, period)
        for dataset in _words()["shown"]:
            rows = _rows(dataset, findings, received)
            if rows.num_rows:
                _sheet(book, dataset, rows, file_names)
    return buffer.getvalue()


def read_worklist(file: Path) -> list[RowVerdict]:
    """Every line with a decision. Raises `QualityError` that names sheet, line and column, and no person."""
    try:
        book = CalamineWorkbook.from_path(str(file))
        sheets = {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names
        }
    except (CalamineError, OSError):
        raise QualityError(f"{file.name} is no workbook that can be read. Save it as .xlsx again.") from None
    wanted = {name: dataset for dataset, name in _words()["sheets"].items()}
    found = [
        verdict
        for name, dataset in wanted.items()
        for verdict in _verdicts(file.name, name, dataset, sheets.get(name, []))
    ]
    if not found:
        raise QualityError(
            f"{file.name} holds no decision. Fill in the column {_words()['decision']} of the workbook that "
            "`sigap held worklist` writes."
        )
    return found


def _rows(dataset: str, findings: pa.Table, received: Sequence[pa.Table]) -> pa.Table:
    """The received cells of the rows that findings are about, with letters and words of the reasons."""
    shown = [*_KEY, *_words()["shown"][dataset]]
    own = [rows.select(shown) for rows in received if set(shown) <= set(rows.column_names)]
    if not own:
        return pa.table({name: pa.array([], pa.string()) for name in shown})
    words = [{"code": code, "why": reason.indonesian} for code, reason in reasons().items()]
    with connect() as engine:
        engine.register("findings", findings)
        engine.register("words", pa.Table.from_pylist(words))
        engine.register("received", pa.concat_tables(own))
        return engine.sql(_JOINED).to_arrow_table()


_JOINED = """
SELECT received.*, told.cells, told.why
FROM received
JOIN (
    SELECT
        delivery_id,
        sheet,
        row,
        string_agg(DISTINCT "column" || row, ', ' ORDER BY "column" || row) AS cells,
        string_agg(why, '; ' ORDER BY code) AS why
    FROM findings JOIN words USING (code)
    GROUP BY ALL
) AS told USING (delivery_id, sheet, row)
ORDER BY delivery_id, sheet, row
"""


def _guide(book: Any, period: Period) -> None:
    sheet = book.add_worksheet(_words()["guide_sheet"])
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 110)
    sheet.write_string(
        0, 0, f"{_words()['title']}, {period}", book.add_format({"bold": True, "font_size": 14})
    )
    text = book.add_format({"text_wrap": True, "valign": "top"})
    for line, sentence in enumerate(_words()["guide"], start=2):
        sheet.write_string(line, 0, f"{line - 1}. {sentence}", text)
        sheet.set_row(line, _height([sentence], [110]))


def _sheet(book: Any, dataset: str, rows: pa.Table, file_names: Mapping[str, str]) -> None:
    words, shown = _words(), _words()["shown"][dataset]
    sheet = book.add_worksheet(words["sheets"][dataset])
    heads = _heads(dataset)
    head, text, open_ = _formats(book)
    widths = [_WIDTHS.get(name.removeprefix(words["correction"].format(column="")), 16) for name in heads]
    for column, (name, width) in enumerate(zip(heads, widths, strict=True)):
        sheet.write_string(0, column, name, head)
        sheet.set_column(column, column, width)
    sheet.set_row(0, _height(heads, widths))
    for line, row in enumerate(rows.to_pylist(), start=1):
        place = [row["delivery_id"], file_names[row["delivery_id"]], row["sheet"], str(row["row"])]
        told = [row["cells"] or "", row["why"]]
        values = [value or "" for value in (*place, *told, *(row[name] for name in shown))]
        for column, value in enumerate(values):
            sheet.write_string(line, column, value, text)
        for column in range(len(values), len(heads)):
            sheet.write_blank(line, column, None, open_)
        sheet.set_row(line, _height(values, widths))
    decision = heads.index(words["decision"])
    sheet.data_validation(
        1, decision, rows.num_rows, decision, {"validate": "list", "source": list(words["decisions"])}
    )
    sheet.freeze_panes(1, 4)
    sheet.autofilter(0, 0, rows.num_rows, len(heads) - 1)
    sheet.protect("", {"autofilter": True, "format_columns": True, "format_rows": True, "sort": True})
    sheet.set_landscape()
    sheet.set_paper(8)  # A3: the lines are long
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _formats(book: Any) -> tuple[Any, Any, Any]:
    """The head, a cell that is locked, a cell to fill in."""
    cell = {"num_format": "@", "text_wrap": True, "valign": "top", "border": 1, "border_color": "#C5CCD1"}
    return (
        book.add_format(cell | {"bold": True, "bg_color": "#E6ECEE", "valign": "vcenter"}),
        book.add_format(cell),
        book.add_format(cell | {"locked": False, "bg_color": "#FFF8E1"}),
    )


def _height(texts: Sequence[str], widths: Sequence[int]) -> int:
    """Room for every text in its column, in points: programs do not make it by themselves."""
    lines = (1 + int(1.15 * len(text) / width) for text, width in zip(texts, widths, strict=False))
    return 15 * max(lines) + 3


_WIDTHS = {
    "Kiriman": 18,
    "Alasan ditahan": 45,
    "Berkas": 24,
    "Lembar": 12,
    "NIK": 20,
    "Nama": 26,
    "Alamat": 28,
    "Jenis kelamin": 13,
    "Desil": 12,
    "Alasan keputusan": 28,
    "Baris": 7,
    "Sel": 10,
}


def _heads(dataset: str) -> list[str]:
    words = _words()
    shown = [words["columns"][name] for name in words["shown"][dataset]]
    corrections = [words["correction"].format(column=head) for head in shown]
    return [*words["place"].values(), *shown, words["decision"], words["reason"], *corrections]


def _verdicts(
    file_name: str, sheet: str, dataset: str, lines: Sequence[Sequence[Any]]
) -> Iterator[RowVerdict]:
    if not lines:
        return
    heads, wanted = [str(cell).strip() for cell in lines[0]], _heads(dataset)
    missing = [head for head in wanted if head not in heads]
    if missing:
        raise QualityError(
            f"{file_name}, sheet {sheet!r} lacks the column {missing[0]}. Use the workbook as "
            "`sigap held worklist` writes it."
        )
    for number, line in enumerate(lines[1:], start=2):
        cells = dict(zip(heads, (_text(cell) for cell in line), strict=False))
        if cells[_words()["decision"]]:
            yield _verdict(f"{file_name}, sheet {sheet!r}, line {number}", dataset, cells)


def _verdict(where: str, dataset: str, cells: Mapping[str, str]) -> RowVerdict:
    words = _words()
    place = {name: cells[head] for name, head in words["place"].items()}
    decided = words["decisions"].get(cells[words["decision"]].casefold())
    if decided is None or not place["row"].isdigit():
        raise QualityError(
            f"{where}: the decision is none of {', '.join(words['decisions'])}, or the place of the row was "
            "changed. Correct it; nothing was kept."
        )
    corrections = {
        name: text
        for name in words["shown"][dataset]
        if (text := cells[words["correction"].format(column=words["columns"][name])])
    }
    return RowVerdict(
        place["delivery_id"], place["sheet"], int(place["row"]), decided, cells[words["reason"]], corrections
    )


def _text(cell: Any) -> str:
    """What a person typed, also where the program made it a number or a date."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


@cache
def _words() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("worklist.yaml").read_text(encoding="utf-8")
    )
    return content
