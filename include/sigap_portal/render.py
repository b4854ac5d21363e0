"""Turns a template and its facts into a page: all of it escaped, all of it as Indonesians write it."""

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sigap.billing.correction import load_corrections
from sigap.domain.money import rupiah
from sigap.domain.period import Period
from sigap.reporting.words import english_month, grouped, indonesian_date, indonesian_month, sector_names

ZONE = ZoneInfo("Asia/Jakarta")  # a moment is shown by the city's clock


def render(request: Request, template: str, **facts: Any) -> str:
    """The page as HTML."""
    return (
        _environment()
        .get_template(template)
        .render(
            viewer=getattr(request.state, "viewer", None),
            address=lambda name, **parts: address(request, name, **parts),
            **facts,
        )
    )


def address(request: Request, name: str, **parts: Any) -> str:
    """The path of a page, below wherever the portal is mounted. No host: a proxy may use another."""
    path = str(request.app.url_path_for(name, **parts))
    return str(request.scope.get("root_path", "")).rstrip("/") + path


def moment(value: dt.datetime) -> str:
    """A moment as `5 Januari 2026 14.30 WIB`."""
    return f"{format_datetime(value.astimezone(ZONE), 'd MMMM y HH.mm', locale='id_ID')} WIB"


def sector(code: str | None) -> str:
    """The Indonesian name of an occupation group."""
    return sector_names([code]).get(code or "", "–")


def month_of(period: str) -> str:
    """A month as it is kept, `2026-01`, as `Januari 2026`."""
    return indonesian_month(Period.parse(period))


STATES = {
    "proposed": "Menunggu orang kedua",
    "turned_down": "Ditolak",
    "agreed": "Disetujui",
    "drafted": "Pada rancangan nota",
    "booked": "Dibukukan",
    "taken_back": "Dibatalkan",
}


def reason(code: str) -> str:
    """The Indonesian title of the reason of a correction."""
    return load_corrections().reasons[code].title


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "rupiah": rupiah,
        "grouped": grouped,
        "moment": moment,
        "day": indonesian_date,
        "month": indonesian_month,
        "month_of": month_of,
        "english_month": english_month,
        "reason": reason,
        "state": STATES.__getitem__,
        "sector": sector,
    }
    return environment
