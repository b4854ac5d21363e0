"""What the pages read from the warehouse: months on record and issued invoices."""

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, column, func, select, table, union

from sigap.domain.period import Period
from sigap.warehouse.tables import audit, billing, entitlement, reporting, sources
from sigap_portal.documents import documents_of
from sigap_portal.notes import balance_of, notes_on
from sigap_portal.read import PAGE, Row, pages_for, rows_of

_PREMIUM = table(
    "fact_premium",
    *(column(name) for name in ("invoice_id", "kecamatan_code", "jkk_idr", "jkm_idr", "total_idr")),
    schema="reporting",
)
_REGION = table(
    "dim_region",
    *(column(name) for name in ("kelurahan_code", "kelurahan_name", "kecamatan_code", "kecamatan_name")),
    schema="reporting",
)


@dataclass(frozen=True, slots=True)
class Invoice:
    """An issued invoice as the page shows it. `lines` is one page, or the one line sought; NIK are masked.

    `balance` is what it asks with its notes and what was paid; None for a void one.
    """

    header: Row
    balance: Row | None
    notes: list[Row]
    approvals: list[Row]
    documents: list[Row]
    recap: list[Row]
    lines: list[Row]
    pages: int


def months_on_record(warehouse: Engine) -> list[Period]:
    """Every month with a delivery or an issued invoice, newest first."""
    billed = select(billing.invoice.c.period).where(billing.invoice.c.status == "issued")
    with warehouse.connect() as connection:
        found = connection.execute(union(select(sources.delivery.c.period), billed)).scalars()
        return sorted(map(Period.parse, found), reverse=True)


def invoice_of(warehouse: Engine, number: str, page: int, line_id: int | None = None) -> Invoice | None:
    """The invoice of that number, issued or void, with a page of its lines or only `line_id`; else None."""
    invoice, roster = billing.invoice, entitlement.roster
    wanted = (
        select(invoice, roster.c.version.label("roster_version"))
        .join(roster, roster.c.roster_id == invoice.c.roster_id)
        .where(invoice.c.number == number, invoice.c.status.in_(("issued", "void")))
    )
    with warehouse.connect() as connection:
        found = rows_of(connection, wanted)
        if not found:
            return None
        (header,) = found
        return Invoice(
            header=header | {"period": Period.parse(header["period"])},
            balance=balance_of(connection, header["invoice_id"]),
            notes=notes_on(connection, header),
            approvals=_approvals(connection, header["roster_id"], header["generation"]),
            documents=documents_of(connection, reporting.document.c.invoice_id == header["invoice_id"]),
            recap=_recap(connection, header["invoice_id"]),
            lines=_lines(connection, header["invoice_id"], page, line_id),
            pages=pages_for(_count_lines(connection, header["invoice_id"])),
        )


def _approvals(connection: Connection, roster_id: int, generation: int) -> list[Row]:
    approval = audit.approval.c
    of_roster = select(audit.approval).where(approval.roster_id == roster_id)
    own = of_roster.where((approval.subject == "roster") | (approval.generation == generation))
    return rows_of(connection, own.order_by(approval.approval_id))


def _count_lines(connection: Connection, invoice_id: int) -> int:
    line = billing.invoice_line
    wanted = select(func.count()).select_from(line).where(line.c.invoice_id == invoice_id)
    return int(connection.execute(wanted).scalar_one())


def _recap(connection: Connection, invoice_id: int) -> list[Row]:
    """People and rupiah per kecamatan. A code that is no place of the city has no name."""
    premium = _PREMIUM.c
    names = select(_REGION.c.kecamatan_code, _REGION.c.kecamatan_name).distinct().subquery("kecamatan")
    amounts = [func.sum(premium[name]).label(name) for name in ("jkk_idr", "jkm_idr", "total_idr")]
    wanted = (
        select(premium.kecamatan_code, names.c.kecamatan_name, func.count().label("people"), *amounts)
        .outerjoin(names, names.c.kecamatan_code == premium.kecamatan_code)
        .where(premium.invoice_id == invoice_id)
        .group_by(premium.kecamatan_code, names.c.kecamatan_name)
        .order_by(premium.kecamatan_code)
    )
    return rows_of(connection, wanted)


def _lines(connection: Connection, invoice_id: int, page: int, line_id: int | None) -> list[Row]:
    """One page of lines. The page is cut before persons are joined, and a NIK leaves the database masked."""
    line = billing.invoice_line
    cut = select(line).where(line.c.invoice_id == invoice_id).order_by(line.c.line_id)
    if line_id is None:
        cut = cut.limit(PAGE).offset((page - 1) * PAGE)
    else:
        cut = cut.where(line.c.line_id == line_id)
    one, decision, place = cut.subquery("line"), entitlement.decision, _REGION
    nik = decision.c.nik
    wanted = (
        select(
            one,
            (func.left(nik, 6) + "******" + func.right(nik, 4)).label("nik_masked"),
            decision.c.sector,
            place.c.kelurahan_name,
            place.c.kecamatan_name,
        )
        .join(decision, (decision.c.roster_id == one.c.roster_id) & (decision.c.person_id == one.c.person_id))
        .outerjoin(place, place.c.kelurahan_code == decision.c.kelurahan_code)
        .order_by(one.c.line_id)
    )
    return rows_of(connection, wanted)
