"""The catalog: one YAML file per source says how that sender writes a list (sources/catalog/*.yaml)."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, get_args

import yaml

from sigap.domain.datasets import BILL_TEXT, MEMBERSHIP_TEXT, PAYMENT_TEXT, WORKER_TEXT
from sigap.domain.source import Column, DateOrder, Expectation, Kind, SourceEntry
from sigap.sources.header import header_key
from sigap.sources.inbox import GROUPS, Received
from sigap.sources.refusals import CatalogError, UnknownSourceError

CATALOG = Path(__file__).with_name("catalog")
CANONICAL: Mapping[str, tuple[str, ...]] = {
    "workers": WORKER_TEXT,
    "memberships": MEMBERSHIP_TEXT,
    "bills": BILL_TEXT,
    "payments": PAYMENT_TEXT,
}
_ENTRY_KEYS = {
    "title",
    "kind",
    "group",
    "sector",
    "dates",
    "sheet",
    "every_sheet",
    "columns",
    "ignore",
    "expect",
}
_FORMS: Mapping[str, type] = {"title": str, "sector": str, "sheet": str, "every_sheet": bool}
_COLUMN_KEYS = {"headers", "required", "dates"}
_EXPECT_KEYS = {"at_least", "at_most", "max_rejected_share"}


@cache
def load_catalog(folder: Path = CATALOG) -> dict[str, SourceEntry]:
    """Every entry by its code, which is the name of its file. Raises `CatalogError` with file and key."""
    return {path.stem: read_entry(path) for path in sorted(folder.glob("*.yaml"))}


def entry_for(received: Received, catalog: Mapping[str, SourceEntry]) -> SourceEntry:
    """The entry of the folder a file came in. Raises `UnknownSourceError` when no entry stands for it."""
    entry = catalog.get(received.code)
    if entry is None or entry.group != received.group:
        known = ", ".join(code for code, one in catalog.items() if one.group == received.group)
        raise UnknownSourceError(
            f"{received.file_name} stands in {received.group}/, folder {received.code!r}, which the catalog "
            f"does not know. Move it to its sender's folder ({known}), or describe the sender in "
            "sources/catalog/."
        )
    return entry


def read_entry(path: Path) -> SourceEntry:
    """One entry, strictly: an unknown key, column or value, or a header under two columns, is refused."""
    content = path.read_bytes()
    try:
        values = yaml.load(content, Loader=_StrictLoader)  # noqa: S506  (a SafeLoader that refuses repeated keys)
    except yaml.YAMLError as error:
        raise _wrong(path, f"is no valid YAML ({getattr(error, 'problem', error)})") from None
    _check_keys(path, "the entry", values, _ENTRY_KEYS, {"title", "kind", "columns"})
    for key, form in _FORMS.items():
        _check_form(path, key, values.get(key), form)
    kind = _one_of(path, "kind", values["kind"], get_args(Kind))
    group = _one_of(path, "group", values.get("group", "associations"), GROUPS)
    entry = SourceEntry(
        code=path.stem,
        title=values["title"],
        kind=kind,
        group=group,
        sector=values.get("sector"),
        sheet=values.get("sheet"),
        every_sheet=values.get("every_sheet", False),
        columns=_columns(path, kind, values),
        ignore=_headers(path, "ignore", values.get("ignore", [])),
        expect=_expectation(path, values.get("expect", {})),
    )
    _check_headers(path, entry)
    return replace(entry, sha256=hashlib.sha256(content).hexdigest())


def _columns(path: Path, kind: Kind, values: Mapping[str, Any]) -> dict[str, Column]:
    _check_keys(path, "columns", values["columns"], set(CANONICAL[kind]), set())
    dates = values.get("dates", "ymd")
    return {name: _column(path, name, given, dates) for name, given in values["columns"].items()}


def _column(path: Path, name: str, given: Any, dates: str) -> Column:
    """A column from `[header, …]` or from `{headers: […], required: true, dates: dmy}`."""
    given = {"headers": given} if isinstance(given, list) else given
    _check_keys(path, f"column {name}", given, _COLUMN_KEYS, {"headers"})
    _check_form(path, f"required of {name}", given.get("required"), bool)
    headers = _headers(path, name, given["headers"])
    if not headers:
        raise _wrong(path, f"has no headers for {name}")
    order: DateOrder = _one_of(path, f"dates of {name}", given.get("dates", dates), get_args(DateOrder))
    return Column(name, headers, given.get("required", False), order)


def _headers(path: Path, name: str, given: Any) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(text, str) and header_key(text) for text in given):
        raise _wrong(path, f"needs a list of headers for {name}, in quotes where YAML reads No as false")
    return tuple(given)


def _expectation(path: Path, given: Mapping[str, Any]) -> Expectation:
    _check_keys(path, "expect", given, _EXPECT_KEYS, set())
    for key, value in given.items():
        _check_form(path, key, value, float if key == "max_rejected_share" else int)
    expect = Expectation(**given)
    if not (0 <= expect.at_least <= expect.at_most and 0 <= expect.max_rejected_share <= 1):
        raise _wrong(path, "expects limits that no delivery can meet")
    return expect


def _check_headers(path: Path, entry: SourceEntry) -> None:
    meant: dict[str, str] = {}
    named = [(text, column.name) for column in entry.columns.values() for text in column.headers]
    for text, name in [*named, *((text, "ignore") for text in entry.ignore)]:
        other = meant.setdefault(header_key(text), name)
        if other != name:
            raise _wrong(path, f"gives the header {text!r} to both {other} and {name}")


def _check_keys(path: Path, where: str, given: Any, known: Collection[str], needed: Collection[str]) -> None:
    if not isinstance(given, dict):
        raise _wrong(path, f"needs a mapping of keys for {where}")
    unknown, missing = sorted(map(str, set(given) - set(known))), sorted(set(needed) - set(given))
    if unknown:
        raise _wrong(path, f"has unknown keys in {where}: {', '.join(unknown)}")
    if missing:
        raise _wrong(path, f"lacks {', '.join(missing)} in {where}")


def _check_form(path: Path, what: str, value: Any, form: type) -> None:
    """A value that is there has to be of its form; a whole number may stand where a fraction may."""
    allowed = (int, float) if form is float else form
    if value is not None and (
        not isinstance(value, allowed) or (isinstance(value, bool) and form is not bool)
    ):
        raise _wrong(path, f"has {value!r} as {what}, which should be of the form {form.__name__}")


def _one_of(path: Path, what: str, value: Any, allowed: Collection[str]) -> Any:
    if value not in allowed:
        raise _wrong(path, f"has {value!r} as {what}; allowed are {', '.join(allowed)}")
    return value


def _wrong(path: Path, trouble: str) -> CatalogError:
    return CatalogError(f"sources/catalog/{path.name} {trouble}. Correct the file.")


class _StrictLoader(yaml.SafeLoader):
    """YAML keeps the last of two equal keys without a word; a catalog must not."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        repeated = [key for position, key in enumerate(keys) if key in keys[:position]]
        if repeated:
            raise yaml.constructor.ConstructorError(problem=f"{repeated[0]!r} stands twice in one mapping")
        return super().construct_mapping(node, deep)
