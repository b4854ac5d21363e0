"""Persons of an invoice as templates speak of them: which fields there are, and what kind each is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from sigap.reporting.invoice import InvoiceDocument, clean, covers_in_words, masked, named
from sigap.reporting.words import sector_names

# One person of an invoice with first and last month, how many, and the amounts over all of them.
PEOPLE = pa.schema(
    [
        *(pa.field(name, pa.string()) for name in ("nik", "full_name")),
        pa.field("birth_date", pa.date32()),
        *(pa.field(name, pa.string()) for name in ("sex", "address", "kelurahan_code", "kecamatan_code")),
        *(pa.field(name, pa.string()) for name in ("regency_code", "sector", "first_month", "last_month")),
        *(pa.field(name, pa.int64()) for name in ("months", "jkk_idr", "jkm_idr", "total_idr", "line_id")),
    ]
)
Kind = Literal["text", "nik", "day", "month", "count", "idr"]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a file says beside its persons: invoice, names of places by code, regency, which part of how many.

    `first` is the number of its first person within the invoice.
    """

    document: InvoiceDocument
    places: Mapping[str, str]
    regency: str
    part: int
    parts: int
    first: int = 1

    def at(self, first: int) -> "Shown":
        """The same from another person on."""
        return replace(self, first=first)


Take = Callable[[pa.Table, Shown], pa.ChunkedArray]


def _own(name: str) -> Take:
    return lambda people, shown: people[name]


def _text(name: str) -> Take:
    return lambda people, shown: clean(people[name])


def _same(text: Callable[[Shown], str]) -> Take:
    return lambda people, shown: pa.chunked_array([pa.repeat(text(shown), people.num_rows)])


def _place(name: str) -> Take:
    return lambda people, shown: named(people[name], dict(shown.places))


def _sector(people: pa.Table, shown: Shown) -> pa.ChunkedArray:
    return named(people["sector"], sector_names(pc.unique(people["sector"]).to_pylist()))


FIELDS: dict[str, tuple[Kind, Take]] = {
    "nik": ("nik", _own("nik")),
    "full_name": ("text", _text("full_name")),
    "birth_date": ("day", _own("birth_date")),
    "sex": ("text", _text("sex")),
    "address": ("text", _text("address")),
    "kelurahan_code": ("text", _text("kelurahan_code")),
    "kelurahan": ("text", _place("kelurahan_code")),
    "kecamatan_code": ("text", _text("kecamatan_code")),
    "kecamatan": ("text", _place("kecamatan_code")),
    "regency_code": ("text", _text("regency_code")),
    "regency": ("text", _same(lambda shown: shown.regency)),
    "sector_code": ("text", _text("sector")),
    "sector": ("text", _sector),
    "covers": ("text", lambda people, shown: covers_in_words(people["first_month"], people["last_month"])),
    "first_month": ("month", _own("first_month")),
    "last_month": ("month", _own("last_month")),
    "months": ("count", _own("months")),
    "jkk_idr": ("idr", _own("jkk_idr")),
    "jkm_idr": ("idr", _own("jkm_idr")),
    "total_idr": ("idr", _own("total_idr")),
    "line_id": ("count", _own("line_id")),
    "number": ("text", _same(lambda shown: shown.document.number)),
    "wadah_code": ("text", _same(lambda shown: shown.document.wadah_code)),
    "wadah": ("text", _same(lambda shown: shown.document.wadah_name)),
    "no": (
        "count",
        lambda people, shown: pa.chunked_array([pa.array(range(shown.first, shown.first + people.num_rows))]),
    ),
}


def masked_people(people: pa.Table) -> pa.Table:
    """The same persons with their NIK masked."""
    return people.set_column(people.column_names.index("nik"), "nik", masked(people["nik"]))
