"""Templates of files that leave the house: columns, order, formats and codes as data (`templates/*.yaml`)."""

import dataclasses
import hashlib
import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from sigap.errors import ReportingError
from sigap.reporting.people import FIELDS, Kind

SHIPPED = Path(__file__).with_name("templates")
SHEET_ROWS = 1_048_576  # what a spreadsheet holds
_KEYS = {
    "title", "reference", "verified", "format", "sheet", "nik", "max_rows", "heading", "landscape", "totals",
    "delimiter", "columns",
}  # fmt: skip
_COLUMN_KEYS = {"header", "field", "value", "format", "case", "codes", "else", "width"}
_WORDS = {"number", "months", "regency", "part", "parts", "wadah", "payer", "issued", "people"}
_REQUIRED = ("title", "reference", "format", "nik", "columns")


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One column: a field of `FIELDS`, or one value for everybody. `format` as in strftime makes a text."""

    header: str
    kind: Kind
    field: str | None = None
    value: str = ""
    format: str | None = None
    is_upper: bool = False
    codes: Mapping[str, str] = dataclasses.field(default_factory=dict)
    otherwise: str | None = None  # what a code without an entry becomes; None refuses it
    width: float | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """How a file is laid out. `max_rows` counts everything in it, heading and header included."""

    name: str
    title: str
    reference: str
    is_verified: bool
    format: Literal["xlsx", "csv"]
    sheet: str
    is_masked: bool
    max_rows: int
    heading: tuple[str, ...]
    is_landscape: bool
    has_totals: bool
    delimiter: str
    columns: tuple[TemplateColumn, ...]
    sha256: str

    @property
    def header_row(self) -> int:
        """The row of the headers, from 1; a heading is set off by an empty row."""
        return len(self.heading) + 2 if self.heading else 1

    @property
    def most_people(self) -> int:
        """How many persons a file holds at most."""
        return self.max_rows - self.header_row - self.has_totals


class _Reader(yaml.SafeLoader):
    """Reads `No` as the word it is: only true and false are truth values."""


_Reader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in forms if tag != "tag:yaml.org,2002:bool"]
    for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Reader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def load_template(name: str, folder: Path | None = None) -> Template:
    """The template of that name: the city's own in `folder`, else the shipped one.

    Raises `ReportingError` with file and key for one that is unknown or not in order.
    """
    places = [place / f"{name}.yaml" for place in (folder, SHIPPED) if place is not None]
    file = next((place for place in places if place.is_file()), None)
    if file is None:
        raise ReportingError(f"There is no template {name!r}. Describe it in {places[0]}.")
    content = file.read_bytes()
    try:
        entry = yaml.load(content, _Reader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError:
        raise _refuse(file, "it is no YAML. Correct its indentation and quotes.") from None
    if not isinstance(entry, dict):
        raise _refuse(file, "it says nothing. Copy reporting/templates/bpjs.yaml and change that.")
    return _template(file, entry, hashlib.sha256(content).hexdigest())


def _refuse(file: Path, what: str) -> ReportingError:
    return ReportingError(f"Template {file.name}: {what}")


def _template(file: Path, entry: Mapping[str, Any], digest: str) -> Template:
    _refuse_keys(file, entry, _KEYS, "")
    if missing := [key for key in _REQUIRED if not entry.get(key)]:
        raise _refuse(file, f"{', '.join(missing)} is missing. Fill it in.")
    heading = tuple(entry.get("heading", ()))
    for line in heading:
        _refuse_words(file, line)
    template = Template(
        name=file.stem,
        title=entry["title"],
        reference=entry["reference"],
        is_verified=bool(entry.get("verified", False)),
        format=_one_of(file, "format", entry["format"], ("xlsx", "csv")),
        sheet=str(entry.get("sheet", "Data"))[:31],
        is_masked=_one_of(file, "nik", entry["nik"], ("full", "masked")) == "masked",
        max_rows=min(int(entry.get("max_rows", SHEET_ROWS)), SHEET_ROWS),
        heading=heading,
        is_landscape=bool(entry.get("landscape", False)),
        has_totals=bool(entry.get("totals", False)),
        delimiter=entry.get("delimiter", ","),
        columns=tuple(_column(file, column) for column in entry["columns"]),
        sha256=digest,
    )
    if template.most_people < 1:
        raise _refuse(file, f"max_rows {template.max_rows} leaves no row for a person. Raise it.")
    if template.format == "csv" and (template.heading or template.has_totals):
        raise _refuse(file, "a csv has neither heading nor totals. Take them out, or choose xlsx.")
    return template


def _column(file: Path, entry: Mapping[str, Any]) -> TemplateColumn:
    header = str(entry.get("header", ""))
    _refuse_keys(file, entry, _COLUMN_KEYS, f", column {header!r}")
    name = entry.get("field")
    if (name is None) == ("value" not in entry) or not header:
        raise _refuse(file, f"column {header!r} needs a header, and a field or a value. Give one of the two.")
    if name is not None and name not in FIELDS:
        raise _refuse(
            file, f"column {header!r} asks for the field {name!r}, which there is not. "
            f"Choose one of {', '.join(FIELDS)}."
        )  # fmt: skip
    kind: Kind = FIELDS[name][0] if name is not None else "text"
    if entry.get("format") and kind not in ("day", "month"):
        raise _refuse(file, f"column {header!r}: a format is for days and months. Take it out.")
    return TemplateColumn(
        header=header,
        kind=kind,
        field=name,
        value=str(entry.get("value", "")),
        format=entry.get("format"),
        is_upper=_one_of(file, "case", entry.get("case", "as_is"), ("as_is", "upper")) == "upper",
        codes={str(code): str(text) for code, text in entry.get("codes", {}).items()},
        otherwise=entry.get("else"),
        width=entry.get("width"),
    )


def _one_of(file: Path, key: str, value: Any, allowed: tuple[str, ...]) -> Any:
    if value not in allowed:
        raise _refuse(file, f"{key} {value!r} is not known. Choose {' or '.join(allowed)}.")
    return value


def _refuse_keys(file: Path, entry: Mapping[str, Any], known: set[str], where: str) -> None:
    if strange := sorted(set(entry) - known):
        raise _refuse(
            file, f"{', '.join(strange)}{where} is not known. Choose from {', '.join(sorted(known))}."
        )


def _refuse_words(file: Path, line: str) -> None:
    try:
        used = {name for _, name, _, _ in string.Formatter().parse(line) if name is not None}
    except ValueError:
        used = {line}
    if strange := sorted(used - _WORDS):
        raise _refuse(
            file, f"the heading asks for {{{strange[0]}}}, which there is not. "
            f"Choose from {', '.join(sorted(_WORDS))}."
        )  # fmt: skip
