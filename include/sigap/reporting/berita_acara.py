"""What a Berita Acara Rekonsiliasi states, in the same words and order in its workbook and its PDF."""

import datetime as dt
from dataclasses import dataclass

import pyarrow as pa
from babel.dates import format_date
from num2words import num2words

from sigap.domain.money import rupiah
from sigap.domain.period import Period
from sigap.reporting.berita_acara_parties import Parties
from sigap.reporting.office import Office
from sigap.reporting.words import grouped, indonesian_date, indonesian_month, terbilang

TITLE = "Berita Acara Rekonsiliasi"
SUBJECT = "Iuran Jaminan Kecelakaan Kerja dan Jaminan Kematian Pekerja Rentan"


@dataclass(frozen=True, slots=True)
class SideRow:
    """One side: persons and whole rupiah, None where it does not say."""

    label: str
    note: str
    people: int | None
    amount_idr: int | None


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class of the match in whole rupiah; `step` is what follows for whoever is in it.

    `not_active` is None when no activation list was there.
    """

    title: str
    meaning: str
    step: str
    is_difference: bool
    people: int
    expected_idr: int
    billed_idr: int
    not_active: int | None


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One wadah of a bill without names."""

    wadah_code: str
    people_expected: int
    expected_idr: int
    people_billed: int
    billed_idr: int
    agrees: bool


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One invoice that covers the month, whole rupiah; `month_idr` of it is this month's."""

    number: str
    covers: str
    month_idr: int
    total_idr: int
    noted_idr: int
    paid_idr: int
    open_idr: int


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """What a side was read from, and the SHA-256 of its content."""

    side: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class BeritaAcara:
    """Everything that the document shows. `signed_on` None leaves its date to be filled in by hand.

    `differences` as from `difference_rows`; `total_differences` may be more than it holds.
    """

    period: Period
    made_on: dt.date
    signed_on: dt.date | None
    bill_file: str
    is_by_name: bool
    is_agreed: bool
    sides: tuple[SideRow, ...]
    classes: tuple[ClassRow, ...]
    groups: tuple[GroupRow, ...]
    invoices: tuple[InvoiceRow, ...]
    evidence: tuple[EvidenceRow, ...]
    remarks: tuple[str, ...]
    expected_idr: int
    billed_idr: int
    people_differing: int
    compared_sha256: str
    differences: pa.Table
    total_differences: int
    office: Office
    parties: Parties

    @property
    def name(self) -> str:
        """What the files are called, `BA-Rekonsiliasi-2026-01-1f2e3d4c`: another comparison, another file."""
        return f"BA-Rekonsiliasi-{self.period}-{self.compared_sha256[:8]}"

    @property
    def month(self) -> str:
        """`Januari 2026`."""
        return indonesian_month(self.period)

    @property
    def opening(self) -> str:
        """Day and place; dotted where it is filled in by hand."""
        dots = "." * 24
        if self.signed_on is None:
            day = f"hari ini, {dots} tanggal {dots} bulan {dots} tahun {dots}"
        else:
            day = f"hari ini, {day_in_words(self.signed_on)}"
        return f"Pada {day}, bertempat di {self.office.place}, kami yang bertanda tangan di bawah ini:"

    @property
    def statement(self) -> str:
        """What both parties did, on which data."""
        return (
            f"PIHAK PERTAMA dan PIHAK KEDUA telah melakukan rekonsiliasi data peserta dan iuran program JKK "
            f"dan JKM untuk bulan perlindungan {self.month}, berdasarkan data per "
            f"{indonesian_date(self.made_on)} dan tagihan BPJS Ketenagakerjaan pada berkas {self.bill_file}, "
            f"dengan hasil sebagai berikut."
        )

    @property
    def words(self) -> tuple[str, ...]:
        """The totals and their difference in words."""
        return (
            f"Tagihan SIGAP setelah nota: {rupiah(self.expected_idr)} ({terbilang(self.expected_idr)}).",
            f"Tagihan BPJS Ketenagakerjaan: {rupiah(self.billed_idr)} ({terbilang(self.billed_idr)}).",
            self._difference,
        )

    @property
    def _difference(self) -> str:
        off = self.expected_idr - self.billed_idr
        if off == 0:
            return "Jumlah tagihan SIGAP sama dengan jumlah tagihan BPJS Ketenagakerjaan."
        more = "lebih besar" if off > 0 else "lebih kecil"
        return (
            f"Jumlah tagihan SIGAP {more} {rupiah(abs(off))} ({terbilang(abs(off))}) daripada tagihan BPJS "
            f"Ketenagakerjaan."
        )

    @property
    def conclusion(self) -> str:
        """What follows from the figures, in one sentence."""
        if self.is_agreed:
            agreed = "dinyatakan SESUAI, orang per orang dan dalam jumlah"
            return f"Data peserta dan iuran bulan {self.month} {agreed}."
        if not self.is_by_name:
            return (
                f"Data bulan {self.month} baru dibandingkan dalam jumlah, sebab tagihan BPJS Ketenagakerjaan "
                f"tidak memuat nama. Kesesuaian orang per orang BELUM dapat dinyatakan."
            )
        return (
            f"Data bulan {self.month} dinyatakan BELUM SESUAI: {grouped(self.people_differing)} orang "
            f"tercantum pada daftar selisih terlampir dan diselesaikan menurut tindak lanjut di bawah ini."
        )

    @property
    def shown_classes(self) -> tuple[ClassRow, ...]:
        """The classes that somebody is in, and `Cocok` always."""
        return tuple(row for place, row in enumerate(self.classes) if row.people or place == 0)

    @property
    def steps(self) -> tuple[str, ...]:
        """What is to be done, class by class; empty when nothing is."""
        return tuple(
            f"{row.title} ({grouped(row.people)} orang): {row.step}."
            for row in self.classes
            if row.people and row.step != "Tidak ada"
        )


def day_in_words(day: dt.date) -> str:
    """`Senin tanggal enam belas bulan Februari tahun dua ribu dua puluh enam (16-02-2026)`."""
    name, month = format_date(day, "EEEE", locale="id_ID"), format_date(day, "MMMM", locale="id_ID")
    number, year = num2words(day.day, lang="id"), num2words(day.year, lang="id")
    return f"{name} tanggal {number} bulan {month} tahun {year} ({day:%d-%m-%Y})"
