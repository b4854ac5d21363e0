"""What the places named in a list mean in Kemendagri codes. Each way of writing one is read once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from duckdb import DuckDBPyConnection

from sigap.domain.region import Regions, city
from sigap.domain.source import Numbering
from sigap.quality.spelling import LEVELS, Names, place_key, spell_cells
from sigap.quality.words import blanks

OUTSIDE = "00.00"  # regency_code of an address that names a place which is not in the city
ADDRESS = (*LEVELS, "place_code")  # the received columns that say where somebody lives
_CODES = pa.schema(
    [
        *((name, pa.string()) for name in ("place_code", "regency_code", "kecamatan_code", "kelurahan_code")),
        ("is_known", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True)
class Atlas:
    """The names and codes that addresses are looked up in."""

    known: Mapping[str, Names]
    tables: Mapping[str, pa.Table]  # relations of places.sql


@lru_cache(maxsize=2)
def atlas(regions: Regions) -> Atlas:
    """What the regions know, ready to be looked up."""
    places = regions.places
    level = pc.count_substring(places["region_code"], ".")
    names = {depth: places.filter(pc.equal(level, depth)) for depth in range(4)}
    here = city()
    known = {
        "kelurahan": _names({place.name for place in here.kelurahan}, names[3]),
        "kecamatan": _names({place.kecamatan_name for place in here.kelurahan}, names[2], regions.neighbours),
        "kabupaten": _names({*here.aliases, *here.unclear}, names[1]),
    }
    elsewhere = pa.table({"key": pa.array(sorted(known["kecamatan"].elsewhere), pa.string())})
    codes = places.select(["region_code", "bps_code"]).group_by(["region_code", "bps_code"])
    tables = {
        "city_kelurahan": _city_kelurahan(),
        "city_names": _city_names(),
        "kecamatan_elsewhere": elsewhere,
        "region_codes": codes.aggregate([]),
    }
    return Atlas(known, tables)


def find_places(
    connection: DuckDBPyConnection, received: pa.Table, atlas: Atlas, numbering: Numbering
) -> pa.Table:
    """Every distinct address of `received` (its columns ADDRESS, as written) with what it means.

    Adds kelurahan_code, kecamatan_code and regency_code (the city's, OUTSIDE, or null when it cannot be
    told), and is_unknown, is_respelled and is_code_unknown: what has to be said of it. `numbering` is that of
    the codes in the list.
    """
    addresses = received.select(ADDRESS).group_by(ADDRESS).aggregate([])
    relations = dict(atlas.tables) | {
        "addresses": addresses,
        "spellings": _spell(addresses, atlas.known),
        "place_codes": addresses.select(["place_code"]).filter(_says(addresses["place_code"])),
    }
    for name, table in relations.items():
        connection.register(name, table)
    facts = {"city": city().regency_code, "outside": OUTSIDE}
    codes = _CODES.empty_table()
    if relations["place_codes"].num_rows:
        codes = connection.sql(_statement("codes"), params=facts | {"numbering": numbering}).to_arrow_table()
    connection.register("codes", codes)
    found = connection.sql(_statement("places"), params=facts).to_arrow_table()
    for name in (*relations, "codes"):
        connection.unregister(name)
    return found


def _spell(addresses: pa.Table, known: Mapping[str, Names]) -> pa.Table:
    """One row per column and text: the key of each level that it names, and whether a near one was read."""
    rows = []
    for level in LEVELS:
        texts = pc.unique(addresses[level].filter(_says(addresses[level]))).to_pylist()
        spelled = spell_cells(texts, level, known)
        for text, one in zip(texts, spelled, strict=True):
            near = {f"{name}_near": name in one.near for name in LEVELS}
            rows.append({"field": level, "text": text} | dict(one.keys) | near)
    fields = [(name, pa.string()) for name in ("field", "text", *LEVELS)]
    flags = [(f"{name}_near", pa.bool_()) for name in LEVELS]
    return pa.Table.from_pylist(rows, schema=pa.schema([*fields, *flags]))


def _says(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Where a cell is filled, and not with a word for nothing."""
    said = pc.utf8_upper(pc.utf8_trim_whitespace(texts))
    says_nothing = pc.is_in(said, value_set=pa.array([*blanks(), "", None], pa.string()))
    return pc.invert(says_nothing)


def _names(own: set[str], official: pa.Table, others: tuple[str, ...] = ()) -> Names:
    mine = frozenset(place_key(name) for name in own)
    folded = pc.unique(pc.replace_substring_regex(pc.utf8_upper(official["name"]), "[^A-Z]", ""))
    return Names(mine, frozenset(folded.to_pylist()).union(place_key(name) for name in others) - mine)


@cache
def _city_kelurahan() -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "kelurahan_key": place_key(place.name),
                "kelurahan_code": place.code,
                "kecamatan_key": place_key(place.kecamatan_name),
                "kecamatan_code": place.kecamatan_code,
            }
            for place in city().kelurahan
        ]
    )


def _city_names() -> pa.Table:
    """What a name in the regency's column means; any other is elsewhere. Its own province tells nothing."""
    meanings = {place_key(name): "unstated" for name in (*city().unclear, city().province_name)}
    meanings |= {place_key(name): "city" for name in city().aliases}
    return pa.table({"key": list(meanings), "meaning": list(meanings.values())})


@cache
def _statement(name: str) -> str:
    return Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
