"""Names of invented people, put together from the parts in names.yaml."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from sigap.synth.draw import Dice, Indices, Keys, weigh

_SEXES = "LP"
_ONE_WORD, _MUHAMMAD, _THREE_WORDS = 0.06, 0.16, 0.28  # shares, cumulated; all others have two words


@cache
def _tree() -> dict[str, Any]:
    tree: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("names.yaml").read_text(encoding="utf-8"))
    return tree


@cache
def _parts(kind: str) -> tuple[pa.Array, Indices, Indices]:
    """All parts in one row, and where each group and sex starts and how many parts it has."""
    groups = [_tree()[kind][group][sex] for group in _tree()["weights"] for sex in _SEXES]
    sizes = np.asarray([len(group) for group in groups])
    return pa.array([part for group in groups for part in group]), np.cumsum(sizes) - sizes, sizes


def draw_names(dice: Dice, purpose: str, keys: Keys, sex: Indices) -> pa.Array:
    """A full name per key; the same key, purpose and sex give the same name."""
    cell = weigh(dice.share(f"{purpose} group", keys), list(_tree()["weights"].values())) * 2 + sex
    first, second, third = (
        _pick(dice, f"{purpose} {part}", keys, kind, cell)
        for part, kind in (("first", "given"), ("second", "second"), ("third", "second"))
    )
    third = pc.if_else(pc.equal(second, third), first, third)
    muhammad = pa.array(_tree()["muhammad"])
    before = muhammad.take(pa.array(dice.below(f"{purpose} muhammad", keys, len(muhammad))))
    form = dice.share(f"{purpose} form", keys)
    return pc.case_when(
        pc.make_struct(
            pa.array(form < _ONE_WORD),
            pa.array((form < _MUHAMMAD) & (sex == 0)),
            pa.array(form < _THREE_WORDS),
        ),
        first,
        pc.binary_join_element_wise(before, first, " "),
        pc.binary_join_element_wise(first, second, third, " "),
        pc.binary_join_element_wise(first, second, " "),
    )


def _pick(dice: Dice, purpose: str, keys: Keys, kind: str, cell: Indices) -> pa.Array:
    parts, starts, sizes = _parts(kind)
    return parts.take(pa.array(starts[cell] + dice.below(purpose, keys, sizes[cell])))


def respell(dice: Dice, purpose: str, keys: Keys, names: pa.Array, sex: pa.Array) -> pa.Array:
    """Write some names as a secretary might: M. for Muhammad, old spelling, two words of three, a title."""
    way = dice.share(purpose, keys)
    title = pc.if_else(pc.equal(sex, "L"), "H.", "Hj.")
    shortened = pc.replace_substring_regex(names, r"^(Muha|Moha|Mocha)m+ad ", "M. ")
    return pc.case_when(
        pc.make_struct(*(pa.array(way < limit) for limit in (0.08, 0.14, 0.20, 0.23))),
        shortened,
        pc.replace_substring(names, "u", "oe", max_replacements=1),
        pc.replace_substring_regex(names, r"^(\S+ \S+) \S+$", r"\1"),
        pc.binary_join_element_wise(title, names, " "),
        names,
    )


def add_degrees(dice: Dice, keys: Keys, names: pa.Array) -> pa.Array:
    """Put an academic degree behind half of the names, as lists of teachers do."""
    degrees = pa.array(_tree()["degrees"])
    degree = degrees.take(pa.array(dice.below("degree", keys, len(degrees))))
    has_degree = pa.array(dice.share("has degree", keys) < 0.5)
    return pc.if_else(has_degree, pc.binary_join_element_wise(names, degree, ", "), names)
