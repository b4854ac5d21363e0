"""Pages of Great Expectations without its surroundings: the sections it renders, quiet, in Bahasa Indonesia.

Its own pages fetch styles and scripts from public networks and hide parts until a script shows them. Of what
it renders only plain tags are let through, without attributes: no address can be left over.
"""

import re
from dataclasses import dataclass
from functools import cache
from html import escape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from sigap.quality.words import name_column, report_words

if TYPE_CHECKING:
    from great_expectations.render.view import DefaultJinjaSectionView

_TAGS = {"table", "thead", "tbody", "tr", "th", "td", "ul", "ol", "li", "p", "h6", "strong", "em"}
_UNSEEN = {"script", "style"}
_MARKS = {"text-success": ("passed", "dipenuhi"), "text-danger": ("failed", "tidak dipenuhi")}
_HEADING = re.compile(r"(?s)<h5\b.*?</h5>")
_NUMBER = re.compile(r"[0-9]{4,9}")
_DECIMAL = re.compile(r"(?<=[0-9])[.](?=[0-9]+%)")


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a page: its heading and its body as HTML that is safe to show."""

    heading: str
    body: str


def render_sections(result: dict[str, Any]) -> list[Section]:
    """What Great Expectations says of a result: a section for the table, one per column, one on the run.

    Its overview is left out: the page around the sections gives the same in the words of the city.
    """
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResultSchema
    from great_expectations.render.renderer import ValidationResultsPageRenderer

    found = ExpectationSuiteValidationResultSchema().load(result)
    document = ValidationResultsPageRenderer(run_info_at_end=True).render(found)
    view = _view()
    return [
        Section(
            _heading(section.section_name),
            keep_plain(view.render({"section": section.to_json_dict(), "section_loop": {"index": place}})),
        )
        for place, section in enumerate(document.sections)
        if section.section_name != "Overview"
    ]


@cache
def _view() -> "DefaultJinjaSectionView":
    """One view for all pages: its templates take longer to compile than a page takes to render."""
    from great_expectations.render.view import DefaultJinjaSectionView

    return DefaultJinjaSectionView()


def keep_plain(page: str) -> str:
    """The page in plain tags without attributes, marks and words in Bahasa Indonesia, text escaped."""
    reader = _Plain()
    reader.feed(_HEADING.sub("", page))  # the page around a section has its own
    reader.close()
    return "".join(reader.kept)


class _Plain(HTMLParser):
    """Collects the allowed part of a page. A table's head without words is hidden there, and dropped here."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.kept: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _UNSEEN or (tag == "thead" and "hidden" in given):
            self._unseen += 1
        elif tag == "i":
            self._mark((given.get("class") or "").split())
        elif tag in _TAGS and not self._unseen:
            self.kept.append(f"<{tag}>")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN or (tag == "thead" and self._unseen):
            self._unseen -= 1
        elif tag in _TAGS and not self._unseen:
            self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._unseen:
            self.kept.append(escape(_translate(data.strip())))

    def _mark(self, classes: list[str]) -> None:
        for name in classes:
            if name in _MARKS:
                kind, word = _MARKS[name]
                self.kept.append(f'<span class="mark {kind}">{word}</span>')


def _heading(name: str) -> str:
    bare = name.removeprefix("received_")
    if bare != name:
        return str(report_words()["received"]).format(column=name_column(bare))
    return name_column(_translate(name))


def _translate(text: str) -> str:
    for pattern, replacement in report_words()["phrases"].items():
        if re.fullmatch(pattern, text):
            return _DECIMAL.sub(",", re.sub(pattern, replacement, text))
    return f"{int(text):,}".replace(",", ".") if _NUMBER.fullmatch(text) else text
