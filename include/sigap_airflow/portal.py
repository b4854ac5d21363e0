"""Puts the portal into Airflow's API server. Every process loads plugins; only a request loads the rest."""

from collections.abc import Awaitable, Callable, MutableMapping
from functools import cache
from typing import Any

Message = MutableMapping[str, Any]


async def portal(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """The portal as an ASGI application, made when it is first asked for."""
    from anyio.to_thread import run_sync

    app = await run_sync(_app)
    await app(scope, receive, send)


@cache
def _app() -> Any:
    from sigap_airflow.viewer import open_resources, signed_in
    from sigap_portal.app import create_app

    return create_app(open_resources, signed_in)
