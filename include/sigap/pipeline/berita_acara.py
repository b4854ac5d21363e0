"""Writes the Berita Acara Rekonsiliasi of a month: a workbook and a PDF in the month's documents folder."""

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert
from upath import UPath

from sigap.billing.parking import parking_reasons
from sigap.domain.money import rupiah
from sigap.domain.period import Period
from sigap.pipeline.reconciled import Reconciled, differences_of, newest_of
from sigap.pipeline.resources import Resources, code_version
from sigap.reporting.berita_acara import (
    BeritaAcara,
    ClassRow,
    EvidenceRow,
    GroupRow,
    InvoiceRow,
    SideRow,
)
from sigap.reporting.berita_acara_parties import parties_on
from sigap.reporting.berita_acara_pdf import make_pdf
from sigap.reporting.berita_acara_rows import difference_rows
from sigap.reporting.berita_acara_workbook import make_workbook
from sigap.reporting.folder import put
from sigap.reporting.office import office_on
from sigap.reporting.words import grouped, indonesian_date, indonesian_months
from sigap.settlement import match_classes
from sigap.warehouse.tables import settlement

_MOST_ROWS = 50_000  # differences in the workbook; more are exported, nobody signs them
_SIDES = {
    "roster": "Daftar penerima", "invoice": "Tagihan SIGAP", "bill": "Tagihan BPJS", "payment": "Pembayaran",
    "activation": "Peserta aktif",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """One file: what it is, where, and the SHA-256 of its bytes."""

    kind: Literal["workbook", "pdf"]
    uri: str
    sha256: str


def write_berita_acara(period: Period, signed_on: dt.date | None, resources: Resources) -> list[Written]:
    """Write both files of the month's newest reconciliation; the same reconciliation gives the same bytes.

    `signed_on` None leaves the day to be filled in by hand. Raises `SettlementError` when the month is not
    reconciled, `ReportingError` when nobody is named to sign.
    """
    with resources.outcome_of("report", period, "berita acara") as outcome:
        outcome.read("settlement.reconciliation", "settlement.difference")
        with resources.warehouse.begin() as connection:
            kept = newest_of(connection, period)
            document = describe(connection, kept, signed_on)
            folder = resources.settings.place("documents") / str(period)
            files = (
                Written("workbook", *_put(folder, f"{document.name}.xlsx", make_workbook(document))),
                Written("pdf", *_put(folder, f"{document.name}.pdf", make_pdf(document))),
            )
            for file in files:
                _record(connection, kept, file)
        outcome.wrote("settlement.berita_acara", *(file.uri for file in files))
        outcome.count({"documents": len(files), "differences": document.total_differences})
        outcome.versions.update(code=code_version(), signatories=document.office.sha256)
    return list(files)


def describe(connection: Connection, kept: Reconciled, signed_on: dt.date | None) -> BeritaAcara:
    """What the document says of a reconciliation."""
    titles = {code: one.title for code, one in match_classes().items()}
    parked = {code: reason.indonesian for code, reason in parking_reasons().items()}
    found = differences_of(connection, kept.reconciliation_id)
    day = signed_on or kept.made_on
    return BeritaAcara(
        period=Period.parse(kept.period),
        made_on=kept.made_on,
        signed_on=signed_on,
        bill_file=kept.bill_file,
        is_by_name=kept.is_by_name,
        is_agreed=kept.is_agreed,
        sides=_sides(kept),
        classes=_classes(kept),
        groups=tuple(GroupRow(**asdict(group)) for group in kept.groups),
        invoices=tuple(_invoice(one) for one in kept.invoices),
        evidence=tuple(EvidenceRow(_SIDES[one["side"]], one["name"], one["sha256"]) for one in kept.evidence),
        remarks=remarks_of(kept),
        expected_idr=kept.expected_idr,
        billed_idr=kept.billed_idr,
        people_differing=kept.people_differing,
        compared_sha256=kept.compared_sha256,
        differences=difference_rows(found.slice(0, _MOST_ROWS), titles, parked),
        total_differences=found.num_rows,
        office=office_on(day),
        parties=parties_on(day),
    )


def remarks_of(kept: Reconciled) -> tuple[str, ...]:
    """What a reader must know of the data, in Bahasa Indonesia; empty when nothing is unusual."""
    said = (
        (
            not kept.is_by_name,
            "Tagihan BPJS Ketenagakerjaan tidak memuat nama; hanya jumlah per wadah yang dibandingkan.",
        ),
        (
            kept.rows_without_nik,
            f"{grouped(kept.rows_without_nik)} baris tagihan tanpa NIK utuh dicocokkan menurut KPJ; "
            f"{grouped(kept.rows_of_nobody)} di antaranya tidak dikenal.",
        ),
        (
            kept.repeated_rows,
            f"{grouped(kept.repeated_rows)} baris tagihan menyebut orang yang sudah ditagih pada baris lain.",
        ),
        (
            kept.people_active is None,
            "Daftar peserta aktif belum diterima, sehingga keaktifan belum diperiksa.",
        ),
        (
            kept.active_only,
            f"{grouped(kept.active_only or 0)} peserta aktif tidak ada pada sumber data lain bulan ini.",
        ),
        (
            kept.tolerance_person_idr or kept.tolerance_total_idr,
            f"Toleransi {rupiah(kept.tolerance_person_idr)} per orang dan "
            f"{rupiah(kept.tolerance_total_idr)} dalam jumlah.",
        ),
    )
    return tuple(sentence for holds, sentence in said if holds)


def _sides(kept: Reconciled) -> tuple[SideRow, ...]:
    named = "menurut nama" if kept.is_by_name else "tanpa nama, menurut jumlah"
    parked = f"{grouped(kept.people_parked)} di antaranya ditunda, alasannya tercatat"
    until = indonesian_date(kept.as_of_date) if kept.as_of_date else ""
    return (
        SideRow(
            "Daftar penerima yang disetujui",
            parked if kept.people_parked else "",
            kept.people_listed,
            None,
        ),
        SideRow("Tagihan SIGAP", "", kept.people_invoiced, kept.invoiced_idr),
        SideRow("Nota debet dan kredit", "", None, kept.noted_idr),
        SideRow("Tagihan SIGAP setelah nota", "", None, kept.expected_idr),
        SideRow("Tagihan BPJS Ketenagakerjaan", named, kept.people_billed, kept.billed_idr),
        SideRow("Pembayaran", "bagian bulan ini pada tagihan yang lunas", kept.people_paid, kept.settled_idr),
        SideRow(
            "Peserta aktif",
            f"daftar BPJS Ketenagakerjaan per {until}" if until else "daftar belum diterima",
            kept.people_active,
            None,
        ),
    )


def _classes(kept: Reconciled) -> tuple[ClassRow, ...]:
    return tuple(
        ClassRow(
            one.title,
            one.meaning,
            one.step,
            one.is_difference,
            found.people,
            found.expected_idr,
            found.billed_idr,
            None if kept.people_active is None else found.not_active,
        )
        for code, one in match_classes().items()
        for found in [kept.figures[code]]
    )


def _invoice(kept: dict[str, Any]) -> InvoiceRow:
    covers = indonesian_months(Period.parse(kept["covers_from"]), Period.parse(kept["covers_to"]))
    amounts = ("month_idr", "total_idr", "noted_idr", "paid_idr", "open_idr")
    return InvoiceRow(kept["number"], covers, *(int(kept[name]) for name in amounts))


def _put(folder: UPath, name: str, content: bytes) -> tuple[str, str]:
    file = put(folder, name, content)
    return file.uri, file.sha256


def _record(connection: Connection, kept: Reconciled, file: Written) -> None:
    values = {
        "reconciliation_id": kept.reconciliation_id,
        "compared_sha256": kept.compared_sha256,
        **asdict(file),
    }
    connection.execute(insert(settlement.berita_acara).values(values).on_conflict_do_nothing())
