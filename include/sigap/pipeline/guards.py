"""What the database refuses, in its own words, as an error of the stage that asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from sigap.errors import BillingError, SigapError

_REFUSED = "P0001"  # raise_exception: a guard of ours


@contextmanager
def guards(error: type[SigapError] = BillingError) -> Iterator[None]:
    """What a guard of the database refuses is raised as `error`, in the guard's words."""
    try:
        yield
    except DBAPIError as refusal:
        diagnosis = getattr(refusal.orig, "diag", None)
        if diagnosis is None or diagnosis.sqlstate != _REFUSED:
            raise
        raise error(str(diagnosis.message_primary)) from None
