"""Of a correction workbook that came back only rows are taken that were to be fixed and were."""

import json
from functools import cache
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from upath import UPath

from sigap.domain.correction import ASKED, FACTS, MARK_SHEET, REASON_HEADER, Mark
from sigap.domain.datasets import RECEIVED_WORKERS
from sigap.domain.lists import FoundList
from sigap.domain.source import Column, SourceEntry
from sigap.engine import connect
from sigap.errors import SourceError
from sigap.sources.marked import Marked, find_mark, parse_mark
from sigap.sources.returned import Fixed, entry_of_return, same_layout, take_fixed
from unit.sources.lists import write_csv, write_xlsx

HEADERS = ("NIK", "Nama", "Tgl Lahir")
FIRST = FoundList("Data", (1,), HEADERS, {"nik": "A", "full_name": "B", "birth_date": "C"})
BACK = FoundList("Data", (1,), (*HEADERS, REASON_HEADER), FIRST.columns, minimised=(REASON_HEADER,))
MARK = Mark("d1", "becak", "2026-01", {"Data": "Data"})
Texts = tuple[str | None, ...]


def texts(row: int) -> Texts:
    return (f"32750117088{row:05d}", f"Warga {row}", "17-08-1980")


@cache
def digest(row: Texts) -> str:
    with connect() as engine:
        engine.execute(FACTS)
        return str(
            engine.execute("SELECT facts_digest($texts::VARCHAR[])", {"texts": list(row)}).fetchone()[0]
        )


def cells(row: Texts) -> str:
    return json.dumps(dict(zip(HEADERS, row, strict=True)))


def asked(rows: dict[int, Texts]) -> Marked:
    lines = [{"title": "Data", "row": row, "digest": digest(shown)} for row, shown in rows.items()]
    return Marked(MARK, pa.Table.from_pylist(lines, ASKED))


def known(*versions: dict[int, Texts]) -> pa.Table:
    rows = [
        ("Data", row, cells(shown), number)
        for number, one in enumerate(versions)
        for row, shown in one.items()
    ]
    return pa.table(
        dict(zip(("sheet", "row", "cells", "number"), map(list, zip(*rows, strict=True)), strict=True))
    )


def returned(rows: dict[int, Texts], flags: str = "") -> pa.Table:
    blank = dict.fromkeys(RECEIVED_WORKERS.names)
    lines = [
        blank | {"delivery_id": "d2", "sheet": "Data", "row": row, "cells": cells(shown), "flags": flags}
        for row, shown in rows.items()
    ]
    return pa.Table.from_pylist(lines, RECEIVED_WORKERS)


def take(
    back: dict[int, Texts], wanted: dict[int, Texts], *versions: dict[int, Texts], flags: str = ""
) -> Fixed:
    return take_fixed(returned(back, flags), asked(wanted), known(*versions), [FIRST], [BACK], "p.xlsx")


LIST = {row: texts(row) for row in range(2, 8)}
FIX: Texts = ("3275011708809999", "Warga 3", "17-08-1980")


def test_a_row_that_was_asked_for_and_changed_is_taken() -> None:
    fixed = take(LIST | {3: FIX}, {3: LIST[3], 5: LIST[5]}, LIST)
    assert fixed.rows["row"].to_pylist() == [3]
    assert fixed.counts == {"fixed": 1, "unchanged": 1, "fine": 4}
    assert json.loads(fixed.rows["cells"][0].as_py()) == dict(zip(HEADERS, FIX, strict=True))


def test_blanks_and_line_breaks_that_a_program_adds_are_no_change() -> None:
    spaced = (f" {LIST[3][0]}\u00a0", "Warga \r\n 3", "17-08-1980")
    assert take(LIST | {3: spaced}, {3: LIST[3]}, LIST).counts["unchanged"] == 1


def test_a_row_is_taken_though_a_filter_hid_it() -> None:
    rows = take(LIST | {3: FIX}, {3: LIST[3]}, LIST, flags="ROW_HIDDEN,TEXT_CLEANED").rows
    assert rows["flags"].to_pylist() == ["TEXT_CLEANED"]


def test_a_number_that_turns_out_to_end_in_zero_is_a_fix_of_the_digit_shown_as_lost() -> None:
    number: Texts = ("3275011708800030", "Warga 3", "17-08-1980")
    shown: Texts = ("327501170880003?", "Warga 3", "17-08-1980")
    first = LIST | {3: number}
    assert take(first, {3: shown}, first).counts["fixed"] == 1
    assert take(first | {3: shown}, {3: shown}, first).counts["unchanged"] == 1


def test_what_an_earlier_correction_said_is_not_taken_again_but_something_else_is() -> None:
    other: Texts = ("3275011708808888", "Warga 3", "17-08-1980")
    assert take(LIST | {3: FIX}, {3: LIST[3]}, LIST, {3: FIX}).counts["known"] == 1
    assert take(LIST | {3: other}, {3: LIST[3]}, LIST, {3: FIX}).counts["fixed"] == 1


