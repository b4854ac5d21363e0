"""The values of a template's columns, for a batch of persons at a time."""

import pyarrow as pa
import pyarrow.compute as pc

from sigap.errors import ReportingError
from sigap.reporting.people import FIELDS, Shown, masked_people
from sigap.reporting.template import Template, TemplateColumn


def columns_of(template: Template, people: pa.Table, shown: Shown) -> list[pa.ChunkedArray]:
    """One array per column of the template, row by row as `PEOPLE` come.

    Raises `ReportingError` for a code that the template has no entry for.
    """
    rows = masked_people(people) if template.is_masked else people
    return [_values(template, column, rows, shown) for column in template.columns]


def _values(template: Template, column: TemplateColumn, people: pa.Table, shown: Shown) -> pa.ChunkedArray:
    if column.field is None:
        return pa.chunked_array([pa.repeat(column.value, people.num_rows)])
    kind, take = FIELDS[column.field]
    values = take(people, shown)
    if kind == "month":
        days = pc.cast(pc.binary_join_element_wise(values, "01", "-"), pa.date32())
        values = pc.strftime(days, column.format or "%Y-%m")
    elif column.format:
        values = pc.fill_null(pc.strftime(values, column.format), "")
    if column.codes:
        values = _recoded(template, column, values)
    return pc.utf8_upper(values) if column.is_upper else values


def _recoded(template: Template, column: TemplateColumn, values: pa.ChunkedArray) -> pa.ChunkedArray:
    codes = pa.array(list(column.codes), pa.string())
    texts = pa.array(list(column.codes.values()), pa.string())
    found = texts.take(pc.index_in(values.cast(pa.string()), value_set=codes).combine_chunks())
    if column.otherwise is None and found.null_count:
        raise ReportingError(
            f"Template {template.name}.yaml, column {column.header!r}: {found.null_count} rows hold a code "
            f"of {column.field} that `codes` does not list. Add it, or say with `else` what it becomes."
        )
    return pa.chunked_array([pc.fill_null(found, column.otherwise or "")])
