"""The addresses of the portal and what stands at them."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from sigap.errors import BillingError
from sigap.pipeline.look import explain_line, look
from sigap.pipeline.summary import summarise
from sigap_portal.asked import LARGEST, NumberAsked, PageNumber, month_sought, resources_of
from sigap_portal.doubts import doubts_of
from sigap_portal.ledger import invoice_of, months_on_record
from sigap_portal.notes import notes_of_months
from sigap_portal.proposals import removals_of_months
from sigap_portal.read import PAGE
from sigap_portal.render import render
from sigap_portal.trail import trail
from sigap_portal.why import why

MONTHS = 6
pages = APIRouter(default_response_class=HTMLResponse)


@pages.get("/", name="months")
def show_months(request: Request, page: PageNumber = 1) -> str:
    """The months on record, newest first, with their figures."""
    resources = resources_of(request)
    periods = months_on_record(resources.warehouse)
    shown = periods[(page - 1) * MONTHS : page * MONTHS]
    if page > 1 and not shown:
        raise HTTPException(404, "Halaman itu tidak ada. Kembali ke halaman Bulan.")
    months = [(period, summarise(period, resources)) for period in shown]
    booked = notes_of_months(resources.warehouse, shown)
    removed = removals_of_months(resources.warehouse, shown)
    last = -(-len(periods) // MONTHS)
    return render(request, "months.html", months=months, booked=booked, removed=removed, page=page, last=last)


@pages.get("/tagihan/{number:path}", name="invoice")
def show_invoice(
    request: Request,
    number: str,
    page: PageNumber = 1,
    line: Annotated[str, Query(alias="baris", max_length=40)] = "",
) -> str:
    """One issued invoice: header, approvals, documents, recap, and a page of its lines or the one sought."""
    invoice = invoice_of(resources_of(request).warehouse, number, page, _line_sought(line))
    if invoice is None:
        raise HTTPException(
            404, "Tidak ada tagihan terbit dengan nomor itu. Pilih tagihan dari halaman Bulan."
        )
    if page > invoice.pages:
        raise HTTPException(404, f"Tagihan ini hanya punya {invoice.pages} halaman baris.")
    return render(request, "invoice.html", invoice=invoice, page=page, sought=line.strip(), size=PAGE)


@pages.get("/jejak/{line_id}", name="trace")
def show_trace(request: Request, line_id: NumberAsked) -> str:
    """The way from one line back to the received cells, and why this person. Looks are recorded first."""
    account, resources = request.state.viewer.account, resources_of(request)
    try:
        steps = look(line_id, account, resources)
    except BillingError:
        raise HTTPException(
            404, f"Tidak ada baris tagihan {line_id}. Cari ID baris di halaman tagihan."
        ) from None
    number = next((step.facts["number"] for step in steps if "number" in step.facts), None)
    explained = why(explain_line(line_id, account, resources))
    return render(request, "trace.html", line_id=line_id, number=number, trail=trail(steps), why=explained)


@pages.get("/tinjauan/{period}", name="review")
def show_review(request: Request, period: str, page: PageNumber = 1) -> str:
    """The doubtful pairs of a month that wait for a person. Nobody's name, NIK or birth date is on it."""
    month = month_sought(period)
    doubts = doubts_of(month, page, resources_of(request))
    if page > doubts.pages:
        raise HTTPException(404, f"Bulan ini hanya punya {doubts.pages} halaman pasangan.")
    return render(request, "review.html", period=month, doubts=doubts, page=page)


@pages.get("/gaya.css", name="style", response_class=FileResponse)
def show_style() -> Response:
    """The look of the pages."""
    return FileResponse(Path(__file__).with_name("style.css"), media_type="text/css; charset=utf-8")


def _line_sought(text: str) -> int | None:
    """The id as a person types it; what is no id finds nothing, as id 0 does."""
    wanted = text.strip().replace(".", "")
    if not wanted:
        return None
    number = int(wanted) if wanted.isascii() and wanted.isdigit() else 0
    return number if number <= LARGEST else 0
