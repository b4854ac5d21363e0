"""The portal: pages for auditors, finance and stewards, each for signed-in persons only."""

import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.exceptions import HTTPException

from sigap.errors import SigapError, WarehouseError
from sigap.pipeline.resources import Resources
from sigap_portal.corrected import corrected
from sigap_portal.pages import pages
from sigap_portal.render import render
from sigap_portal.viewer import Viewer

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
OUT_OF_REACH = "Gudang data tidak menjawab. Coba lagi beberapa menit lagi; bila berulang, hubungi operator."
UNFORESEEN = "Halaman ini tidak dapat ditampilkan. Operator menemukan sebabnya di catatan server."
NOT_READABLE = "Alamat ini tidak terbaca. Pilih tagihan atau baris dari halaman Bulan."
log = logging.getLogger(__name__)


def create_app(resources: Callable[[], Resources], signed_in: Callable[..., Any]) -> FastAPI:
    """The portal as an application of its own.

    `resources` opens warehouse and lake on the first call and is called on every request. `signed_in` is a
    FastAPI dependency that gives the `Viewer` or refuses the request by an `HTTPException`; every route
    stands behind it.
    """

    def admit(request: Request, viewer: Annotated[Viewer, Depends(signed_in)]) -> None:
        request.state.viewer = viewer

    app = FastAPI(
        title="SIGAP", docs_url=None, redoc_url=None, openapi_url=None, dependencies=[Depends(admit)]
    )
    app.state.resources = resources
    app.include_router(pages)
    app.include_router(corrected)
    app.middleware("http")(_answer)
    app.exception_handler(HTTPException)(_refuse)
    app.exception_handler(RequestValidationError)(_refuse_form)
    return app


async def _answer(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Every answer carries the headers, and a failure becomes a page."""
    try:
        response = await call_next(request)
    except Exception as error:
        response = _problem(request, *_noted(error))
    response.headers.update(HEADERS)
    return response


def _noted(error: Exception) -> tuple[int, str]:
    """Log a failure and say what to show. Only our own sentences are quoted: others could quote a person."""
    if isinstance(error, WarehouseError | OperationalError | InterfaceError):
        log.error("%s: the warehouse did not answer.", type(error).__name__)
        return 503, OUT_OF_REACH
    if isinstance(error, SigapError):
        log.error("%s", error)
    else:
        places = "".join(traceback.format_tb(error.__traceback__))
        log.error("%s, raised at\n%s", type(error).__name__, places)
    return 500, UNFORESEEN


def _refuse(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code < 400:
        return Response(status_code=error.status_code, headers=error.headers)
    return _problem(request, error.status_code, str(error.detail), error.headers)


def _refuse_form(request: Request, error: Exception) -> Response:
    return _problem(request, 422, NOT_READABLE)


def _problem(request: Request, status: int, message: str, headers: Any = None) -> HTMLResponse:
    return HTMLResponse(render(request, "problem.html", message=message), status, headers)
