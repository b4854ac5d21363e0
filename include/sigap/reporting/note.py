"""What the document of a credit or debit note shows: its header, the invoices it corrects, its people."""

import datetime as dt
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from sigap.domain.money import rupiah
from sigap.domain.period import Period
from sigap.errors import ReportingError
from sigap.reporting.facts import Charge, Fact
from sigap.reporting.invoice import Account, clean, masked, named
from sigap.reporting.words import grouped, indonesian_date, indonesian_month, indonesian_months

TITLES = {"credit": ("Nota kredit", "Credit note"), "debit": ("Nota debet", "Debit note")}
_EFFECT = {
    "credit": "Mengurangi kewajiban iuran kepada BPJS Ketenagakerjaan",
    "debit": "Menambah kewajiban iuran kepada BPJS Ketenagakerjaan",
}
NO_INVOICE = "tanpa tagihan asal (terlewat ditagih)"

# One booked correction with its person, in reading order: the invoice corrected (null for who was left out).
NOTE_LINES = pa.schema(
    [
        *(pa.field(name, pa.int64()) for name in ("correction_id", "person_id")),
        *(pa.field(name, pa.string()) for name in ("nik", "full_name", "period", "reason_code")),
        pa.field("effective_date", pa.date32()),
        *(pa.field(name, pa.string()) for name in ("invoice_number", "invoice_sha256")),
        *(pa.field(name, pa.int64()) for name in ("jkk_idr", "jkm_idr", "total_idr")),
    ]
)
# What is printed of each: NIK masked, months and reasons in words.
NOTE_ROWS = pa.schema(
    [
        pa.field("no", pa.int32()),
        *(
            pa.field(name, pa.string())
            for name in ("nik", "full_name", "month", "reason", "since", "invoice")
        ),
        *(pa.field(name, pa.int64()) for name in ("jkk_idr", "jkm_idr", "total_idr")),
    ]
)
_AMOUNTS = ("jkk_idr", "jkm_idr", "total_idr")


@dataclass(frozen=True, slots=True)
class NoteDocument:
    """The header of one issued note. Amounts in whole rupiah.

    `proposed_by` and `checked_by` are account names: who proposed its corrections and who agreed to them.
    """

    number: str
    kind: str
    period: Period
    issued_date: dt.date
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
    payee_name: str
    proposed_by: tuple[str, ...]
    checked_by: tuple[str, ...]
    lines_sha256: str

    @property
    def title(self) -> str:
        """`Nota kredit` or `Nota debet`."""
        return TITLES[self.kind][0]


def make_rows(lines: pa.Table, reasons: dict[str, str]) -> pa.Table:
    """`NOTE_LINES` in, `NOTE_ROWS` out in their order; `reasons` are titles by code."""
    periods, days = lines["period"], pc.fill_null(pc.cast(lines["effective_date"], pa.string()), "")
    in_words = {month: indonesian_month(Period.parse(month)) for month in pc.unique(periods).to_pylist()}
    on = {
        day: indonesian_date(dt.date.fromisoformat(day)) if day else "" for day in pc.unique(days).to_pylist()
    }
    columns = {
        "no": pa.array(range(1, lines.num_rows + 1), pa.int32()),
        "nik": masked(lines["nik"]),
        "full_name": clean(lines["full_name"]),
        "month": named(periods, in_words),
        "reason": named(lines["reason_code"], reasons),
        "since": named(days, on),
        "invoice": pc.fill_null(lines["invoice_number"], NO_INVOICE),
        **{name: lines[name] for name in _AMOUNTS},
    }
    return pa.table(columns).select(NOTE_ROWS.names).cast(NOTE_ROWS)


def sources_of(lines: pa.Table) -> list[dict[str, object]]:
    """The invoices that a note corrects, by number: digest of their line set, persons and rupiah."""
    grouped_rows = lines.group_by(["invoice_number", "invoice_sha256"], use_threads=False).aggregate(
        [("person_id", "count_distinct"), ("total_idr", "sum")]
    )
    found = [
        {
            "number": row["invoice_number"] or NO_INVOICE,
            "sha256": row["invoice_sha256"] or "",
            "people": row["person_id_count_distinct"],
            "total_idr": row["total_idr_sum"],
        }
        for row in grouped_rows.to_pylist()
    ]
    return sorted(found, key=lambda one: (not one["sha256"], str(one["number"])))


def check_note(document: NoteDocument, lines: pa.Table) -> None:
    """Raise `ReportingError` unless the lines add up to the header."""
    sums = tuple(pc.sum(lines[name], min_count=0).as_py() for name in _AMOUNTS)
    people = pc.count_distinct(lines["person_id"]).as_py()
    if (people, *sums) != (document.people, document.jkk_idr, document.jkm_idr, document.total_idr):
        raise ReportingError(
            f"Note {document.number}: its lines count {people} persons and {rupiah(sums[2])}, its header "
            f"says {document.people} and {rupiah(document.total_idr)}. No document is made; have "
            f"billing.note_line examined."
        )


def note_facts(document: NoteDocument, lines: pa.Table) -> tuple[Fact, ...]:
    """Number, day, effect, payer, months corrected, and what a debit note is paid with."""
    months = [Period.parse(month) for month in sorted(set(lines["period"].to_pylist()))]
    facts = [
        Fact("Nomor nota", "Note number", document.number, is_strong=True),
        Fact("Tanggal terbit", "Issued", indonesian_date(document.issued_date)),
        Fact("Dibukukan pada", "Booked in", indonesian_month(document.period)),
        Fact("Akibat", "Effect", _EFFECT[document.kind], is_strong=True),
        Fact("Bulan yang dikoreksi", "Months", indonesian_months(months[0], months[-1])),
        Fact("Dibebankan kepada", "Charged to", document.payer_name),
        Fact("Sumber dana", "Funding source", document.funding_title),
        Fact("Pihak lain", "Other party", document.payee_name),
        Fact("Wadah", "BPJS group", f"{document.wadah_code} — {document.wadah_name}"),
        Fact("Orang", "Persons", grouped(document.people)),
    ]
    if document.kind == "debit":
        borne = "tagihan asal; tanpa tagihan asal, tagihan pembayar berikutnya"
        facts.append(Fact("Dibayar bersama", "Paid with", borne))
    return tuple(facts)


def note_charges(document: NoteDocument) -> tuple[Charge, ...]:
    """JKK and JKM, each under its own account."""
    return (
        Charge("Iuran Jaminan Kecelakaan Kerja (JKK)", document.jkk_account, "jkk_idr", document.jkk_idr),
        Charge("Iuran Jaminan Kematian (JKM)", document.jkm_account, "jkm_idr", document.jkm_idr),
    )


def note_approvals(document: NoteDocument) -> tuple[Fact, ...]:
    """Who proposed the corrections and who agreed to them, by account."""
    return (
        Fact("Diusulkan oleh", "Proposed by", ", ".join(document.proposed_by)),
        Fact("Disetujui oleh", "Agreed by", ", ".join(document.checked_by)),
    )
