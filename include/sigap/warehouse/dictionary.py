"""Writes docs/data_dictionary.md: every table, view and lake dataset with its columns and what they mean.

`python -m sigap.warehouse.dictionary` writes the page; the comments of the warehouse are its only source, and
`lake.yaml` for columns that only the lake has.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import Column, Table, make_url

from sigap.domain.datasets import SCHEMAS
from sigap.warehouse.tables import SCHEMA_NAMES, metadata
from sigap.warehouse.views import view_names, view_script

PAGE = Path(__file__).parents[3] / "docs" / "data_dictionary.md"
_DIALECT = make_url("postgresql+psycopg://").get_dialect()()
_COMMENT = re.compile(r"COMMENT ON (VIEW|COLUMN) reporting\.\w+(?:\.(\w+))? IS '([^']*)';")
_HEAD = """# Data dictionary

Written by `python -m sigap.warehouse.dictionary`. Edit the comments in `include/sigap/warehouse`,
not this page.

The warehouse has one schema per stage. No database role is created and nothing is granted: the
administrator gives the pipeline's account the schemas, analysts the views `reporting.dim_*`,
`reporting.fact_*` and `reporting.source_scorecard` (no name, no NIK), and the portal
`reporting.invoice_overview` and `reporting.month_overview` beside what it shows.
"""


def write_dictionary() -> str:
    """The whole page as Markdown."""
    parts = [_HEAD, "## Tables\n", *_tables(), "## Views\n", *map(_view, view_names())]
    return "\n".join([*parts, "## Batches in the lake\n", *_datasets()])


def lake_meanings(dataset: str) -> dict[str, str]:
    """What each column of a dataset means; every other known column name besides."""
    own = _lake()
    comments = {c.name: c.comment or "" for table in metadata.tables.values() for c in table.columns}
    return {**comments, **own["columns"], **own["datasets"][dataset].get("columns", {})}


@cache
def _lake() -> dict[str, Any]:
    entries: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("lake.yaml").read_text(encoding="utf-8")
    )
    return entries


def _tables() -> Iterator[str]:
    for schema in SCHEMA_NAMES:
        for table in sorted(
            (t for t in metadata.tables.values() if t.schema == schema), key=lambda t: t.name
        ):
            rows = [(column.name, _type(column), _notes(column, table)) for column in table.columns]
            yield _section(f"{schema}.{table.name}", table.comment or "", rows)


def _type(column: "Column[Any]") -> str:
    return column.type.compile(dialect=_DIALECT).lower()


def _notes(column: "Column[Any]", table: Table) -> str:
    targets = sorted(key.target_fullname for key in column.foreign_keys)
    marks = [
        *(["key"] if column in table.primary_key.columns.values() else []),
        *(["may be empty"] if column.nullable else []),
        *(f"→ {target}" for target in targets),
    ]
    return f"{column.comment}" + (f" ({'; '.join(marks)})" if marks else "")


def _view(name: str) -> str:
    found = _COMMENT.findall(view_script(name))
    comment = next(words for kind, _, words in found if kind == "VIEW")
    rows = [(column, words) for kind, column, words in found if kind == "COLUMN"]
    return _section(f"reporting.{name}", comment, rows)


def _datasets() -> Iterator[str]:
    for dataset, schema in SCHEMAS.items():
        meanings = lake_meanings(dataset)
        rows = [(field.name, str(field.type), meanings[field.name]) for field in schema]
        yield _section(dataset, _lake()["datasets"][dataset]["meaning"], rows)


def _section(name: str, comment: str, rows: Sequence[tuple[str, ...]]) -> str:
    width = len(rows[0])
    head = ("Column", "Type", "Meaning") if width == 3 else ("Column", "Meaning")
    lines = [f"### {name}", "", comment + ".", "", _row(head), _row(("---",) * width)]
    return "\n".join([*lines, *(_row((f"`{row[0]}`", *row[1:])) for row in rows), ""])


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells) + " |"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(write_dictionary(), encoding="utf-8")
