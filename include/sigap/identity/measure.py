"""How good links are, measured where the truth is known: shares with their 95 % intervals."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from sigap.engine import connect
from sigap.identity.cascade import Linked, link_records
from sigap.identity.model import Model
from sigap.identity.normalise import standardise
from sigap.identity.policy import policy
from sigap.identity.terms import Terms

MEASURES = (
    "precision",  # of the pairs of a listed row and a membership called same: share that is one person
    "recall",  # of the pairs that are one person: share called same
    "f1",  # both in one figure
    "called_new",  # of the listed rows of insured people: share for which no membership was even doubtful
    "in_review",  # of all listed rows: share with a pair that a person has to look at
    "rows_precision",  # as precision, of pairs of listed rows
    "rows_recall",
)
SOURCE_CLASSES = ("all", "registry", "association")
Engine = Callable[[pa.Table, pa.Table], Linked]
_Z = 1.959964  # 95 % of a normal distribution lie between -z and z


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured share, 0 to 1, with the interval it lies in by 95 %; `n` is what it is a share of."""

    measure: str
    source_class: str
    value: float
    low: float
    high: float
    n: int


def measure(
    workers: pa.Table, truth_workers: pa.Table, truth_members: pa.Table, linked: Linked
) -> list[Figure]:
    """The figures of a result, in the order of MEASURES and SOURCE_CLASSES; shares of nothing are left out.

    `workers` needs `record` and `source`; the truths hold `record` and `person`.
    """
    with connect() as connection:
        tables = {"workers": workers, "truth_workers": truth_workers, "truth_members": truth_members}
        for name, rows in (tables | {"pairs": linked.pairs, "entities": linked.entities}).items():
            connection.register(name, rows)
        script = Path(__file__).with_name("measure.sql").read_text(encoding="utf-8")
        values = {"registry": list(policy().registry)}
        for statement in connection.extract_statements(script):
            connection.execute(statement, {key: values[key] for key in statement.named_parameters})
        counted = connection.sql("SELECT measure, source_class, hits, n FROM counted").fetchall()
    counts = {(name, source_class): (hits, n) for name, source_class, hits, n in counted}
    places = [(name, source_class) for name in MEASURES for source_class in SOURCE_CLASSES]
    return [_figure(*place, *counts[place]) for place in places if counts.get(place, (0, 0))[1]]


def run_engine(model: Model) -> Engine:
    """The engine with a model, from RECORDS of both sides to what it finds."""

    def run(workers: pa.Table, members: pa.Table) -> Linked:
        terms = Terms.from_json(model.terms)
        with connect() as connection:
            for name, rows in {"worker": workers, "member": members}.items():
                connection.register(f"{name}_record", rows)
                standardise(connection, f"{name}_record", name, terms)
            return link_records(connection, model)

    return run


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson's score: within 0 and 1, and never empty at either end."""
    centre = (hits + _Z**2 / 2) / (n + _Z**2)
    half = _Z / (n + _Z**2) * math.sqrt(hits * (n - hits) / n + _Z**2 / 4)
    return max(0.0, min(hits / n, centre - half)), min(1.0, max(hits / n, centre + half))


def _figure(name: str, source_class: str, hits: int, n: int) -> Figure:
    shares: tuple[float, ...] = (hits / n, *wilson(hits, n))
    if name == "f1":  # counted as hits among all that was said or is there; F1 grows with that share
        shares = tuple(2 * share / (1 + share) for share in shares)
    value, low, high = (round(share, 6) for share in shares)
    return Figure(name, source_class, value, low, high, n)
