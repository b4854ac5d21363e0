"""The waterfall chart of a pair: Splink's own definition with our words, drawn without browser or network.

Left out of Splink's chart are the values of both records, so that a chart names no person, and the axis of
probabilities, which are optimistic: what decides are the thresholds, and those are drawn.
"""

import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from itertools import accumulate
from pathlib import Path
from typing import Any

import yaml

from sigap.identity.model import Model
from sigap.identity.words import Language, Line, name_comparison, waterfall

_SPLINK = "splink/internals/files/chart_defs/match_weights_waterfall.json"
_VEGA_LITE = "5.21"  # Splink's definition is written for Vega-Lite 5
_NAMES = {"start": "Prior", "total": "Final score"}  # what the definition computes with
_STEP, _HEIGHT, _WRAP = 106, 330, 18
_ROOM = 15  # pixels: a lower bar has its number below it
_FOR, _AGAINST, _LIMIT = "#1a7a4c", "#b3372b", "#7a5c00"
_NUMBERS = {"decimal": ",", "thousands": ".", "grouping": [3], "currency": ["Rp", ""], "minus": "−"}


@dataclass(frozen=True, slots=True)
class WeighedPair:
    """Levels and weights of a pair by comparison, what they add up to, and the thresholds of its class.

    `title` says which pair it is and must name no person. `limits` holds `same` and `review`, or nothing
    where a rule decided whatever the weight.
    """

    title: str
    levels: Mapping[str, int]
    weights: Mapping[str, float]
    match_weight: float
    limits: Mapping[str, float]


def waterfall_svg(pairs: Sequence[WeighedPair], model: Model, language: Language = "id") -> str:
    """The charts of the pairs, one below the other, as one SVG. The same pairs always give the same text.

    A comparison whose value is missing has no bar. Where the model adjusts a weight by how frequent the value
    is, that part is a bar of its own. Raises `IdentityError` for a level that has no words.
    """
    import vl_convert

    drawn = {
        "vconcat": [_chart(pair, model, language) for pair in pairs],
        "spacing": 48,
        "config": {"font": "Liberation Sans, Arial, Helvetica, sans-serif", "view": {"stroke": "#d9dfe5"}},
    }
    numbers = _NUMBERS if language == "id" else None
    return str(vl_convert.vegalite_to_svg(drawn, vl_version=_VEGA_LITE, format_locale=numbers))


def waterfall_bars(pair: WeighedPair, model: Model, language: Language = "id") -> list[dict[str, Any]]:
    """What is drawn, bar by bar, under the field names of Splink's definition."""
    lines = waterfall(pair.levels, pair.weights, pair.match_weight, language)
    parts = [part for line in lines for part in _parts(line, pair, model, language)]
    return [
        {
            "column_name": _NAMES.get(line.comparison, line.comparison),
            "label_for_charts": line.words,
            "log2_bayes_factor": line.weight,
            "bayes_factor": 2.0**line.weight,
            "bar_sort_order": place,
            "record_number": 0,
            "name": name,
        }
        for place, (name, line) in enumerate(parts)
        if line.weight or line.comparison in _NAMES
    ]


def write_total(weight: float, language: Language) -> str:
    """A match weight or threshold with two decimals, so that what decides can be told apart: `4,25`."""
    text = f"{round(weight, 2) + 0.0:.2f}"  # never -0.00
    return text.replace(".", ",") if language == "id" else text


def _parts(line: Line, pair: WeighedPair, model: Model, language: Language) -> Iterator[tuple[str, Line]]:
    """A line with its name; as two where a term frequency changed its weight: the level's and the change."""
    name, words = name_comparison(line.comparison, language), _words()[language]
    plain = _weights(model).get((line.comparison, pair.levels.get(line.comparison, -1)))
    if plain is None or abs(line.weight - plain) < 1e-9:
        yield name, line
        return
    yield name, Line(line.comparison, line.words, plain, line.direction)
    change = line.weight - plain
    said = words["rare" if change > 0 else "common"]
    yield words["rarity"], Line(f"tf_{line.comparison}", said, change, line.direction)


def _weights(model: Model) -> dict[tuple[str, int], float]:
    """The weight of each level that is adjusted by term frequency, before that."""
    return {
        (comparison.name, level.number): level.weight
        for comparison in model.comparisons
        for level in comparison.levels
        if level.tf_column
    }


