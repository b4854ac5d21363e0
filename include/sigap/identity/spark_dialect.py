"""A model's settings as Splink's Spark backend takes them: the same conditions in the words of Spark."""

import copy
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp

from sigap.identity.model import Model

# What DuckDB knows and Spark does not. Digits that differ at the same place, of numbers of one length.
_HAMMING = (
    "size(filter(sequence(1, length({a})), place -> substring({a}, place, 1) <> substring({b}, place, 1)))"
)


def spark_settings(model: Model, rules: Sequence[str], link_type: str) -> dict[str, Any]:
    """Splink settings that look for pairs by `rules` (conditions over l and r) and keep ids and weight alone.

    Similarities of words are exact from 0.7 up and 0 below, so a model's limits must lie above that.
    """
    settings: dict[str, Any] = copy.deepcopy(dict(model.splink))
    for comparison in settings["comparisons"]:
        for level in comparison["comparison_levels"]:
            if level["sql_condition"].strip().upper() != "ELSE":
                level["sql_condition"] = in_spark(level["sql_condition"])
    return settings | {
        "sql_dialect": "spark",
        "link_type": link_type,
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": in_spark(rule), "sql_dialect": "spark"} for rule in rules
        ],
        "retain_intermediate_calculation_columns": False,
        "retain_matching_columns": False,
    }


def in_spark(condition: str) -> str:
    """A condition of DuckDB in Spark's dialect, the functions that Spark lacks written out."""
    tree = sqlglot.parse_one(condition, read="duckdb").transform(_written_out)
    return tree.sql(dialect="spark", comments=False)


def _written_out(node: exp.Expression) -> exp.Expression:
    name = node.name.lower() if isinstance(node, exp.Anonymous) else type(node).__name__.lower()
    template = _TEMPLATES.get(name)
    if template is None:
        return node
    first, second = node.expressions if isinstance(node, exp.Anonymous) else (node.this, node.expression)
    text = template().replace("{a}", first.sql("spark")).replace("{b}", second.sql("spark"))
    return exp.paren(sqlglot.parse_one(text, read="spark"))


def _jaro_winkler() -> str:
    return Path(__file__).with_name("spark_jaro_winkler.sql").read_text(encoding="utf-8")


_TEMPLATES: Mapping[str, Callable[[], str]] = {
    "hamming": lambda: _HAMMING,
    "jarowinklersimilarity": _jaro_winkler,
}