def test_a_locked_row_in_the_words_of_an_earlier_correction_is_fine() -> None:
    found = take(LIST | {3: FIX, 5: FIX}, {5: LIST[5]}, LIST, {3: FIX})
    assert found.counts == {"fine": 5, "fixed": 1}


def test_one_person_listed_twice_is_no_moved_line() -> None:
    """A fix may make a row the same as another one, which still stands where it stood."""
    assert take(LIST | {3: LIST[6]}, {3: LIST[3]}, LIST).counts["fixed"] == 1


@pytest.mark.parametrize("wanted", [[4], [3, 4, 5, 6, 7]])
def test_lines_that_moved_are_refused(wanted: list[int]) -> None:
    shifted = {2: LIST[2], 3: texts(99)} | {row + 1: LIST[row] for row in range(3, 8)}
    with pytest.raises(SourceError, match="no longer stand where they stood") as refused:
        take(shifted, {row: LIST[row] for row in wanted}, LIST)
    assert "Warga" not in str(refused.value)


def test_sorted_lines_are_refused() -> None:
    turned = dict(zip(LIST, reversed(LIST.values()), strict=True))
    with pytest.raises(SourceError, match="no longer stand"):
        take(turned, {3: LIST[3]}, LIST)


@settings(max_examples=40)
@given(
    st.sets(st.sampled_from(range(2, 8))),
    st.sets(st.sampled_from(range(2, 8))),
    st.sets(st.sampled_from(range(8, 12))),
)
def test_only_rows_that_were_asked_for_and_changed_are_taken(
    wanted: set[int], changed: set[int], added: set[int]
) -> None:
    new = {row: (f"32750117088{row + 500:05d}", f"Warga {row}", "17-08-1980") for row in changed | added}
    found = take(LIST | new, {row: LIST[row] for row in wanted}, LIST)
    assert set(found.rows["row"].to_pylist()) == wanted & changed
    said = {name: found.counts.get(name, 0) for name in ("fixed", "unchanged", "locked", "added", "fine")}
    assert said == {
        "fixed": len(wanted & changed),
        "unchanged": len(wanted - changed),
        "locked": len(changed - wanted),
        "added": len(added),
        "fine": len(set(LIST) - wanted - changed),
    }


def test_a_header_whose_columns_moved_is_refused() -> None:
    accept = same_layout(MARK, [FIRST], "p.xlsx")
    accept(BACK)
    moved = FoundList("Data", (1,), ("Nama", "NIK", "Tgl Lahir", REASON_HEADER), {})
    lower = FoundList("Data", (2,), BACK.headers, {})
    for wrong in (moved, lower, FoundList("Lain", (1,), BACK.headers, {})):
        with pytest.raises(SourceError, match="no longer those"):
            accept(wrong)


def test_the_workbook_is_read_by_the_entry_of_its_source_without_what_we_added() -> None:
    entry = SourceEntry(
        "becak", "Becak", "workers", {"nik": Column("nik", ("NIK",))}, sheet="Data", minimise=("Ibu",)
    )
    changed = entry_of_return(entry, Mark("d1", "becak", "2026-01", {"Daftar": ""}), [FIRST])
    assert (changed.sheet, changed.every_sheet, changed.minimise) == ("Daftar", False, ("Ibu", REASON_HEADER))


def marked_lines() -> list[list[object]]:
    table = asked({3: LIST[3]}).asked
    return [*map(list, MARK.lines(table)), ["Data", 3.0, table["digest"][0].as_py()]]


def test_a_mark_is_read_back_as_it_was_written() -> None:
    found = parse_mark(marked_lines(), "p.xlsx")
    assert found.mark == MARK and found.asked.to_pylist()[0]["row"] == 3


@pytest.mark.parametrize("line", range(6))
def test_a_mark_with_one_cell_changed_is_refused(line: int) -> None:
    lines = marked_lines()
    lines[line][1] = "d2" if line < 5 else 4.0
    with pytest.raises(SourceError, match="was changed"):
        parse_mark(lines, "p.xlsx")


def test_a_mark_that_is_cut_short_is_refused() -> None:
    for lines in (marked_lines()[:3], marked_lines()[:-1], [["delivery"]]):
        with pytest.raises(SourceError, match="was changed"):
            parse_mark(lines, "p.xlsx")


def test_other_files_have_no_mark(tmp_path: Path) -> None:
    plain = write_xlsx(tmp_path / "a.xlsx", [["NIK", "Nama"], [MARK_SHEET, "B"]])
    cut = tmp_path / "b.xlsx"
    cut.write_bytes(plain.read_bytes()[:400])
    text = write_csv(tmp_path / "c.csv", [["NIK", MARK_SHEET]])
    empty = tmp_path / "d.csv"
    empty.write_bytes(b"")
    for file in (plain, cut, text, empty):
        assert find_mark(UPath(file), file.name) is None


def test_a_mark_is_found_in_a_workbook_of_any_name(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.create_sheet(MARK_SHEET)
    for line in marked_lines():
        sheet.append(line)
    book.save(tmp_path / "apa saja.xlsx")
    found = find_mark(UPath(tmp_path / "apa saja.xlsx"), "apa saja.xlsx")
    assert found is not None and found.mark == MARK
