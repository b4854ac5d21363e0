"""What an address of the portal may ask for."""

from typing import Annotated

from fastapi import HTTPException, Query, Request
from fastapi import Path as InPath

from sigap.domain.period import Period
from sigap.errors import PeriodError
from sigap.pipeline.resources import Resources

LARGEST = 2**63 - 1  # what a line, a proposal and a person are numbered by is a bigint
NumberAsked = Annotated[int, InPath(ge=1, le=LARGEST)]
PageNumber = Annotated[int, Query(alias="halaman", ge=1, le=10**9)]
MonthSought = Annotated[str, Query(alias="bulan", max_length=7)]


def resources_of(request: Request) -> Resources:
    """What the pages of this application read from."""
    resources: Resources = request.app.state.resources()
    return resources


def month_sought(text: str) -> Period:
    """A month as an address names it; one that is none is not found."""
    try:
        return Period.parse(text)
    except PeriodError:
        raise HTTPException(404, "Bulan itu tidak terbaca. Pilih bulan dari halaman Bulan.") from None
