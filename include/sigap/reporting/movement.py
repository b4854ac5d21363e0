"""The sheet `Mutasi`: a month's movement as finance signs it, with its agreement with the invoices."""

import datetime as dt
import io
from collections.abc import Sequence

from sigap.domain.period import Period
from sigap.reporting.movement_lines import Lines, MovementFacts, add_looks, movement_words
from sigap.reporting.words import indonesian_month

TITLE = "Mutasi"
_WIDE, _PEOPLE, _RUPIAH = 58, 8, 14.5


def movement_workbook(facts: MovementFacts) -> bytes:
    """The xlsx file with the sheet; the same facts give the same bytes. Sums are formulas."""
    import xlsxwriter

    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        made = dt.datetime.combine(facts.period.last_day, dt.time())
        book.set_properties({"title": f"{movement_words()['title'][0]} {facts.period}", "created": made})
        _Sheet(book.add_worksheet(TITLE), add_looks(book), facts).write()
    return buffer.getvalue()


class _Sheet(Lines):
    """The sections of the sheet."""

    def write(self) -> None:
        """All sections, one below the other, on pages of A4."""
        words = movement_words()
        self.sheet.set_column(0, 0, _WIDE)
        for column in range(1, 17):
            self.sheet.set_column(column, column, _PEOPLE if column % 2 else _RUPIAH)
        self.text(0, f"{words['title'][0]} {self.months[0]['month']}", "title", height=24)
        self.text(0, f"{words['title'][1]}, {self.months[1]['month']}", "note")
        self.text(0, self.both(words["final" if self.facts.is_final else "draft"]), "note")
        first, last = self._summary()
        self._check(first, last)
        for dimension in ("payer", "kecamatan", "sector"):
            self._parts(dimension)
        self._booked()
        self.sheet.hide_gridlines(2)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.set_margins(0.4, 0.4, 0.5, 0.6)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_footer("&L&8SIGAP &8Mutasi " + str(self.facts.period) + "&R&8&P / &N")

    def _summary(self) -> tuple[int, int]:
        """Returns the lines of opening and closing."""
        words = movement_words()
        self.section("summary")
        self.heads([words["columns"]["what"], words["columns"]["people"], words["columns"]["idr"]])
        rows = [row for row in self.facts.entries.to_pylist() if row["dimension"] == "all"]
        opening, summed = self.line, []
        for kind in ("opening", "corrected", "joined", "left", "changed"):
            chosen = [row for row in rows if row["kind"] == kind]
            summed.append(self.line)
            people, idr = (sum(row[name] for row in chosen) for name in ("people", "total_idr"))
            self.figures(self.both(words["summary"][kind]), people, idr)
            for row in chosen if kind != "opening" else ():
                self.figures(self.reason(row["reason_code"]), row["people"], row["total_idr"], "reason")
        closing = self.line
        values = [
            sum(row[name] for row in rows if row["kind"] == "closing") for name in ("people", "total_idr")
        ]
        self.name(self.both(words["summary"]["closing"]), "sum")
        for column, value in enumerate(values, start=1):
            letter = "ABC"[column]
            formula = "=" + "+".join(f"{letter}{line + 1}" for line in summed)
            self.sheet.write_formula(closing, column, formula, self.formats["sum_number"], value)
        self.line += 2
        return opening, closing

    def _check(self, opening: int, closing: int) -> None:
        words, facts = movement_words()["check"], self.facts
        self.section("check")
        first = self.line
        (invoiced_before, invoiced), (noted_before, noted) = facts.invoiced, facts.noted
        for name, value in (
            ("invoiced_before", invoiced_before), ("noted_before", noted_before),
            ("invoiced", invoiced), ("noted", noted),
        ):  # fmt: skip
            self.figures(self.both(words[name]), None, value)
        change = invoiced + noted - invoiced_before - noted_before
        formulas = (
            ("change", f"=C{first + 3}+C{first + 4}-C{first + 1}-C{first + 2}", change),
            ("moved", f"=C{closing + 1}-C{opening + 1}", change),
            ("difference", f"=C{first + 5}-C{first + 6}", 0),
        )
        for name, formula, value in formulas:
            look = "sum" if name == "difference" else "text"
            self.name(self.both(words[name]), look)
            self.sheet.write_blank(self.line, 1, None, self.formats[look])
            number = "sum_number" if name == "difference" else "number"
            self.sheet.write_formula(self.line, 2, formula, self.formats[number], value)
            self.line += 1
        self.line += 1

    def _parts(self, dimension: str) -> None:
        words = movement_words()
        kinds = list(words["kinds"])
        self.section(dimension)
        self.pair_heads([words["kinds"][kind] for kind in kinds])
        rows = [row for row in self.facts.entries.to_pylist() if row["dimension"] == dimension]
        values = sorted(
            {row["value"] for row in rows}, key=lambda value: (value == "", self.label(dimension, value))
        )
        first = self.line
        sums = [[0, 0] for _ in kinds]
        for value in values:
            self.name(self.label(dimension, value), "text")
            for place, kind in enumerate(kinds):
                chosen = [row for row in rows if row["value"] == value and row["kind"] == kind]
                figures = [sum(row[name] for row in chosen) for name in ("people", "total_idr")]
                self._pair(place, figures, kind, first=self.line)
                sums[place] = [have + more for have, more in zip(sums[place], figures, strict=True)]
            self.line += 1
        self.name(self.both(words["total"]), "sum")
        for place, figures in enumerate(sums):
            for side, value in enumerate(figures):
                letter = chr(ord("B") + 2 * place + side)
                formula = f"=SUM({letter}{first + 1}:{letter}{self.line})" if values else "=0"
                self.sheet.write_formula(
                    self.line, 1 + 2 * place + side, formula, self.formats["sum_number"], value
                )
        self.line += 2

    def _pair(self, place: int, figures: Sequence[int], kind: str, first: int) -> None:
        """People and rupiah of one kind; the closing of a value is the sum of what stands left of it."""
        for side, value in enumerate(figures):
            column = 1 + 2 * place + side
            if kind == "closing":
                letters = [chr(ord("B") + 2 * other + side) for other in range(place)]
                formula = "=" + "+".join(f"{letter}{first + 1}" for letter in letters)
                self.sheet.write_formula(first, column, formula, self.formats["part"], value)
            else:
                self.sheet.write_number(first, column, value, self.formats["part"])

    def _booked(self) -> None:
        words = movement_words()
        self.section("booked")
        both = f"{self.both(words['covered'])}, {self.both(words['reason'])}"
        self.heads([(both, ""), words["columns"]["people"], words["columns"]["idr"]])
        first = self.line
        for month, reason, people, idr in self.facts.booked:
            name = f"{indonesian_month(Period.parse(month))}: {self.reason(reason)}"
            self.figures(name, people, idr)
        if not self.facts.booked:
            self.figures(self.both(words["nothing"]), 0, 0)
        self.name(self.both(words["total"]), "sum")
        for column, place in (("B", 2), ("C", 3)):
            value = sum(row[place] for row in self.facts.booked)  # type: ignore[misc]
            formula = f"=SUM({column}{first + 1}:{column}{self.line})"
            self.sheet.write_formula(self.line, place - 1, formula, self.formats["sum_number"], value)
        self.line += 1
