"""Kemendagri codes of the city's kecamatan and kelurahan, and their names however they are written."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_PREFIX = re.compile(r"^(KELURAHAN|KECAMATAN|KEL|KEC|DESA|DS)\b[.\s]*")
_NOT_LETTERS = re.compile(r"[^A-Z]")


@dataclass(frozen=True, slots=True)
class Kelurahan:
    """One kelurahan with the kecamatan it lies in. Codes as `32.75.02.1005` and `32.75.02`."""

    code: str
    name: str
    kecamatan_code: str
    kecamatan_name: str


@dataclass(frozen=True, slots=True)
class City:
    """The city whose residents the programme covers."""

    regency_code: str
    regency_name: str
    province_code: str
    province_name: str
    kelurahan: tuple[Kelurahan, ...]
    aliases: tuple[str, ...] = ()  # ways to write the city's name
    unclear: tuple[str, ...] = ()  # names that may mean the city or its neighbour


@cache
def city() -> City:
    """Kota Bekasi: 12 kecamatan, 56 kelurahan."""
    tree = yaml.safe_load(Path(__file__).with_name("regions.yaml").read_text(encoding="utf-8"))
    places = tuple(
        Kelurahan(code, name, kecamatan_code, kecamatan["name"])
        for kecamatan_code, kecamatan in tree["kecamatan"].items()
        for code, name in kecamatan["kelurahan"].items()
    )
    return City(
        tree["regency"]["code"],
        tree["regency"]["name"],
        tree["province"]["code"],
        tree["province"]["name"],
        places,
        tuple(tree["regency"]["aliases"]),
        tuple(tree["regency"]["unclear"]),
    )


def place_key(name: str) -> str:
    """Fold a place name for comparison: `Kel. Jaka Sampurna` and `JAKASAMPURNA` give the same key."""
    return _NOT_LETTERS.sub("", _PREFIX.sub("", name.strip().upper()))
