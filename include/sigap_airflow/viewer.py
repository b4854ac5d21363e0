"""Who may see the portal, by Airflow's auth manager, and what its pages are read from."""

from functools import cache
from urllib.parse import urlencode

from airflow.api_fastapi.app import API_ROOT_PATH, get_auth_manager
from airflow.api_fastapi.core_api.security import bearer_scheme, get_user
from airflow.models.connection import Connection
from fastapi import HTTPException, Request
from starlette.concurrency import run_in_threadpool

from sigap.pipeline.resources import Resources
from sigap_airflow.places import deployed_settings
from sigap_portal.viewer import Viewer

RIGHT = "Audit Logs"  # FAB knows no resource of our own; this one only Admin has until a role is given it
FORBIDDEN = "Akun ini tidak berhak membuka SIGAP. Minta hak auditor kepada admin Airflow."


async def signed_in(request: Request) -> Viewer:
    """The person of the request, by token or by the cookie of Airflow's UI.

    A browser without one is sent to the login page, anything else gets 401; an account that may not read the
    audit logs gets 403.
    """
    try:
        user = await get_user(request, None, await bearer_scheme(request))
    except HTTPException:
        raise _ask_to_sign_in(request) from None
    manager = get_auth_manager()
    may_see = await run_in_threadpool(
        manager.is_authorized_custom_view, method="GET", resource_name=RIGHT, user=user
    )
    if not may_see:
        raise HTTPException(403, FORBIDDEN)
    return Viewer(user.get_name())


def _ask_to_sign_in(request: Request) -> HTTPException:
    if "text/html" not in request.headers.get("accept", ""):
        return HTTPException(401, "Masuk dahulu melalui Airflow.", {"WWW-Authenticate": "Bearer"})
    query = f"?{request.url.query}" if request.url.query else ""
    where = urlencode({"next": request.url.path + query})
    return HTTPException(303, headers={"Location": f"{API_ROOT_PATH}api/v2/auth/login?{where}"})


@cache
def open_resources() -> Resources:
    """The warehouse and the lake, opened once for this process."""
    settings = deployed_settings(Connection.get_connection_from_secrets)
    return Resources.open(settings, "portal")
