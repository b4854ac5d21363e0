"""One process of ours: makes documents of a month's issued invoice.

`python -m bench.documents_ours workbook 2026-01`, or `pdf`, or `report`, prints seconds and size as JSON.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import pyarrow as pa
from upath import UPath

from sigap.domain.period import Period
from sigap.pipeline.issued import describe, issued_invoices, lines_of, place_names
from sigap.pipeline.report import report
from sigap.pipeline.resources import Resources
from sigap.reporting.annex_pages import make_annex_pdf
from sigap.reporting.invoice import InvoiceDocument, make_annex
from sigap.reporting.office import Office, office_on
from sigap.reporting.pdf import make_pdf
from sigap.reporting.workbook import make_workbook
from sigap.settings import load_settings

_Maker = Callable[[InvoiceDocument, pa.Table, Office], bytes]
_MAKERS: dict[str, tuple[_Maker, ...]] = {"workbook": (make_workbook,), "pdf": (make_pdf, make_annex_pdf)}


def alone(what: str, period: Period, resources: Resources) -> dict[str, Any]:
    """Seconds to read the invoice and to make one kind of document, and how many bytes it has."""
    started = time.perf_counter()
    document, annex = _read(period, resources)
    read = time.perf_counter()
    office = office_on(document.issued_date)
    size = sum(len(make(document, annex, office)) for make in _MAKERS[what])
    return {"reading": read - started, "making": time.perf_counter() - read, "size_bytes": size}


def whole(period: Period, resources: Resources) -> dict[str, Any]:
    """Seconds of the verb `report`, and how many bytes it has written."""
    started = time.perf_counter()
    made = report(period, resources)
    seconds = time.perf_counter() - started
    size = sum(UPath(document.uri).stat().st_size for document in made)
    return {"reading": 0.0, "making": seconds, "size_bytes": size}


def _read(period: Period, resources: Resources) -> tuple[InvoiceDocument, pa.Table]:
    with resources.warehouse.connect() as connection:
        (header,) = issued_invoices(period, connection)
        document = describe(header, resources.payers()[header.funding_source])
        return document, make_annex(lines_of(header, connection), place_names(connection, period))


if __name__ == "__main__":
    what, period = sys.argv[1], Period.parse(sys.argv[2])
    opened = Resources.open(load_settings(), "bench")
    sys.stdout.write(json.dumps(whole(period, opened) if what == "report" else alone(what, period, opened)))
