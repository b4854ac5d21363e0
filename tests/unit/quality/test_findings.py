"""Findings name the cell of the sender's file."""

import pyarrow as pa

from sigap.domain.datasets import FINDINGS
from sigap.domain.lists import FoundList
from sigap.quality.findings import name_cells
from sigap.quality.severity import Ruling

FINE = Ruling("accepted", ())
NO_NIK = Ruling("held", (("NIK_MISSING", "hold"),))
TWO = Ruling("held", (("DOB_INVALID", "hold"), ("ROW_HIDDEN", "warn")))
UTARA = FoundList("Utara", (1,), ("No", "N I K", "Lahir"), {"nik": "B", "birth_date": "C"})
WIDE = FoundList("Barat", (1,), tuple(f"Kolom {n}" for n in range(1, 29)), {"nik": "AB"})


def rows(*sheets: str | None) -> pa.Table:
    return pa.table(
        {
            "delivery_id": ["d1"] * len(sheets),
            "sheet": pa.array(sheets, pa.string()),
            "row": pa.array(range(2, 2 + len(sheets)), pa.int32()),
            "source": ["becak"] * len(sheets),
        }
    )


def cells(sheets: list[str | None], lists: list[FoundList], of_row: list[int]) -> list[tuple]:
    found = name_cells(rows(*sheets), [FINE, NO_NIK, TWO], pa.array(of_row, pa.int32()), lists)
    assert found.schema.equals(FINDINGS)
    return [
        tuple(one[name] for name in ("row", "code", "severity", "field", "column", "header"))
        for one in found.to_pylist()
    ]


def test_a_finding_names_row_column_and_header_of_its_own_sheet() -> None:
    assert cells(["Utara", "Barat", "Utara"], [UTARA, WIDE], [1, 1, 2]) == [
        (2, "NIK_MISSING", "hold", "nik", "B", "N I K"),
        (3, "NIK_MISSING", "hold", "nik", "AB", "Kolom 28"),
        (4, "DOB_INVALID", "hold", "birth_date", "C", "Lahir"),
        (4, "ROW_HIDDEN", "warn", None, None, None),
    ]


def test_a_column_that_the_list_lacks_has_no_letter_but_keeps_its_name() -> None:
    assert cells(["Barat"], [WIDE], [2])[0] == (2, "DOB_INVALID", "hold", "birth_date", None, None)


def test_a_delivery_whose_lists_were_not_kept_has_findings_without_letters() -> None:
    assert cells([None], [], [1]) == [(2, "NIK_MISSING", "hold", "nik", None, None)]


def test_a_csv_has_no_sheet_and_its_columns_letters_all_the_same() -> None:
    csv = FoundList("", (1,), ("NIK",), {"nik": "A"})
    assert cells([None, ""], [csv], [1, 1]) == [
        (2, "NIK_MISSING", "hold", "nik", "A", "NIK"),
        (3, "NIK_MISSING", "hold", "nik", "A", "NIK"),
    ]


def test_rows_that_are_fine_have_no_findings() -> None:
    assert cells(["Utara", "Utara"], [UTARA], [0, 0]) == []
    assert cells([], [UTARA], []) == []
