"""What both documents state about an invoice, in the same words and order."""

from dataclasses import dataclass

from sigap.reporting.invoice import Account, InvoiceDocument
from sigap.reporting.words import indonesian_date, indonesian_month, indonesian_months


@dataclass(frozen=True, slots=True)
class Fact:
    """One line `label: value`, Indonesian with English beside it."""

    label: str
    label_en: str
    value: str
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Charge:
    """One premium: `column` names its amounts in the annex. Whole rupiah."""

    label: str
    account: Account
    column: str
    amount_idr: int


def facts_of(document: InvoiceDocument) -> tuple[Fact, ...]:
    """Number, dates, who pays whom, fund and wadah."""
    months = indonesian_months(document.covers_from, document.covers_to)
    return (
        Fact("Nomor tagihan", "Invoice number", document.number, is_strong=True),
        Fact("Tanggal terbit", "Issued", indonesian_date(document.issued_date)),
        Fact("Jatuh tempo", "Due date", indonesian_date(document.due_date), is_strong=True),
        Fact("Dibebankan kepada", "Charged to", document.payer_name),
        Fact("Sumber dana", "Funding source", document.funding_title),
        Fact("Dibayarkan kepada", "Payable to", document.payee.name),
        Fact("Rekening tujuan", "Payee account", document.payee.account),
        Fact("Kode iuran", "Billing code", document.payee.billing_code),
        Fact("Wadah", "BPJS group", f"{document.wadah_code} — {document.wadah_name}"),
        Fact("Periode (BLTH)", "Months covered", months),
        Fact("Ditagihkan pada", "Billed in", indonesian_month(document.period)),
    )


def charges_of(document: InvoiceDocument) -> tuple[Charge, ...]:
    """JKK and JKM, each under its own account."""
    return (
        Charge(
            "Iuran Jaminan Kecelakaan Kerja (JKK)",
            document.jkk_account,
            "jkk_idr",
            document.jkk_idr,
        ),
        Charge(
            "Iuran Jaminan Kematian (JKM)",
            document.jkm_account,
            "jkm_idr",
            document.jkm_idr,
        ),
    )


def approvals_of(document: InvoiceDocument) -> tuple[Fact, ...]:
    """Who approved the roster and the invoice in the system, and when."""
    roster, invoice = document.roster_approval, document.invoice_approval
    said = f"Daftar peserta versi {document.roster_version}"
    return (
        Fact(said, "Roster", f"{roster.actor}, {indonesian_date(roster.date)}"),
        Fact("Tagihan", "Invoice", f"{invoice.actor}, {indonesian_date(invoice.date)}"),
    )
