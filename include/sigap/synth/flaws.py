"""Which rows of an association carry a spoilt NIK, and what that should end in: the words of flaws.yaml."""

from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import yaml

from sigap.synth.draw import Dice, Keys, weigh

NUMBER = "number"


@cache
def _flaws() -> dict[str, dict[str, Any]]:
    tree: dict[str, dict[str, Any]] = yaml.safe_load(
        Path(__file__).with_name("flaws.yaml").read_text(encoding="utf-8")
    )
    return tree


def draw_flaws(dice: Dice, slot: str, keys: Keys, has_numbers: pa.Array, is_safe: pa.Array) -> pa.Array:
    """The flaw of each row, null for none. `has_numbers`: cells can be numeric; `is_safe`: no flaw."""
    shares = [flaw["share"] for flaw in _flaws().values()]
    drawn = weigh(dice.share(f"flaw {slot}", keys), [*shares, 1000 - sum(shares)])
    flaws = pa.array([*_flaws(), None]).take(pa.array(drawn))
    is_impossible = pc.and_(pc.equal(flaws, NUMBER), pc.invert(has_numbers))
    return pc.if_else(
        pc.or_(is_safe, pc.fill_null(is_impossible, False)), pa.scalar(None, pa.string()), flaws
    )


def reasons_of(flaws: pa.Array) -> pa.Array:
    """The reason code that each flaw should end with, null where the NIK is still whole."""
    names = pa.array(list(_flaws()))
    codes = pa.array([flaw["reason"] for flaw in _flaws().values()], pa.string())
    return codes.take(pc.index_in(flaws, value_set=names))


def spoil(nik: pa.Array, flaws: pa.Array) -> pa.Array:
    """Write each NIK as its flaw says. `number` stays whole here: the writer of the cell loses the digit."""
    start, middle = pc.utf8_slice_codeunits(nik, 0, 8), pc.utf8_slice_codeunits(nik, 10, 16)
    written = {
        "missing": pa.scalar(""),
        "short": pc.utf8_slice_codeunits(nik, 0, 15),
        "long": pc.binary_join_element_wise(nik, "7", ""),
        "month": pc.binary_join_element_wise(start, "13", middle, ""),
        "serial": pc.binary_join_element_wise(pc.utf8_slice_codeunits(nik, 0, 12), "0000", ""),
        "placeholder": pa.scalar("0" * 16),
        "spaced": pc.replace_substring_regex(nik, r"^(\d{4})(\d{4})(\d{4})(\d{4})$", r"\1 \2 \3 \4"),
    }
    is_so = [pc.fill_null(pc.equal(flaws, flaw), False) for flaw in written]
    return pc.case_when(pc.make_struct(*is_so), *written.values(), nik)
