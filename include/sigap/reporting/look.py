"""How the workbook looks: one quiet accent, thin rules, no filled areas but the header of a table."""

from copy import copy

from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

_INK, _MUTED, _ACCENT = "FF1C2430", "FF6B7480", "FF1F4E5F"
_FACE = "Calibri"
# [$-421]: Indonesian separators, also where the program speaks another language
RUPIAH_FORMAT = "[$-421]#,##0"
_SHARE_FORMAT = "[$-421]0.0%"

_thin, _hair = Side("thin", color="FF9AA5AE"), Side("hair", color="FFC3CAD0")
_SHADE = PatternFill("solid", fgColor="FFEEF2F3")


def _style(
    name: str,
    *,
    size: float = 10,
    bold: bool = False,
    color: str = _INK,
    face: str = _FACE,
    horizontal: str | None = None,
    vertical: str = "center",
    wrap: bool = False,
    number_format: str = "General",
    border: Border | None = None,
    fill: PatternFill | None = None,
) -> NamedStyle:
    return NamedStyle(
        name,
        font=Font(name=face, size=size, bold=bold, color=color),
        alignment=Alignment(horizontal=horizontal, vertical=vertical, wrap_text=wrap),
        number_format=number_format,
        border=border or Border(),
        fill=fill or PatternFill(),
    )


def add_styles(workbook: Workbook) -> dict[str, StyleArray]:
    """Give a workbook the styles that the sheets name; returns what stands for each in a cell."""
    below, total = Border(bottom=_hair), Border(top=_thin, bottom=_thin)
    styles = (
        _style("head", size=13, bold=True, color=_ACCENT, horizontal="center"),
        _style("subhead", size=10, color=_MUTED, horizontal="center"),
        _style("title", size=15, bold=True, horizontal="center"),
        _style("section", size=10.5, bold=True, color=_ACCENT),
        _style("label", vertical="top"),
        _style("text", vertical="top", wrap=True),
        _style("right", horizontal="right"),
        _style("strong", bold=True, vertical="top", wrap=True),
        _style("quote", size=10.5, wrap=True),
        _style("note", size=8, color=_MUTED, vertical="top", wrap=True),
        _style("note_line", size=8, color=_MUTED),
        _style("note_centre", size=8, color=_MUTED, horizontal="center"),
        _style("note_right", size=8, bold=True, color=_ACCENT, horizontal="right", vertical="top"),
        _style("digest", size=8, face="Consolas", color=_MUTED, vertical="top"),
        _style("sign", horizontal="center", wrap=True, vertical="top"),
        _style("column", bold=True, wrap=True, horizontal="center", border=total, fill=_SHADE),
        _style("cell", border=below),
        _style("cell_wrap", border=below, wrap=True),
        _style("centre", border=below, horizontal="center"),
        _style("nik", border=below, number_format="@", horizontal="center"),
        _style("day", border=below, number_format="dd/mm/yyyy", horizontal="center"),
        _style("idr", border=below, number_format=RUPIAH_FORMAT, horizontal="right"),
        _style("share", border=below, number_format=_SHARE_FORMAT, horizontal="right"),
        _style("total", bold=True, border=total),
        _style("total_idr", bold=True, border=total, number_format=RUPIAH_FORMAT, horizontal="right"),
        _style("total_count", bold=True, border=total, number_format=RUPIAH_FORMAT, horizontal="center"),
        _style("total_share", bold=True, border=total, number_format=_SHARE_FORMAT, horizontal="right"),
        _style("small_id", size=8, color=_MUTED, border=below, horizontal="right", number_format="0"),
    )
    for style in styles:
        workbook.add_named_style(style)
    return {style.name: style.as_tuple() for style in styles}


def style_numbers(sheet: Worksheet, style: StyleArray) -> tuple[int, int]:
    """What a style is called in the file: as it is, and with the quote prefix that keeps text as text."""
    known, quoted = sheet.parent._cell_styles, copy(style)
    quoted.quotePrefix = 1
    return known.add(style), known.add(quoted)


def bilingual(indonesian: str, english: str, *, bold: bool = False, lines: bool = False) -> CellRichText:
    """Indonesian, then small muted English beside or below it. For our own words only, never for data."""
    first = InlineFont(rFont=_FACE, sz=10, b=bold, color=_INK)
    second = InlineFont(rFont=_FACE, sz=8, color=_MUTED)
    return CellRichText(
        TextBlock(first, indonesian), TextBlock(second, f"{chr(10) if lines else '  '}{english}")
    )