def _chart(pair: WeighedPair, model: Model, language: Language) -> dict[str, Any]:
    """Splink's chart of one pair in our words."""
    spec: dict[str, Any] = json.loads(_definition())
    words, bars = _words()[language], waterfall_bars(pair, model, language)
    (steps, connection) = spec["layer"]
    line, bar, number, name, *_ = steps["layer"]  # what is left are the values of both records
    axis, room = _axis(bars), _ROOM / _HEIGHT * _span(bars)
    for layer in (bar, number, name, connection):
        layer["encoding"]["x"] |= {"axis": axis, "sort": {"field": "bar_sort_order", "order": "ascending"}}
    connection["encoding"]["y"] = {"field": "sum", "type": "quantitative"}
    bar["encoding"]["y"]["axis"]["title"] = words["axis"]
    bar["encoding"]["y"]["scale"] = {"padding": 22}  # pixels, for the names above the highest bar
    bar["encoding"]["color"]["condition"]["value"], bar["encoding"]["color"]["value"] = _AGAINST, _FOR
    bar["encoding"]["opacity"]["value"] = 0.8
    del bar["encoding"]["tooltip"]
    name["mark"]["dy"] = -4
    name["encoding"]["text"]["field"] = "name"
    for text, test in (number, f"> {room}"), (small := json.loads(json.dumps(number)), f"<= {room}"):
        shown = text["encoding"]["text"]["condition"]
        shown |= {"format": "+.1f", "test": f"abs(datum.log2_bayes_factor) {test}"}
    small["mark"] |= {"dy": 9}
    small["encoding"]["color"] = {"value": "#333"}
    small["encoding"]["y"]["field"] = "sum_bottom"
    return {
        "title": {"text": pair.title, "subtitle": words["read"], "anchor": "start", "subtitlePadding": 4},
        "height": _HEIGHT,
        "width": {"step": _STEP},
        "data": {"values": bars},
        "transform": spec["transform"][1:],  # the first picks one of several records by a slider
        "layer": [*_limits(pair, language), line, bar, number, small, name, connection],
    }


def _span(bars: Sequence[Mapping[str, Any]]) -> float:
    """From the lowest to the highest end of a bar."""
    ends: list[float] = [0.0, *accumulate(bar["log2_bayes_factor"] for bar in bars[:-1])]
    return max(ends) - min(ends)


def _axis(bars: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Below each bar what was found, broken into lines."""
    said = {bar["column_name"]: textwrap.wrap(bar["label_for_charts"], _WRAP) for bar in bars}
    return {
        "labelExpr": f"({json.dumps(said)})[datum.value]",
        "labelAngle": 0,
        "labelLimit": _STEP * 2,
        "labelLineHeight": 12,
        "labelColor": "#333",
        "ticks": False,
        "domain": False,
        "grid": False,
        "labelPadding": 8,
        "title": None,
    }


def _limits(pair: WeighedPair, language: Language) -> list[dict[str, Any]]:
    """The thresholds as dashed lines across the chart."""
    values = [
        {
            "limit": pair.limits[name],
            "told": _words()[language][name].format(limit=write_total(pair.limits[name], language)),
            "name": name,
        }
        for name in ("review", "same")
        if name in pair.limits
    ]
    where = {"y": {"field": "limit", "type": "quantitative"}}
    rule = {"type": "rule", "color": _LIMIT, "strokeDash": [5, 4]}
    text = {"type": "text", "align": "left", "dx": 6, "color": _LIMIT}
    return [{"data": {"values": values}, "mark": rule, "encoding": where}] + [
        {
            "data": {"values": [value]},
            "mark": text | {"baseline": "bottom" if value["name"] == "same" else "top"},
            "encoding": where | {"x": {"value": "width"}, "text": {"field": "told", "type": "nominal"}},
        }
        for value in values
    ]


@cache
def _definition() -> str:
    """Splink's chart definition. Read as a file: importing Splink takes longer than drawing."""
    return Path(str(distribution("splink").locate_file(_SPLINK))).read_text(encoding="utf-8")


@cache
def _words() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("waterfall.yaml").read_text(encoding="utf-8")
    )
    return content
