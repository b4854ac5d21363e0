"""How the workbook of pairs looks: agreeing facts quiet, unequal ones in colour, open cells warm."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

_INK, _MUTED, _ACCENT, _RULE = "#1C2430", "#7A838C", "#1F4E5F", "#C5CCD1"
_BOX = {"border": 1, "border_color": _RULE}
_CELL = _BOX | {"num_format": "@", "valign": "vcenter", "text_wrap": True, "font_color": _INK, "indent": 1}
_WEIGHT = _BOX | {"num_format": "[$-421]+0.0;[$-421]-0.0;[$-421]0.0", "valign": "vcenter", "align": "center"}
_OPEN = _CELL | {"locked": False, "bg_color": "#FFF8E1", "border_color": "#C9A227"}

_LOOKS: dict[str, dict[str, Any]] = {
    "head": _CELL | {"bold": True, "bg_color": "#E6ECEE"},
    "bar": {"bold": True, "font_color": "#FFFFFF", "bg_color": _ACCENT, "valign": "vcenter", "indent": 1},
    "made": _CELL | {"bg_color": "#E3F0F4", "bold": True},
    "label": _CELL | {"font_color": _MUTED},
    "plain": _CELL,
    "same": _CELL | {"font_color": _MUTED},
    "missing": _CELL | {"font_color": _MUTED, "bg_color": "#F4F6F7"},
    "near": _CELL | {"bg_color": "#FFF0BF"},
    "other": _CELL | {"bg_color": "#FFD9D6"},
    "unlike": {"bold": True, "font_color": "#B00020"},  # a piece of text within a cell
    "alike": {"font_color": _INK},
    "words": _CELL,
    "weight": _WEIGHT,
    "sum": _CELL | {"bold": True, "bg_color": "#F4F6F7"},
    "sum_weight": _WEIGHT | {"bold": True, "bg_color": "#F4F6F7"},
    "choice": _OPEN | {"bold": True, "align": "center", "font_size": 12, "indent": 0},
    "reason": _OPEN | {"valign": "top"},
    # the summary
    "title": {"bold": True, "font_size": 16, "font_color": _ACCENT},
    "subtitle": {"font_color": _MUTED},
    "section": {"bold": True, "font_size": 12, "font_color": _ACCENT},
    "fact": {"font_color": _MUTED, "valign": "top"},
    "count": {"num_format": "[$-421]#,##0", "bold": True, "align": "left"},
    "text": {"text_wrap": True, "valign": "top", "font_color": _INK},
    "cell": _CELL,
    "number": _BOX
    | {"num_format": "[$-421]+0.0;[$-421]-0.0;[$-421]0.0", "align": "center", "valign": "vcenter"},
    "link": _CELL | {"font_color": "#0B5CAD", "underline": 1, "align": "center", "indent": 0},
}


def add_formats(workbook: "Workbook") -> dict[str, "Format"]:
    """Give a workbook the formats that its sheets name."""
    return {
        name: workbook.add_format({"font_name": "Calibri", "font_size": 11} | look)
        for name, look in _LOOKS.items()
    }
