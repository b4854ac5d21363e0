"""The workbook of doubtful pairs: questions as boxes, answers in open cells, the rest locked."""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from babel.dates import format_date

from sigap.domain.money import rupiah
from sigap.domain.period import Period
from sigap.identity.look import add_formats
from sigap.identity.mark import Asked, digest_of, mark_lines
from sigap.identity.shown import ShownLine, ShownPair, lines_of, sheet_words, unequal_parts
from sigap.identity.summary import write_summary
from sigap.identity.words import write_weight

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_WIDTHS = (21, 33, 33, 46, 8, 13, 18, 40)
_BAR, _CHOICE, _REASON = 5, 6, 7
_STRONG = 14  # a bar of this weight fills its cell


def write_worklist(period: Period, pairs: Sequence[ShownPair], left_out: int = 0) -> bytes:
    """The workbook; pairs in their order, those that wait for a second person on a sheet of their own.

    `left_out` says how many pairs wait beside these. Every fact is text: none is read as a number or formula.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        created = dt.datetime(period.year, period.month, 1)  # noqa: DTZ001  (Excel knows no zones)
        book.set_properties({"title": f"{sheet_words()['title']} {period}", "created": created})
        formats = add_formats(book)
        summary = book.add_worksheet(sheet_words()["summary_sheet"])
        asked = [
            one
            for kind, found in (
                ("verdicts", [pair for pair in pairs if pair.waiting is None]),
                ("checks", [pair for pair in pairs if pair.waiting is not None]),
            )
            if found
            for one in _write_sheet(book.add_worksheet(_name(kind)), formats, kind, found)
        ]
        write_summary(summary, formats, period, pairs, asked, left_out)
        _write_mark(book.add_worksheet(sheet_words()["mark_sheet"]), period, asked)
    return buffer.getvalue()


def _name(kind: str) -> str:
    return str(sheet_words()["sheets"][kind]["name"])


def _write_sheet(
    sheet: "Worksheet", formats: dict[str, "Format"], kind: str, pairs: Sequence[ShownPair]
) -> list[Asked]:
    for column, (head, width) in enumerate(zip(sheet_words()["heads"], _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, head, formats["head"])
    sheet.merge_range(0, _BAR - 1, 0, _BAR, sheet_words()["heads"][_BAR - 1], formats["head"])
    page = _Page(sheet, formats, kind)
    for number, pair in enumerate(pairs, start=1):
        page.write(number, pair)
    _settle(sheet, page.line)
    return page.asked


def _settle(sheet: "Worksheet", last: int) -> None:
    """Bars behind the weights, header that stays in sight, protection without a password, paper."""
    bar = {
        "type": "data_bar", "bar_solid": True, "bar_color": "#9CCFB2", "bar_negative_color": "#F2AFA8",
        "min_type": "num", "min_value": -_STRONG, "max_type": "num", "max_value": _STRONG,
        "bar_axis_position": "middle", "bar_only": True, "bar_no_border": True,
    }  # fmt: skip
    sheet.conditional_format(1, _BAR, last, _BAR, bar)
    sheet.freeze_panes(1, 0)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.ignore_errors({"number_stored_as_text": f"A1:H{last + 1}"})
    sheet.protect("", {"format_columns": True, "format_rows": True})


@dataclass(slots=True)
class _Page:
    sheet: "Worksheet"
    formats: dict[str, "Format"]
    kind: str
    line: int = 1
    asked: list[Asked] = field(default_factory=list)

    def write(self, number: int, pair: ShownPair) -> None:
        """One box, and an empty line below it."""
        first, cells = self.line, list[list[str]]()
        bar = _bar(number, pair)
        self.sheet.set_row(first, 21)
        self.sheet.merge_range(first, 0, first, _BAR, "", self.formats["bar"])
        self.sheet.write_string(first, 0, bar, self.formats["bar"])
        hints = (" / ".join(self._choices), sheet_words()["why"][self.kind])
        for column, hint in zip((_CHOICE, _REASON), hints, strict=True):
            self.sheet.write_string(first, column, hint, self.formats["bar"])
        cells.append([bar, "", ""])
        self.line += 1
        if pair.waiting is not None:
            cells.append(self._write_made(pair))
        body, lines = self.line, lines_of(pair)
        for line in lines:
            self._write_line(line, is_sum=line.look == "plain" and line.weight is not None)
            cells.append([line.label, line.left, line.right])
        self._open(body, self.line - 1)
        key = pair.fact_key if pair.waiting is None else str(pair.waiting.verdict_id)
        self.asked.append(Asked(_name(self.kind), first + 1, len(cells), key, digest_of(cells)))
        self.line += 1

    def _write_made(self, pair: ShownPair) -> list[str]:
        assert pair.waiting is not None  # noqa: S101  (for the type checker)
        text = _made(pair.waiting)
        self.sheet.merge_range(self.line, 0, self.line, _REASON, "", self.formats["made"])
        self.sheet.write_string(self.line, 0, text, self.formats["made"])
        self.sheet.set_row(self.line, 16 * (1 + len(text) // 170) + 4)
        self.line += 1
        return [text, "", ""]

    def _write_line(self, line: ShownLine, is_sum: bool) -> None:
        sheet, formats = self.sheet, self.formats
        longest = max(*(len(text) / 30 for text in (line.left, line.right)), len(line.words) / 44)
        sheet.set_row(self.line, 16 * (1 + int(longest)) + 2)
        sheet.write_string(self.line, 0, line.label, formats["sum" if is_sum else "label"])
        look = "sum" if is_sum else line.look
        self._write_fact(1, line.left, line.right, look)
        self._write_fact(2, line.right, line.left, look)
        words = "sum" if is_sum else "words" if line.look in ("near", "other") else "same"
        sheet.write_string(self.line, 3, line.words, formats[words])
        weight = formats["sum_weight" if is_sum else "weight"]
        for column in (_BAR - 1, _BAR):
            if line.weight is None or line.look == "missing":
                sheet.write_blank(self.line, column, None, weight)
            else:
                sheet.write_number(self.line, column, round(line.weight, 1), weight)
        self.line += 1

    def _write_fact(self, column: int, text: str, other: str, look: str) -> None:
        """A fact as text; where the records disagree, the unequal part in bold."""
        parts = unequal_parts(text, other) if look in ("near", "other") and text and other else []
        if len(parts) > 1:
            pieces = (
                item
                for part, unlike in parts
                for item in (self.formats["unlike" if unlike else "alike"], part)
            )
            self.sheet.write_rich_string(self.line, column, *pieces, self.formats[look])
        else:
            self.sheet.write_string(self.line, column, text, self.formats[look])

    @property
    def _choices(self) -> list[str]:
        return list(sheet_words()["sheets"][self.kind]["choices"])

    def _open(self, first: int, last: int) -> None:
        """The two open cells beside a box."""
        choices = self._choices
        for column, look in ((_CHOICE, "choice"), (_REASON, "reason")):
            self.sheet.merge_range(first, column, last, column, "", self.formats[look])
        choose: dict[str, Any] = {
            "validate": "list",
            "source": choices,
            "error_title": sheet_words()["choose"],
            "error_message": " / ".join(choices),
        }
        self.sheet.data_validation(first, _CHOICE, first, _CHOICE, choose)


def _bar(number: int, pair: ShownPair) -> str:
    words = sheet_words()
    told = {
        verdict: rupiah(pair.risks[verdict]) + (f" ({words['two']})" if pair.needs_two(verdict) else "")
        for verdict in ("same", "different")
    }
    score = write_weight(pair.match_weight, "id", signed=True)
    return str(words["bar"].format(number=number, kind=words["kinds"][pair.kind], score=score, **told))


def _made(waiting: Any) -> str:
    words = sheet_words()
    spoken = {verdict: word for word, verdict in words["sheets"]["verdicts"]["choices"].items()}
    day = format_date(waiting.judged_at.date(), "d MMMM y", locale="id")
    return str(
        words["waiting"].format(
            verdict=spoken[waiting.verdict], actor=waiting.actor, day=day, reason=waiting.reason
        )
    )


def _write_mark(sheet: "Worksheet", period: Period, asked: Sequence[Asked]) -> None:
    for line, cells in enumerate(mark_lines(period, asked)):
        for column, text in enumerate(cells):
            sheet.write_string(line, column, text)
    sheet.protect()
    sheet.very_hidden()
