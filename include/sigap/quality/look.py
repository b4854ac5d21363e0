"""How the correction workbook looks: quiet where nothing is to be done, red where a cell is wrong."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

_INK, _MUTED, _ACCENT, _RULE = "#1C2430", "#7A838C", "#1F4E5F", "#B8C0C6"
_TEXT = {"num_format": "@", "valign": "top"}  # as text: no program may read a number or a formula into a cell
_BOX = {"border": 1, "border_color": _RULE}
_OPEN = _TEXT | _BOX | {"locked": False, "font_color": _INK}
_PAPER = {"valign": "top", "font_color": _INK}

_LOOKS: dict[str, dict[str, Any]] = {
    # the list
    "heading": _TEXT | {"bold": True},
    "header": _TEXT | _BOX | {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#E6ECEE"},
    "fine": _TEXT | {"font_color": _MUTED},
    "open": _OPEN,
    "wrong": _OPEN | {"bg_color": "#FFC7CE", "font_color": "#9C0006", "bold": True},
    "doubtful": _OPEN | {"bg_color": "#FFEB9C"},
    "reason": _PAPER | _BOX | {"text_wrap": True, "bg_color": "#FFF8E6"},
    "reason_header": _PAPER
    | _BOX
    | {"bold": True, "valign": "vcenter", "text_wrap": True, "bg_color": "#9C0006", "font_color": "#FFFFFF"},
    # the summary
    "title": {"bold": True, "font_size": 16, "font_color": _ACCENT},
    "subtitle": {"font_size": 11, "font_color": _MUTED},
    "section": {"bold": True, "font_size": 12, "font_color": _ACCENT},
    "label": _PAPER | {"font_color": _MUTED},
    "text": _PAPER | {"text_wrap": True, "num_format": "@"},
    "count": _PAPER | {"num_format": "[$-421]#,##0", "align": "left", "bold": True},
    "column": _PAPER | _BOX | {"bold": True, "bg_color": "#E6ECEE", "text_wrap": True},
    "cell": _PAPER | _BOX | {"text_wrap": True, "num_format": "@"},
    "number": _PAPER | _BOX | {"num_format": "[$-421]#,##0", "align": "center"},
    "link": _PAPER | _BOX | {"font_color": "#0B5CAD", "underline": 1, "align": "center"},
    "plain": {"font_color": _MUTED},
}


def add_formats(workbook: "Workbook") -> dict[str, "Format"]:
    """Give a workbook the formats that its sheets name."""
    return {
        name: workbook.add_format({"font_name": "Calibri", "font_size": 11} | look)
        for name, look in _LOOKS.items()
    }
