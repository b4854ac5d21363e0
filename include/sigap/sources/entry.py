"""One catalog entry from its YAML file, with every contradiction refused."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

from sigap.domain.datasets import (
    ACTIVATION_TEXT,
    BILL_TEXT,
    MEMBERSHIP_TEXT,
    ORDER_TEXT,
    PAYMENT_TEXT,
    STATEMENT_TEXT,
    WORKER_TEXT,
)
from sigap.domain.reasons import reasons
from sigap.domain.source import (
    Column,
    DateOrder,
    Expectation,
    Kind,
    Numbering,
    Severity,
    SourceEntry,
)
from sigap.sources.header import header_key
from sigap.sources.inbox import GROUPS
from sigap.sources.strict import Page, page_of

SHIPPED = Path(__file__).with_name("catalog")
CANONICAL: Mapping[str, tuple[str, ...]] = {
    "workers": WORKER_TEXT,
    "memberships": MEMBERSHIP_TEXT,
    "bills": BILL_TEXT,
    "payments": PAYMENT_TEXT,
    "statements": STATEMENT_TEXT,
    "orders": ORDER_TEXT,
    "activations": ACTIVATION_TEXT,
}
_FORMS: Mapping[str, type] = {"title": str, "sector": str, "sheet": str, "every_sheet": bool}
_HEADER_LISTS = ("ignore", "minimise", "template")
_ENTRY_KEYS = {
    *_FORMS,
    *_HEADER_LISTS,
    "kind",
    "group",
    "dates",
    "columns",
    "severity",
    "numbering",
    "expect",
}
_COLUMN_KEYS = {"headers", "required", "dates"}
_EXPECT_FORMS: Mapping[str, type] = {
    "at_least": int,
    "at_most": int,
    "max_rejected_share": float,
    "max_duplicate_share": float,
    "max_change": float,
}


def read_entry(path: Path) -> SourceEntry:
    """One entry, strictly: an unknown key, column, code or value, or a header under two columns, is refused.

    Raises `CatalogError` with file and place.
    """
    content, page = path.read_bytes(), page_of(path, SHIPPED)
    values = page.values(content)
    page.keys("the entry", values, _ENTRY_KEYS, {"title", "kind", "columns"})
    for key, form in _FORMS.items():
        page.form(key, values.get(key), form)
    kind: Kind = page.one_of("kind", values["kind"], get_args(Kind))
    lists: dict[str, Any] = {key: page.headers(key, values.get(key, [])) for key in _HEADER_LISTS}
    entry = SourceEntry(
        code=path.stem,
        kind=kind,
        group=page.one_of("group", values.get("group", "associations"), GROUPS),
        columns=_columns(page, kind, values),
        severity=_severity(page, values.get("severity", {})),
        numbering=page.one_of("numbering", values.get("numbering", "kemendagri"), get_args(Numbering)),
        expect=_expectation(page, values.get("expect", {})),
        **lists,
        **{key: values[key] for key in _FORMS if values.get(key) is not None},
    )
    _check_headers(page, entry)
    _check_template(page, entry)
    return replace(entry, sha256=hashlib.sha256(content).hexdigest())


def _columns(page: Page, kind: Kind, values: Mapping[str, Any]) -> dict[str, Column]:
    page.keys("columns", values["columns"], set(CANONICAL[kind]))
    dates = values.get("dates", "ymd")
    return {name: _column(page, name, given, dates) for name, given in values["columns"].items()}


def _column(page: Page, name: str, given: Any, dates: str) -> Column:
    """A column from `[header, …]` or from `{headers: […], required: true, dates: dmy}`."""
    given = {"headers": given} if isinstance(given, list) else given
    page.keys(f"column {name}", given, _COLUMN_KEYS, {"headers"})
    page.form(f"required of {name}", given.get("required"), bool)
    headers = page.headers(name, given["headers"])
    if not headers:
        raise page.wrong(f"has no headers for {name}")
    order: DateOrder = page.one_of(f"dates of {name}", given.get("dates", dates), get_args(DateOrder))
    return Column(name, headers, given.get("required", False), order)


def _severity(page: Page, given: Any) -> dict[str, Severity]:
    codes = {code for code, reason in reasons().items() if reason.stage == "quality"}
    page.keys("severity", given, codes)
    return {
        code: page.one_of(f"severity of {code}", word, get_args(Severity)) for code, word in given.items()
    }


def _expectation(page: Page, given: Any) -> Expectation:
    page.keys("expect", given, set(_EXPECT_FORMS))
    for key, value in given.items():
        page.form(key, value, _EXPECT_FORMS[key])
    expect = Expectation(**given)
    shares = (expect.max_rejected_share, expect.max_duplicate_share)
    if not (
        0 <= expect.at_least <= expect.at_most
        and all(0 <= share <= 1 for share in shares)
        and (expect.max_change is None or expect.max_change > 0)
    ):
        raise page.wrong("expects limits that no delivery can meet")
    return expect


def _check_headers(page: Page, entry: SourceEntry) -> None:
    """A header has one meaning: a column, or known and not needed, or not carried past the archive."""
    meant: dict[str, str] = {}
    named = [(text, column.name) for column in entry.columns.values() for text in column.headers]
    named += [(text, "ignore") for text in entry.ignore] + [(text, "minimise") for text in entry.minimise]
    for text, name in named:
        other = meant.setdefault(header_key(text), name)
        if other != name:
            raise page.wrong(f"gives the header {text!r} to both {other} and {name}")


def _check_template(page: Page, entry: SourceEntry) -> None:
    keys = [header_key(text) for text in entry.template]
    repeated = [text for text, key in zip(entry.template, keys, strict=True) if keys.count(key) > 1]
    if repeated:
        raise page.wrong(f"has {repeated[0]!r} twice in its template")
    for column in entry.columns.values():
        if keys and column.required and not {header_key(text) for text in column.headers} & set(keys):
            raise page.wrong(f"has a template without the required column {column.name}")
