"""What an invoice document shows: its header, its by-name-by-address annex, and recaps of the annex."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from sigap.domain.money import rupiah
from sigap.domain.period import Period
from sigap.domain.region import city
from sigap.errors import ReportingError
from sigap.reporting.words import sector_names, short_months

UNKNOWN = "Belum diketahui"

# One invoice line (a person, a coverage month) with the person as the roster decision names them.
LINES = pa.schema(
    [
        *(pa.field(name, pa.int64()) for name in ("line_id", "person_id")),
        *(pa.field(name, pa.string()) for name in ("period", "nik", "full_name")),
        pa.field("birth_date", pa.date32()),
        *(pa.field(name, pa.string()) for name in ("address", "kelurahan_code", "kecamatan_code", "sector")),
        *(pa.field(name, pa.int64()) for name in ("jkk_idr", "jkm_idr", "total_idr")),
    ]
)
# One person of the annex, in reading order; places and sectors by their Indonesian names. `covers` says the
# first and the last month of the person in words, `months` how many they are, `line_id` names the first line.
ANNEX = pa.schema(
    [
        pa.field("no", pa.int32()),
        *(pa.field(name, pa.string()) for name in ("nik", "full_name")),
        pa.field("birth_date", pa.date32()),
        *(pa.field(name, pa.string()) for name in ("address", "kelurahan", "kecamatan", "sector")),
        pa.field("covers", pa.string()),
        pa.field("months", pa.int32()),
        *(pa.field(name, pa.int64()) for name in ("jkk_idr", "jkm_idr", "total_idr", "line_id")),
    ]
)
# Control characters have no place in a document: they break a cell and cannot be written to XML.
_CONTROLS = r"[\x00-\x1f\x7f-\x{9f}\x{fffe}\x{ffff}]+"
_AMOUNTS = ("jkk_idr", "jkm_idr", "total_idr")
_ENDS = {"first": "min", "last": "max"}
_PERSON = ("nik", "full_name", "birth_date", "address", "kelurahan_code", "kecamatan_code", "sector")


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved something, by account name, and on which day (WIB)."""

    actor: str
    date: dt.date


@dataclass(frozen=True, slots=True)
class Account:
    """A kode rekening of the budget and its name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Payee:
    """Who receives the money, into which account, under which billing code (kode iuran)."""

    name: str
    account: str
    billing_code: str


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """The header of one issued invoice. Amounts in whole rupiah; dates as the city counts days (WIB).

    `period` is the month in which it is billed, `covers_from` and `covers_to` the first and last month of
    cover on its lines; `people` are persons, however many months each has.
    """

    number: str
    period: Period
    covers_from: Period
    covers_to: Period
    issued_date: dt.date
    due_date: dt.date
    funding_title: str
    payer_name: str
    wadah_code: str
    wadah_name: str
    people: int
    jkk_idr: int
    jkm_idr: int
    total_idr: int
    jkk_account: Account
    jkm_account: Account
    payee: Payee
    legal_basis: tuple[str, ...]
    roster_version: int
    roster_approval: Approval
    invoice_approval: Approval
    lines_sha256: str


def city_places() -> dict[str, str]:
    """The names of the city's kelurahan and kecamatan by their codes."""
    places = city().kelurahan
    names = {place.code: place.name for place in places}
    return names | {place.kecamatan_code: place.kecamatan_name for place in places}


def make_annex(lines: pa.Table, places: Mapping[str, str] | None = None) -> pa.Table:
    """The annex of an invoice: `LINES` in, `ANNEX` out, numbered by kecamatan, kelurahan, name and NIK.

    The months of a person are added up to one row. `places` names regions by code; by default the city's.
    """
    people = _add_up(lines)
    names = dict(city_places() if places is None else places)
    columns = {
        **{name: clean(people[name]) for name in ("nik", "full_name", "address")},
        "birth_date": people["birth_date"],
        "kelurahan": named(people["kelurahan_code"], names),
        "kecamatan": named(people["kecamatan_code"], names),
        "sector": named(people["sector"], sector_names(pc.unique(people["sector"]).to_pylist())),
        "covers": covers_in_words(people["first"], people["last"]),
        **{name: people[name] for name in ("months", *_AMOUNTS, "line_id")},
    }
    columns["spelt"] = pc.utf8_upper(columns["full_name"])  # lists write names in either case
    order = [(name, "ascending") for name in ("kecamatan", "kelurahan", "spelt", "nik")]
    rows = pa.table(columns).sort_by(order)
    numbers = pa.array(range(1, rows.num_rows + 1), pa.int32())
    return rows.append_column("no", numbers).select(ANNEX.names).cast(ANNEX).combine_chunks()


def _add_up(lines: pa.Table) -> pa.Table:
    """One row per person: who they are, first and last month, how many, amounts over all, first line."""
    measures = [
        *((name, "first") for name in _PERSON),
        ("period", "min_max"),
        ("period", "count_distinct"),
        *((name, "sum") for name in _AMOUNTS),
        ("line_id", "min"),
    ]
    people = lines.group_by("person_id", use_threads=False).aggregate(measures)
    span = people["period_min_max"].combine_chunks()
    kept = {name: people[f"{name}_first"] for name in _PERSON}
    kept |= {name: pa.chunked_array([pc.struct_field(span, end)]) for name, end in _ENDS.items()}
    kept |= {"months": people["period_count_distinct"], "line_id": people["line_id_min"]}
    return pa.table(kept | {name: people[f"{name}_sum"] for name in _AMOUNTS})


