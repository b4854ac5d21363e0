"""Invented standardised records, drawn so small that every level of every comparison is met."""

import datetime as dt
import random
from typing import Any

import pyarrow as pa

from sigap.identity.records import STANDARD

WORDS = ("SITI", "AMINAH", "AMINA", "BUDI", "BUDY", "SANTOSO", "NURHAYATI", "NUR")
NICKS = {"BUDY": "BUDI"}
MOTHERS = ("SRI WAHYUNI", "SRI WAHYUNY", "MARYAM", "KASMINAH")
PLACES = ("32.75.02.1005", "32.75.02.1004", "32.75.05.1001", "32.75.06.1003")


def draw_records(count: int, seed: int, source: str = "list") -> pa.Table:
    """`count` records with the columns of STANDARD, about a tenth of every value missing."""
    chance = random.Random(seed)  # noqa: S311
    rows = [{"record": number, "source": source} | draw(chance) for number in range(count)]
    return pa.Table.from_pylist(rows, schema=STANDARD)


def draw(chance: random.Random) -> dict[str, Any]:
    words = [chance.choice(WORDS) for _ in range(chance.choice((1, 2, 2, 3)))]
    born = dt.date(1990, chance.choice((1, 4)), chance.choice((1, 4, 17)))
    nik = f"327502{chance.choice('04')}10490{chance.choice('01')}00{chance.choice('1234')}"
    part = chance.choice((nik[:12], nik[:8], nik[:3] + nik[4:], "123"))
    kind = chance.choice(("sound", "sound", "part", "none"))
    place = missing(chance, chance.choice(PLACES))
    return {
        "nik": nik if kind == "sound" else None,
        "nik_part": part if kind == "part" else None,
        **names(words, chance),
        **births(missing(chance, born), chance),
        "sex": missing(chance, chance.choice("LP")),
        "kk": missing(chance, chance.choice(("3275020101100001", "3275020101100002"))),
        "mother": missing(chance, chance.choice(MOTHERS)),
        "kelurahan_code": missing(chance, place),
        "kecamatan_code": place and place[:8],
        "phone": missing(chance, chance.choice(("+628111", "+628112"))),
    }


def names(words: list[str], chance: random.Random) -> dict[str, Any]:
    """What a name of these words becomes; now and then there is none."""
    if chance.random() < 0.1:
        return {}
    return {
        "name": " ".join(words),
        "first": words[0],
        "middle": words[1] if len(words) > 2 else None,
        "last": words[-1] if len(words) > 1 else None,
        "name_key": sum(hash_of(word) for word in words),
        "nick": " ".join(NICKS.get(word, word) for word in words),
        "tf_name": missing(chance, 1 / chance.randint(2, 5_000)),
    }


def births(born: dt.date | None, chance: random.Random) -> dict[str, Any]:
    if born is None:
        return {}
    swapped = born.replace(month=born.day, day=born.month) if born.day <= 12 else None
    return {
        "birth_date": born,
        "birth_swapped": swapped if swapped != born else None,
        "tf_birth_date": missing(chance, 1 / chance.randint(2, 5_000)),
    }


def hash_of(word: str) -> int:
    return int.from_bytes(word.encode()[:6], "big")


def missing(chance: random.Random, value: Any) -> Any:
    return None if chance.random() < 0.1 else value
