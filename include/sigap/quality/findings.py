"""Findings: which cell of the sender's file a reason code is about, one row per received row and code."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sigap.domain.datasets import FINDINGS
from sigap.domain.lists import FoundList
from sigap.domain.reasons import reasons
from sigap.quality.severity import Ruling


def name_cells(
    rows: pa.Table, rulings: Sequence[Ruling], of_row: pa.Array, lists: Sequence[FoundList]
) -> pa.Table:
    """The findings of checked rows, in their order, the codes of a row sorted; columns as in FINDINGS.

    `of_row` says for every row which of `rulings` it has. Column letter and header come from the list that
    stands in the row's sheet; they are null when the sender's list lacks the column.
    """
    kinds = list(dict.fromkeys(found for ruling in rulings for found in ruling.findings))
    offsets = np.cumsum([0, *(len(ruling.findings) for ruling in rulings)])
    numbers = [kinds.index(found) for ruling in rulings for found in ruling.findings]
    by_ruling = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(numbers, pa.int32()))
    by_row = by_ruling.take(of_row)
    kind, row = pc.list_flatten(by_row), pc.list_parent_indices(by_row)
    columns = {name: rows[name].take(row) for name in ("delivery_id", "sheet", "row", "source")}
    fields = [reasons()[code].field for code, _ in kinds]
    columns |= {
        "code": pa.array([code for code, _ in kinds], pa.string()).take(kind),
        "severity": pa.array([severity for _, severity in kinds], pa.string()).take(kind),
        "field": pa.array(fields, pa.string()).take(kind),
    }
    columns |= _cells(columns["sheet"], kind, fields, lists)
    return pa.table({name: columns[name] for name in FINDINGS.names}, schema=FINDINGS)


def _cells(
    sheets: pa.ChunkedArray, kind: pa.Array, fields: Sequence[str | None], lists: Sequence[FoundList]
) -> dict[str, pa.Array]:
    """Letter and header for each pair of sheet and kind of finding, looked up once per pair."""
    encoded = pc.fill_null(sheets, "").combine_chunks().dictionary_encode()
    found = {found.sheet or "": found for found in lists}
    cells = [
        _cell(found.get(sheet), field) for sheet, field in product(encoded.dictionary.to_pylist(), fields)
    ]
    pair = pc.add(pc.multiply(encoded.indices, len(fields)), kind)
    return {
        name: pa.array([cell[place] for cell in cells], pa.string()).take(pair)
        for place, name in enumerate(("column", "header"))
    }


def _cell(found: FoundList | None, field: str | None) -> tuple[str | None, str | None]:
    letter = found.columns.get(field) if found and field else None
    if found is None or letter is None:
        return None, None
    place = _place(letter)
    return letter, found.headers[place] if place < len(found.headers) else None


def _place(letter: str) -> int:
    """A is 0, Z is 25, AA is 26."""
    place = 0
    for sign in letter:
        place = place * 26 + ord(sign) - ord("A") + 1
    return place - 1