def covers_in_words(first: pa.ChunkedArray, last: pa.ChunkedArray) -> pa.ChunkedArray:
    """Months of cover as `Jan–Mar 2026`, from periods such as `2026-01`, row by row."""
    spans = pc.binary_join_element_wise(first, last, "/")
    known = pc.unique(spans).to_pylist()
    words = [short_months(*(Period.parse(month) for month in span.split("/"))) for span in known]
    return named(spans, dict(zip(known, words, strict=True)))


def check_annex(document: InvoiceDocument, annex: pa.Table, months: pa.Table | None = None) -> None:
    """Raise `ReportingError` unless the annex adds up to the header, person by person once.

    So must `months` (as from `by_month`) when an invoice of several months is shown by month.
    """
    sums = tuple(pc.sum(annex[name], min_count=0).as_py() for name in _AMOUNTS)
    header = (document.jkk_idr, document.jkm_idr, document.total_idr)
    if annex.num_rows != document.people or sums != header:
        raise ReportingError(
            f"Invoice {document.number}: its lines count {annex.num_rows} persons and {rupiah(sums[2])}, "
            f"its header says {document.people} and {rupiah(document.total_idr)}. "
            "No document is made; have billing.invoice_line examined."
        )
    _check_months(document, months)
    if pc.count_distinct(annex["nik"]).as_py() != annex.num_rows:
        raise ReportingError(
            f"Invoice {document.number}: one NIK stands in two of its lines. "
            "No document is made; have billing.invoice_line examined."
        )


def check_recaps(
    document: InvoiceDocument, recaps: Mapping[str, pa.Table], months: pa.Table | None = None
) -> None:
    """Raise `ReportingError` unless every recap adds up to the header."""
    header = (document.people, document.jkk_idr, document.jkm_idr, document.total_idr)
    for groups in recaps.values():
        sums = tuple(pc.sum(groups[name], min_count=0).as_py() for name in ("people", *_AMOUNTS))
        if sums != header:
            raise ReportingError(
                f"Invoice {document.number}: its recaps count {sums[0]} persons and {rupiah(sums[3])}, "
                f"its header says {document.people} and {rupiah(document.total_idr)}. "
                "No document is made; have billing.invoice_line examined."
            )
    _check_months(document, months)


def _check_months(document: InvoiceDocument, months: pa.Table | None) -> None:
    if months is not None and pc.sum(months["total_idr"]).as_py() != document.total_idr:
        raise ReportingError(
            f"Invoice {document.number}: its months do not add up to {rupiah(document.total_idr)}. "
            "No document is made; have billing.invoice_line examined."
        )


def recap(annex: pa.Table, column: str) -> pa.Table:
    """Persons and rupiah by an annex column: `name, people, jkk_idr, jkm_idr, total_idr`, by name."""
    grouped = annex.group_by(column).aggregate([("no", "count"), *((name, "sum") for name in _AMOUNTS)])
    names = [column, "no_count", *(f"{name}_sum" for name in _AMOUNTS)]
    return grouped.select(names).rename_columns(["name", "people", *_AMOUNTS]).sort_by("name")


def by_name(groups: pa.Table, names: Mapping[str, str]) -> pa.Table:
    """What `recap` gives, from groups by code: `code, people, jkk_idr, jkm_idr, total_idr`."""
    called = groups.set_column(groups.column_names.index("code"), "name", named(groups["code"], dict(names)))
    added = called.group_by("name").aggregate([(name, "sum") for name in ("people", *_AMOUNTS)])
    ordered = added.select(["name", *(f"{name}_sum" for name in ("people", *_AMOUNTS))])
    return ordered.rename_columns(["name", "people", *_AMOUNTS]).sort_by("name")


def masked(nik: pa.ChunkedArray) -> pa.ChunkedArray:
    """NIK for readers who tell people apart and look nobody up: `327502******0001`."""
    ends = pc.utf8_slice_codeunits(nik, 0, 6), pc.utf8_slice_codeunits(nik, -4)
    return pc.binary_join_element_wise(*ends, "******")


def by_month(lines: pa.Table) -> pa.Table:
    """Persons and rupiah by coverage month: `period, people, jkk_idr, jkm_idr, total_idr`, by month."""
    grouped = lines.group_by("period").aggregate(
        [("person_id", "count_distinct"), *((name, "sum") for name in _AMOUNTS)]
    )
    names = ["period", "person_id_count_distinct", *(f"{name}_sum" for name in _AMOUNTS)]
    return grouped.select(names).rename_columns(["period", "people", *_AMOUNTS]).sort_by("period")


def clean(text: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text without control characters and blanks at its ends; nothing becomes an empty text."""
    return pc.fill_null(pc.utf8_trim_whitespace(pc.replace_substring_regex(text, _CONTROLS, " ")), "")


def named(codes: pa.ChunkedArray, names: dict[str, str]) -> pa.ChunkedArray:
    """The name of each code, `UNKNOWN` for a code without one."""
    known: Sequence[str] = list(names)
    places = pc.index_in(codes, value_set=pa.array(known, pa.string())).combine_chunks()
    return pa.chunked_array([pc.fill_null(pa.array(list(names.values()), pa.string()).take(places), UNKNOWN)])
