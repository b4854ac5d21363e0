"""The first sheet of the workbook of pairs: what to do, how far it is, and a list that leads to each pair."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from babel.dates import format_date

from sigap.domain.money import rupiah
from sigap.domain.period import Period
from sigap.identity.mark import Asked
from sigap.identity.shown import ShownPair, sheet_words

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_WIDTHS = (28, 30, 40, 40, 9, 26, 26, 16)
_PER_LINE = 150  # characters of the guide that fit into a line


def write_summary(
    sheet: "Worksheet",
    formats: dict[str, "Format"],
    period: Period,
    pairs: Sequence[ShownPair],
    asked: Sequence[Asked],
    left_out: int,
) -> None:
    """Fill the sheet. `asked` says where each pair stands."""
    words = sheet_words()
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.set_row(0, 26)
    sheet.write_string(0, 0, words["title"], formats["title"])
    month = format_date(period.first_day, "MMMM y", locale="id")
    sheet.write_string(1, 0, words["subtitle"].format(month=month), formats["subtitle"])
    index = _write_guide(sheet, formats, _write_counts(sheet, formats, pairs, asked, left_out) + 1) + 1
    _write_index(sheet, formats, index, pairs, asked)
    sheet.hide_gridlines(2)
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.activate()


def _write_counts(
    sheet: "Worksheet",
    formats: dict[str, "Format"],
    pairs: Sequence[ShownPair],
    asked: Sequence[Asked],
    left_out: int,
) -> int:
    words, waiting = sheet_words()["counts"], sum(pair.waiting is not None for pair in pairs)
    counts = {"pairs": len(pairs) - waiting, "waiting": waiting, "left": left_out}
    line = 3
    for name, count in counts.items():
        if count or name == "pairs":
            sheet.write_string(line, 0, words[name], formats["fact"])
            sheet.write_number(line, 1, count, formats["count"])
            line += 1
    sheet.write_string(line, 0, words["done"], formats["fact"])
    sheet.write_formula(line, 1, f"={_filled(asked)}", formats["count"], 0)
    return line + 1


def _filled(asked: Sequence[Asked]) -> str:
    """The formula that counts the answers of every sheet."""
    last = {one.sheet: one.line + one.lines for one in asked}
    return "+".join(
        f"COUNTIF('{described['name']}'!G2:G{last[described['name']]},\"{choice}\")"
        for described in sheet_words()["sheets"].values()
        if described["name"] in last
        for choice in described["choices"]
    )


def _write_guide(sheet: "Worksheet", formats: dict[str, "Format"], line: int) -> int:
    sheet.write_string(line, 0, sheet_words()["guide_title"], formats["section"])
    for number, sentence in enumerate(sheet_words()["guide"], start=1):
        line += 1
        text = f"{number}. {sentence}"
        sheet.set_row(line, 16 * (1 + len(text) // _PER_LINE) + 2)
        sheet.merge_range(line, 0, line, 4, "", formats["text"])
        sheet.write_string(line, 0, text, formats["text"])
    return line + 1


def _write_index(
    sheet: "Worksheet",
    formats: dict[str, "Format"],
    line: int,
    pairs: Sequence[ShownPair],
    asked: Sequence[Asked],
) -> None:
    words = sheet_words()
    sheet.write_string(line, 0, words["index_title"], formats["section"])
    for column, head in enumerate(words["index"]):
        sheet.write_string(line + 1, column, head, formats["head"])
    places = {one.key: one for one in asked}
    for number, pair in enumerate(pairs, start=line + 2):
        place = places[pair.fact_key if pair.waiting is None else str(pair.waiting.verdict_id)]
        _write_entry(sheet, formats, number, pair, place)


def _write_entry(
    sheet: "Worksheet", formats: dict[str, "Format"], line: int, pair: ShownPair, place: Asked
) -> None:
    words = sheet_words()
    where = f"'{place.sheet}'!A{place.line}"
    sheet.write_url(line, 0, f"internal:{where}", formats["link"], f"{place.sheet}, baris {place.line}")
    told = [words["kinds"][pair.kind], pair.left.get("origin", ""), pair.right.get("origin", "")]
    for column, text in enumerate(told, start=1):
        sheet.write_string(line, column, text, formats["cell"])
    sheet.write_number(line, 4, round(pair.match_weight, 1), formats["number"])
    for column, verdict in ((5, "same"), (6, "different")):
        two = f" ({words['two']})" if pair.needs_two(verdict) else ""
        sheet.write_string(line, column, rupiah(pair.risks[verdict]) + two, formats["cell"])
    body = place.line + (2 if pair.waiting is not None else 1)
    answer = f"'{place.sheet}'!G{body}"
    sheet.write_formula(line, 7, f'=IF({answer}="","",{answer})', formats["cell"], "")
    sheet.set_row(line, 16 * (1 + max(map(len, told)) // 38) + 2)
