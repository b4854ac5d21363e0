"""One small invented invoice that the tests of the documents share."""

import datetime as dt
from collections.abc import Callable

import pyarrow as pa
import pytest

from sigap.domain.period import Period
from sigap.domain.region import city
from sigap.reporting.invoice import LINES, Account, Approval, InvoiceDocument, Payee, make_annex
from sigap.reporting.office import Office, office_on

SECTORS = ("ojek_daring", "becak", "pasar", None)


@pytest.fixture
def make_lines() -> Callable[..., pa.Table]:
    """`make_lines(people, names, months)`: invented lines at the standard premium, over all kelurahan."""

    def make(people: int, names: list[str] | None = None, months: tuple[str, ...] = ("2026-01",)) -> pa.Table:
        lines = pa.concat_tables(
            [month_of(people, names, period, place) for place, period in enumerate(months)]
        )
        return lines.combine_chunks()

    def month_of(people: int, names: list[str] | None, period: str, place: int) -> pa.Table:
        places = [city().kelurahan[number * 5 % len(city().kelurahan)] for number in range(people)]
        columns = {
            "line_id": range(1 + place * people, people + 1 + place * people),
            "person_id": range(1, people + 1),
            "period": [period] * people,
            "nik": [f"327501010180{number:04d}" for number in range(1, people + 1)],
            "full_name": names or [f"Warga {number}" for number in range(people)],
            "birth_date": [dt.date(1980, 1, 1)] * people,
            "address": [f"Jalan Contoh {number} RT 001" for number in range(people)],
            "kelurahan_code": [place.code for place in places],
            "kecamatan_code": [place.kecamatan_code for place in places],
            "sector": [SECTORS[number % len(SECTORS)] for number in range(people)],
            "jkk_idr": [10_000] * people,
            "jkm_idr": [6_800] * people,
            "total_idr": [16_800] * people,
        }
        return pa.table(
            [pa.array(columns[name], LINES.field(name).type) for name in LINES.names], schema=LINES
        )

    return make


@pytest.fixture
def make_document() -> Callable[..., InvoiceDocument]:
    """`make_document(people, **changes)`: the header that agrees with `make_lines(people)`."""

    def make(people: int, **changes: object) -> InvoiceDocument:
        values: dict[str, object] = {
            "number": "SIGAP/SG/2026-01/0001",
            "period": Period(2026, 1),
            "covers_from": Period(2026, 1),
            "covers_to": Period(2026, 1),
            "issued_date": dt.date(2026, 1, 5),
            "due_date": dt.date(2026, 1, 31),
            "funding_title": "APBD Kota Bekasi",
            "payer_name": "Pemerintah Kota Bekasi",
            "wadah_code": "SG",
            "wadah_name": "Pekerja Rentan Pemerintah",
            "people": people,
            "jkk_idr": 10_000 * people,
            "jkm_idr": 6_800 * people,
            "total_idr": 16_800 * people,
            "jkk_account": Account("5.1.02.02.02.0006", "Belanja Iuran JKK"),
            "jkm_account": Account("5.1.02.02.02.0007", "Belanja Iuran JKM"),
            "payee": Payee("BPJS Ketenagakerjaan", "0001", "2601"),
            "legal_basis": ("PP 44/2015", "SK Wali Kota"),
            "roster_version": 2,
            "roster_approval": Approval("dinas", dt.date(2026, 1, 3)),
            "invoice_approval": Approval("bendahara", dt.date(2026, 1, 4)),
            "lines_sha256": "0123456789abcdef" * 4,
        }
        return InvoiceDocument(**{**values, **changes})

    return make


@pytest.fixture
def document(make_document: Callable[..., InvoiceDocument]) -> InvoiceDocument:
    """The header of an invoice of twelve persons."""
    return make_document(12)


@pytest.fixture
def annex(make_lines: Callable[..., pa.Table]) -> pa.Table:
    """Its annex."""
    return make_annex(make_lines(12))


@pytest.fixture
def office() -> Office:
    """The office as configured."""
    return office_on(dt.date(2026, 1, 5))
