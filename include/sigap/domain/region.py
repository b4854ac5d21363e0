"""Kemendagri codes of Indonesia's regions, edition by edition, and the city's own kecamatan and kelurahan."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import yaml

REGIONS = pa.schema(
    [pa.field("region_code", pa.string()), pa.field("name", pa.string()), pa.field("bps_code", pa.string())]
)


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


@dataclass(frozen=True, slots=True)
class Edition:
    """One official table of codes: its decree, from when it counts, and whether somebody read the decree."""

    name: str
    valid_from: dt.date
    source: str
    is_verified: bool
    sha256: str  # of the table


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """What the editions in force at a month know together. An edition adds codes and takes none away.

    `places` (REGIONS) are provinces, regencies, kecamatan and kelurahan; a code that several editions name
    stands there once per name. `neighbours` are names of kecamatan that are known to lie elsewhere.
    """

    editions: tuple[Edition, ...]
    places: pa.Table
    neighbours: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """The digest of all editions: another one, another answer."""
        return hashlib.sha256(" ".join(sorted(one.sha256 for one in self.editions)).encode()).hexdigest()


@cache
def city() -> City:
    """Kota Bekasi: 12 kecamatan, 56 kelurahan."""
    tree = _load("regions")
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


@cache
def shipped_regions() -> Regions:
    """The edition that comes with SIGAP: provinces, West Java's regencies, the city's parts."""
    wide, own = _load("provinces"), _load("regions")
    places = [
        *({"region_code": code, "name": name} for code, name in wide["provinces"].items()),
        *({"region_code": code, "name": name} for code, name in wide["regencies"].items()),
    ]
    for code, kecamatan in own["kecamatan"].items():
        places.append({"region_code": code, "name": kecamatan["name"], "bps_code": kecamatan["bps"]})
        places += [{"region_code": part, "name": name} for part, name in kecamatan["kelurahan"].items()]
    editions = tuple(_edition(name, tree["edition"]) for name, tree in (("provinces", wide), ("city", own)))
    neighbours = tuple(name for names in wide["neighbours"].values() for name in names)
    return Regions(editions, pa.Table.from_pylist(places, schema=REGIONS), neighbours)


def add_editions(regions: Regions, editions: Iterable[tuple[Edition, pa.Table]]) -> Regions:
    """The regions with the tables (REGIONS) of further editions."""
    added = list(editions)
    places = pa.concat_tables([regions.places, *(table.select(REGIONS.names) for _, table in added)])
    return Regions(
        (*regions.editions, *(edition for edition, _ in added)),
        places.group_by(REGIONS.names, use_threads=False).aggregate([]),
        regions.neighbours,
    )


def nik_prefixes(regions: Regions) -> pa.Table:
    """The areas that a NIK may begin with: column prefix, of 2, 4 or 6 digits.

    A NIK is judged as far as the editions go: its regency only where regencies of the province are listed,
    its kecamatan only where kecamatan of the regency are. Below a province or regency that was split nothing
    is listed, because NIK given out before keep codes that newer editions do not have.
    """
    digits = pc.replace_substring(regions.places["region_code"], ".", "")
    areas = digits.filter(pc.less_equal(pc.utf8_length(digits), 6))
    wide = _load("provinces")
    for parent in (code.replace(".", "") for code in wide["split"]):
        is_below = pc.and_(pc.starts_with(areas, parent), pc.greater(pc.utf8_length(areas), len(parent)))
        areas = areas.filter(pc.invert(is_below))
    former = pa.chunked_array([pa.array(wide["former"], pa.string())])
    prefixes = pc.unique(pa.chunked_array([*areas.chunks, *former.chunks], pa.string()))
    return pa.table({"prefix": prefixes.take(pc.sort_indices(prefixes))})


def _edition(name: str, facts: dict[str, Any]) -> Edition:
    digest = hashlib.sha256(_path({"provinces": "provinces", "city": "regions"}[name]).read_bytes())
    return Edition(
        f"{facts['reference']} ({name})",
        facts["valid_from"],
        facts["source"],
        facts["verified"],
        digest.hexdigest(),
    )


@cache
def _load(name: str) -> dict[str, Any]:
    tree: dict[str, Any] = yaml.safe_load(_path(name).read_text(encoding="utf-8"))
    return tree


def _path(name: str) -> Path:
    return Path(__file__).with_name(f"{name}.yaml")
