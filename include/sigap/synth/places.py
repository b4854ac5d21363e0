"""Homes and trades of invented people: the city's own table of kelurahan and the words of places.yaml."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from numpy.typing import NDArray

from sigap.domain.region import city
from sigap.synth.draw import Dice, Indices, Keys

HOME = ("kelurahan", "kecamatan", "kabupaten", "provinsi")


@cache
def words() -> dict[str, Any]:
    """The content of places.yaml."""
    tree: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("places.yaml").read_text(encoding="utf-8"))
    return tree


def sector_codes() -> tuple[str, ...]:
    """The codes of the associations, which are also the sectors."""
    return tuple(words()["sectors"])


@cache
def city_prefixes() -> tuple[int, ...]:
    """The NIK prefixes of the city's kecamatan: 327501 to 327512."""
    return tuple(sorted({int(place.kecamatan_code.replace(".", "")) for place in city().kelurahan}))


@cache
def _homes() -> pa.Table:
    here = city()
    inside = [
        {"kelurahan": place.name, "kecamatan": place.kecamatan_name, "kabupaten": here.regency_name,
         "provinsi": here.province_name}
        for place in here.kelurahan
    ]  # fmt: skip
    return pa.Table.from_pylist(inside + words()["outside"])


def draw_homes(dice: Dice, keys: Keys, is_outside: NDArray[np.bool_]) -> dict[str, pa.Array]:
    """Address, RT, RW, kelurahan, kecamatan, kabupaten and provinsi per key."""
    inside = len(city().kelurahan)
    outside = _homes().num_rows - inside
    home = np.where(
        is_outside, inside + dice.below("outside", keys, outside), dice.below("home", keys, inside)
    )
    columns = {name: _homes()[name].combine_chunks().take(pa.array(home)) for name in HOME}
    number = pa.array(1 + dice.below("house", keys, 180)).cast(pa.string())
    lane, street = (pick(dice, kind, keys, words()[kind]) for kind in ("lanes", "streets"))
    return columns | {
        "address": pc.binary_join_element_wise(lane, street, "No.", number, " "),
        "rt": digits(1 + dice.below("rt", keys, 12), 3),
        "rw": digits(1 + dice.below("rw", keys, 24), 3),
    }


def draw_jobs(dice: Dice, keys: Keys, sector: Indices) -> pa.Array:
    """What each person does, in the words of their sector."""
    jobs = [entry["jobs"] for entry in words()["sectors"].values()]
    sizes = np.asarray([len(group) for group in jobs])
    start = (np.cumsum(sizes) - sizes)[sector]
    flat = pa.array([job for group in jobs for job in group])
    return flat.take(pa.array(start + dice.below("job", keys, sizes[sector])))


def pick(dice: Dice, purpose: str, keys: Keys, choices: list[str]) -> pa.Array:
    """One of the choices per key."""
    return pa.array(choices).take(pa.array(dice.below(purpose, keys, len(choices))))


def digits(numbers: Indices, width: int) -> pa.Array:
    """Numbers as text with leading zeros."""
    return pc.utf8_lpad(pa.array(numbers).cast(pa.string()), width, "0")
