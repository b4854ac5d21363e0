"""The addresses of what corrects issued months: notes, proposals, removals, and the person they are about."""

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse

from sigap.errors import BillingError, IdentityError
from sigap.pipeline.look import explain
from sigap_portal.asked import MonthSought, NumberAsked, PageNumber, month_sought, resources_of
from sigap_portal.notes import note_of
from sigap_portal.proposals import proposal_of, removals_from
from sigap_portal.read import PAGE
from sigap_portal.render import render
from sigap_portal.why import why

corrected = APIRouter(default_response_class=HTMLResponse)


@corrected.get("/nota/{number:path}", name="note")
def show_note(request: Request, number: str, page: PageNumber = 1) -> str:
    """One issued note: header, invoices it rides on, who agreed, documents, recap and a page of its lines."""
    note = note_of(resources_of(request).warehouse, number, page)
    if note is None:
        raise HTTPException(404, "Tidak ada nota terbit dengan nomor itu. Pilih nota dari halaman Bulan.")
    if page > note.pages:
        raise HTTPException(404, f"Nota ini hanya punya {note.pages} halaman baris.")
    return render(request, "note.html", note=note, page=page, size=PAGE)


@corrected.get("/usul/{proposal_id}", name="proposal")
def show_proposal(request: Request, proposal_id: NumberAsked) -> str:
    """One proposal: a removal, or corrections of one person. Its evidence names documents, never a NIK."""
    try:
        shown = proposal_of(proposal_id, resources_of(request))
    except BillingError:
        raise HTTPException(
            404, f"Tidak ada usul {proposal_id}. Pilih usul dari halaman nota atau pencoretan."
        ) from None
    return render(request, "proposal.html", shown=shown)


@corrected.get("/pencoretan", name="removals")
def show_removals(request: Request, page: PageNumber = 1, month: MonthSought = "") -> str:
    """Who was taken out of the rosters before being billed: all of it, or from one month on."""
    period = month_sought(month) if month else None
    removals = removals_from(resources_of(request).warehouse, period, page)
    if page > removals.pages:
        raise HTTPException(404, f"Daftar ini hanya punya {removals.pages} halaman.")
    return render(request, "removals.html", removals=removals, period=period, page=page)


@corrected.get("/orang/{person_id}", name="person")
def show_person(request: Request, person_id: NumberAsked) -> str:
    """Why a person is who they are, with the received cells, by the newest month. The look is recorded."""
    try:
        found = explain(person_id, None, request.state.viewer.account, resources_of(request))
    except IdentityError:
        raise HTTPException(
            404, f"Tidak ada bulan yang mengenal orang {person_id}. Periksa nomornya pada usul atau nota."
        ) from None
    explained = why(found, is_alone=True)
    return render(request, "person.html", person_id=person_id, period=found.period, why=explained)
