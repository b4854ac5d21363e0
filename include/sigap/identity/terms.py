"""How frequent names, their words and birth dates are: why Siti Aminah is weak evidence, and 1 January."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import duckdb
import pyarrow as pa

_TABLES = {"tokens": "token", "names": "name", "births": "birth_date"}
_RATES = ("rare_token", "rare_birth", "least_name")


@dataclass(frozen=True, slots=True)
class Terms:
    """Shares of all names, or of all birth dates, between 0 and 1, of what is frequent."""

    tokens: pa.Table  # token, frequency: share of the names that hold the word
    rare_token: float  # of a word that is not listed
    names: pa.Table  # name, frequency: the most frequent whole names, as standardised
    births: pa.Table  # birth_date, frequency
    rare_birth: float  # of a birth date that is not listed
    least_name: float  # no name that is not listed counts as less frequent

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> Self:
        """Read what `as_json` gave."""
        rates = {name: float(tree[name]) for name in _RATES}
        return cls(**{name: _table(key, tree[name]) for name, key in _TABLES.items()}, **rates)

    @classmethod
    def none(cls) -> Self:
        """Nothing known, every frequency 1: for the first standardising, in which terms are then counted."""
        return cls.from_json({name: {} for name in _TABLES} | dict.fromkeys(_RATES, 1.0))

    def as_json(self) -> dict[str, Any]:
        """Plain values, the most frequent first, with four digits, so that a review sees what changed."""
        rates = {name: _rounded(getattr(self, name)) for name in _RATES}
        return {name: _listed(getattr(self, name), key) for name, key in _TABLES.items()} | rates


def count_terms(
    connection: duckdb.DuckDBPyConnection, standard: str, *, at_least: int = 20, names: int = 20_000
) -> Terms:
    """Count the terms of the table `standard` (columns of STANDARD).

    Nothing that fewer than `at_least` rows share is listed, so that a model names nobody; of whole names only
    the `names` most frequent are. What is not listed counts as half as frequent as what just would be. In too
    few rows to list anything every frequency is 1 or near it: such terms tell nobody apart.
    """
    relation = connection.table(standard)
    relation.create_view("counted_rows", replace=True)
    script = Path(__file__).with_name("terms.sql").read_text(encoding="utf-8")
    values = {"at_least": at_least, "most": names}
    tables = {}
    for name, statement in zip(_TABLES, connection.extract_statements(script), strict=True):
        bound = {key: values[key] for key in statement.named_parameters}
        tables[name] = connection.sql(statement.query, params=bound).to_arrow_table()
    named, born = relation.aggregate("count(name), count(birth_date)").fetchall()[0]
    connection.execute("DROP VIEW counted_rows")
    half = at_least / 2
    return Terms(
        **tables,
        rare_token=half / max(named, half),
        rare_birth=half / max(born, half),
        least_name=1 / max(named, 1),
    )


def _table(key: str, listed: Mapping[str, float]) -> pa.Table:
    keys = pa.array(listed, pa.string())
    typed = keys.cast(pa.date32()) if key == "birth_date" else keys
    return pa.table({key: typed, "frequency": pa.array(listed.values(), pa.float64())})


def _listed(table: pa.Table, key: str) -> dict[str, float]:
    keys = table[key].cast(pa.string()).to_pylist()
    listed = dict(zip(keys, map(_rounded, table["frequency"].to_pylist()), strict=True))
    return dict(sorted(listed.items(), key=lambda pair: (-pair[1], pair[0])))


def _rounded(frequency: float) -> float:
    return float(f"{frequency:.4g}")
