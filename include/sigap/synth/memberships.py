"""The membership extract of BPJS Ketenagakerjaan: what the listed people hold, among many strangers."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml
from numpy.typing import NDArray

from sigap.domain.period import Period
from sigap.synth.cases import cases
from sigap.synth.draw import Dice, Indices, Keys, weigh
from sigap.synth.names import draw_names
from sigap.synth.people import FIRST_STRANGER, draw_identities

COLUMNS = (
    "nik", "kpj", "nama", "tanggal_lahir", "segmen", "status", "npp_or_wadah", "payer_name", "program_set",
    "coverage_start", "coverage_end", "last_paid_month", "as_of_date",
)  # fmt: skip
SCHEMA = pa.schema([pa.field(name, pa.string()) for name in COLUMNS])
_BATCH = 250_000
_DAYS_BEFORE = 5  # the extract is drawn that many days before the month begins
_SECOND = 500_000_000  # numbers of second memberships
_LEFT_BEFORE = 0.2
_GROWN_UP_MONTHS = 18 * 12 + 1
_COMPANIES = (
    "PT CONTOH JAYA",
    "PT MISAL MAKMUR",
    "CV UMPAMA",
    "PT ANDAIKAN ABADI",
    "PT SEUMPAMA SENTOSA",
    "KOPERASI TELADAN",
)


@dataclass(frozen=True, slots=True)
class Members:
    """Some people who hold a membership: who they are and the kind of it (a position in memberships.yaml)."""

    keys: Keys
    nik: pa.Array
    full_name: pa.Array
    birth_date: pa.Array
    kind: Indices


@cache
def _kinds() -> dict[str, dict[str, Any]]:
    tree: dict[str, dict[str, Any]] = yaml.safe_load(
        Path(__file__).with_name("memberships.yaml").read_text(encoding="utf-8")
    )
    return tree


def as_of_date(period: Period) -> dt.date:
    """The day on which the extract of a month was drawn."""
    return period.first_day - dt.timedelta(days=_DAYS_BEFORE)


def listed_memberships(dice: Dice, people: pa.Table, period: Period) -> pa.Table:
    """The memberships of listed people; some who are covered now left an employer years ago."""
    positions = {name: position for position, name in enumerate(_kinds())}
    kinds = np.asarray([-1 if entry.membership is None else positions[entry.membership] for entry in cases()])
    kind = kinds[people["case"].to_numpy()]
    members = people.filter(pa.array(kind >= 0))
    keys = members["person"].to_numpy()
    left_before = pa.array(dice.share("left before", keys) < _LEFT_BEFORE)
    former = members.filter(left_before)
    left = np.full(former.num_rows, positions["left_work"])
    return pa.concat_tables(
        [
            _rows(dice, _members(members, keys, kind[kind >= 0]), period),
            _rows(dice, _members(former, former["person"].to_numpy() + _SECOND, left), period),
        ]
    )


def _members(people: pa.Table, keys: Keys, kind: Indices) -> Members:
    nik, full_name, birth_date = (
        people[name].combine_chunks() for name in ("nik", "full_name", "birth_date")
    )
    return Members(keys, nik, full_name, birth_date, kind)


def stranger_memberships(dice: Dice, first: int, count: int, period: Period) -> Iterator[pa.Table]:
    """Memberships of people who are in no list, from the stranger numbered `first` on, in batches."""
    shares = [kind["strangers"] for kind in _kinds().values()]
    for start in range(first, first + count, _BATCH):
        keys = FIRST_STRANGER + np.arange(start, min(start + _BATCH, first + count))
        found = draw_identities(dice, keys, ["adult"] * len(keys))
        names = draw_names(dice, "name", keys, found.sex)
        birth = pa.array(found.birth.astype("datetime64[D]"))
        kind = weigh(dice.share("kind", keys), shares)
        yield _rows(dice, Members(keys, pa.array(found.nik).cast(pa.string()), names, birth, kind), period)


def _rows(dice: Dice, members: Members, period: Period) -> pa.Table:
    """All columns of the extract, as text."""
    keys = members.keys
    npp, payer = _payers(dice, members)
    last_paid = _months(dice, "last_paid", members, period)
    started = _started(dice, members, last_paid, period)
    values = [
        members.nik,
        pc.cast(pa.array(99_000_000_000 + keys), pa.string()),
        pc.utf8_upper(members.full_name),
        members.birth_date.cast(pa.string()),
        pa.array([kind["segment"] for kind in _kinds().values()]).take(pa.array(members.kind)),
        _choose(dice, "status", members),
        npp,
        payer,
        _choose(dice, "programmes", members),
        pa.array(started.astype("datetime64[D]")).cast(pa.string()),
        _coverage_end(members.kind, last_paid, period),
        pa.array(np.datetime_as_string(last_paid, unit="M")),
        pa.array([as_of_date(period).isoformat()]).take(pa.array(np.zeros(len(keys), dtype=np.int64))),
    ]
    return pa.table(values, schema=SCHEMA)


def _months(dice: Dice, field: str, members: Members, period: Period) -> NDArray[np.datetime64]:
    """A month before the period, between the two ends that the kind allows."""
    ends = np.asarray([kind[field] for kind in _kinds().values()])[members.kind]
    back = ends[:, 0] + dice.below(field, members.keys, ends[:, 1] - ends[:, 0] + 1)
    return np.asarray(np.datetime64(str(period), "M") - back)


def _started(
    dice: Dice, members: Members, last_paid: NDArray[np.datetime64], period: Period
) -> NDArray[np.datetime64]:
    """The first month of coverage: not before the person was of age, not after the last paid month."""
    grown_up = members.birth_date.to_numpy(zero_copy_only=False).astype("datetime64[M]") + _GROWN_UP_MONTHS
    return np.asarray(np.minimum(np.maximum(_months(dice, "started", members, period), grown_up), last_paid))


def _coverage_end(kind: Indices, last_paid: NDArray[np.datetime64], period: Period) -> pa.Array:
    is_open = np.asarray([entry.get("open", False) for entry in _kinds().values()])[kind]
    ends_after = np.asarray([entry.get("ends_after", 0) for entry in _kinds().values()])[kind]
    last_month = np.where(ends_after > 0, np.datetime64(str(period), "M") + ends_after, last_paid)
    last_day = (last_month + 1).astype("datetime64[D]") - 1
    return pc.if_else(pa.array(is_open), "", pa.array(last_day).cast(pa.string()))


def _choose(dice: Dice, field: str, members: Members) -> pa.Array:
    choices = [kind[field] for kind in _kinds().values()]
    return pa.array([choice for group in choices for choice in group]).take(
        _position(dice, field, members, choices)
    )


def _position(dice: Dice, field: str, members: Members, choices: list[Any]) -> pa.Array:
    sizes = np.asarray([len(group) for group in choices])
    starts = (np.cumsum(sizes) - sizes)[members.kind]
    return pa.array(starts + dice.below(field, members.keys, sizes[members.kind]))


def _payers(dice: Dice, members: Members) -> tuple[pa.Array, pa.Array]:
    """NPP or wadah, and the name of the payer."""
    firms = [(f"JJ{900_000 + number}", f"{firm} {number:02d}") for number in range(60) for firm in _COMPANIES]
    choices = [firms if kind["payers"] == "companies" else kind["payers"] for kind in _kinds().values()]
    position = _position(dice, "payer", members, choices)
    flat = [payer for group in choices for payer in group]
    return pa.array([code for code, _ in flat]).take(position), pa.array([name for _, name in flat]).take(
        position
    )
