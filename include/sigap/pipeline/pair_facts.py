"""The facts of rows as a person reads them, in Bahasa Indonesia: what stands in the checked lists."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sigap.audit.origin import Origin, Place, place_of
from sigap.domain.region import city
from sigap.pipeline.resources import Resources
from sigap.reporting.words import grouped, indonesian_date

RowKey = tuple[str, str, int]
"""Delivery, sheet ('' for a csv file) and line."""

_FACTS = {
    "quality.workers": (
        "nik", "nik_state", "nik_digits", "full_name", "birth_date", "sex", "address", "kelurahan_code",
        "kecamatan_code", "kk", "mother_name", "phone", "job",
    ),
    "quality.memberships": (
        "nik", "kpj", "full_name", "birth_date", "segment", "status", "payer_name", "coverage_start",
        "coverage_end", "last_paid_month", "as_of_date", "sex", "kelurahan_code", "kecamatan_code", "kk",
        "mother_name", "phone",
    ),
}  # fmt: skip


def facts_of(keys: Sequence[RowKey], origin: Origin, resources: Resources) -> dict[RowKey, dict[str, str]]:
    """The facts of rows as texts by the names that the workbook shows, by row; one read per delivery.

    They are taken as they had been checked when the run of link read them.
    """
    by_delivery: dict[str, set[RowKey]] = {}
    for key in keys:
        by_delivery.setdefault(key[0], set()).add(key)
    with resources.warehouse.connect() as connection:
        places = {name: place_of(connection, name, origin) for name in by_delivery}
    titles = {code: entry.title for code, entry in resources.catalog().items()}
    return {
        key: _texts(row, _origin_text(places[key[0]], key, titles))
        for delivery, wanted in by_delivery.items()
        for key, row in _rows(places[delivery], wanted, resources)
    }


def _rows(
    place: Place, wanted: Iterable[RowKey], resources: Resources
) -> Iterable[tuple[RowKey, dict[str, Any]]]:
    sought = set(wanted)
    among = pc.field("row").isin(pa.array([row for _, _, row in sought], pa.int32()))
    columns = ["delivery_id", "sheet", "row", *_FACTS[place.checked.dataset]]
    for row in resources.lake.find(place.checked, among, columns):
        key = (row["delivery_id"], row["sheet"] or "", row["row"])
        if key in sought:
            yield key, row


def _origin_text(place: Place, key: RowKey, titles: Mapping[str, str]) -> str:
    _, sheet, row = key
    source = place.file["source"]
    where = [titles.get(source, source), place.file["file_name"], f"lembar {sheet}" if sheet else ""]
    return ", ".join([*filter(None, where), f"baris {grouped(row)}"])


def _texts(row: Mapping[str, Any], origin: str) -> dict[str, str]:
    """The facts of one row by the names that the workbook shows, '' for none."""
    told = {
        "origin": origin,
        "nik": row["nik"] or _damaged(row.get("nik_digits"), row.get("nik_state")),
        "birth_date": row["birth_date"].strftime("%d-%m-%Y") if row["birth_date"] else "",
        "sex": {"L": "Laki-laki", "P": "Perempuan"}.get(row.get("sex") or "", ""),
        "place": _place(row.get("kelurahan_code"), row.get("kecamatan_code")),
    }
    plain = ("full_name", "address", "kk", "mother_name", "phone", "job")
    told |= {name: row.get(name) or "" for name in plain}
    if "kpj" in row:
        told |= {"membership": _membership(row), "coverage": _coverage(row)}
    return told


def _damaged(digits: str | None, state: str | None) -> str:
    """What there is of a NIK that is none: a digit that a number cell lost as `?`, a typed one as it is."""
    if digits:
        return f"{digits:?<16}" if state == "damaged" else digits
    return "" if state in (None, "missing", "placeholder") else "tidak terbaca"


def _membership(row: Mapping[str, Any]) -> str:
    parts = (f"KPJ {row['kpj']}" if row["kpj"] else "", row["segment"], row["status"])
    payer = f"pembayar: {row['payer_name'] or 'tidak disebut'}"
    return ", ".join([*(part for part in parts if part), payer])


def _coverage(row: Mapping[str, Any]) -> str:
    days = {
        "sejak": row["coverage_start"],
        "sampai": row["coverage_end"],
        "keadaan per": row["as_of_date"],
    }
    told = [f"{word} {indonesian_date(day)}" for word, day in days.items() if day]
    paid = [f"lunas sampai {row['last_paid_month']}"] if row["last_paid_month"] else []
    return ", ".join([*told, *paid])


@cache
def _names() -> dict[str, str]:
    here = city().kelurahan
    kecamatan = {place.kecamatan_code: place.kecamatan_name for place in here}
    return kecamatan | {place.code: f"{place.name}, {place.kecamatan_name}" for place in here}


def _place(kelurahan: str | None, kecamatan: str | None) -> str:
    code = kelurahan or kecamatan
    return _names().get(code, code) if code else ""
