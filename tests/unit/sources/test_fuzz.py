"""Real lists, broken in every way we could think of: reading ends in rows or in one sentence, counted right.

The suite tries a few hundred, always the same. `FUZZ_EXAMPLES=20000 pytest tests/unit/sources/test_fuzz.py`
goes on for an hour, with others each time.
"""

import datetime as dt
import io
import os
import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from upath import UPath

from sigap.domain.lists import FoundList
from sigap.errors import SourceError
from sigap.sources.catalog import load_catalog
from sigap.sources.reader import read_rows, read_tops
from unit.sources.lists import write_csv, write_ods, write_parquet, write_xls

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "0"))
HEADER = ["Nomor KTP", "Nama", "Tgl Lahir", "Alamat", "Kelurahan", "Kecamatan", "No. HP"]
NIK, NAME = "3275011501800001", "Kenari Rahasia"
PEOPLE = [
    [f"{int(NIK) + number}", f"{NAME} {number}", "15/01/1980", f'Jl. "Melati" {number}\nRT 1', "a", "b", None]
    for number in range(12)
]
SLOWEST = 30  # seconds
TOKENS = (
    b"<row r='9'>", b'<c r="A1"', b'r="XFD9"', b't="s"', b't="e"', b"<v>", b"99999999999", b"-1", b"&#0;",
    b"&lt;", b"</sheetData>", b"<f>1</f>", b'hidden="1"', b'number-rows-repeated="9999"', b"<!--", b"]]>",
    b'number-columns-repeated="99999"', b"<![CDATA[", b"\xff\xfe", b"\0", b'"', b"\n", b"\r", b";" * 30,
    b"\xed\xa0\x80", b"NIK",
)  # fmt: skip


def write_xlsx(path: Path, lines: Sequence[Sequence[Any]]) -> Path:
    """With xlsxwriter, which writes a text as text whatever it looks like."""
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("Daftar")
        write = {
            str: sheet.write_string, bool: sheet.write_boolean, int: sheet.write_number,
            float: sheet.write_number, dt.date: sheet.write_datetime,
        }  # fmt: skip
        for row, line in enumerate(lines):
            for column, value in enumerate(line):
                if value is not None:
                    write[type(value)](row, column, value)
    return path


WRITERS: dict[str, Callable[[Path, Sequence[Sequence[Any]]], Path]] = {
    "xlsx": write_xlsx,
    "xls": write_xls,
    "ods": write_ods,
    "csv": lambda path, lines: write_csv(path, lines, ";"),
    "parquet": lambda path, lines: write_parquet(path, [str(text) for text in lines[0]], lines[1:]),
}


class Whole(dict[str, bytes]):
    """One list by every writer, as bytes by format. Too long to be shown when a test fails."""

    def __repr__(self) -> str:
        return "whole"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder = tmp_path_factory.mktemp("whole")
    lines = [HEADER, *PEOPLE]
    return Whole({kind: write(folder / f"a.{kind}", lines).read_bytes() for kind, write in WRITERS.items()})


def attempt(path: Path) -> list[FoundList] | None:
    """Read a file as collect and `sigap source add` do: what was found in it, None when it was refused."""
    began = computed()
    found: list[FoundList] = []
    try:
        rows = read_rows(UPath(path), path.name, load_catalog()["becak"], "d" * 16, found)
    except SourceError as error:
        check_sentence(str(error), path)
        return None
    finally:
        assert computed() - began < SLOWEST
    places = list(zip(rows["sheet"].to_pylist(), rows["row"].to_pylist(), strict=True))
    assert len(set(places)) == len(places) == sum(one.rows for one in found), "a line was taken twice"
    try:
        read_tops(UPath(path), path.name)
    except SourceError as error:
        check_sentence(str(error), path)
    return found


def computed() -> float:
    """Seconds of computing so far, here and in trials: a busy machine proves nothing."""
    return sum(os.times()[:4])


def check_sentence(sentence: str, path: Path) -> None:
    assert path.name in sentence and sentence.endswith(".") and sentence.isprintable(), sentence
    assert "Kenari" not in sentence and not re.search(r"\d{14}", sentence), "a person is quoted"


def examples(count: int) -> Callable[..., Any]:
    return settings(
        max_examples=EXAMPLES or count,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


_place = st.floats(0, 1, exclude_max=True)
_change = st.one_of(
    st.tuples(st.just("set"), _place, st.binary(min_size=1, max_size=4)),
    st.tuples(st.just("insert"), _place, st.one_of(st.sampled_from(TOKENS), st.binary(max_size=8))),
    st.tuples(st.just("cut"), _place, st.integers(1, 200)),
    st.tuples(st.just("end"), _place, st.none()),
    st.tuples(st.just("repeat"), _place, st.integers(1, 300)),
)


def broken(content: bytes, changes: Sequence[tuple[str, float, Any]]) -> bytes:
    for kind, share, what in changes:
        at = int(share * len(content))
        head, tail = content[:at], content[at:]
        content = {
            "set": lambda h=head, t=tail, w=what: h + w + t[len(w) :],
            "insert": lambda h=head, t=tail, w=what: h + w + t,
            "cut": lambda h=head, t=tail, w=what: h + t[w:],
            "end": lambda h=head: h,
            "repeat": lambda h=head, t=tail, w=what: h + t[:w] + t,
        }[kind]()
    return content


@pytest.mark.parametrize("kind", sorted(WRITERS))
@examples(60)
@given(changes=st.lists(_change, min_size=1, max_size=4))
def test_broken_bytes_end_in_rows_or_in_one_sentence(
    whole: Whole, kind: str, changes: list[tuple[str, float, Any]], tmp_path: Path
) -> None:
    path = tmp_path / f"a.{kind}"
    path.write_bytes(broken(whole[kind], changes))
    found = attempt(path)
    if found is not None and kind == "csv":
        ends = re.split(rb"\r\n|\r|\n", path.read_bytes())
        assert sum(one.rows for one in found) <= len(ends)


def repacked(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return buffer.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
@examples(80)
@given(data=st.data())
def test_broken_parts_of_a_whole_package_end_in_rows_or_in_one_sentence(
    whole: Whole, kind: str, data: st.DataObject, tmp_path: Path
) -> None:
    parts = parts_of(whole[kind])
    of_sheet = st.sampled_from([name for name in parts if "sheet" in name.lower() or "content" in name])
    for name in data.draw(
        st.lists(st.one_of(of_sheet, st.sampled_from(sorted(parts))), min_size=1, max_size=2)
    ):
        change = data.draw(
            st.one_of(st.lists(_change, min_size=1, max_size=4), st.sampled_from(sorted(parts)))
        )
        if isinstance(change, str):
            parts[name] = parts[change]
        else:
            parts[name] = broken(parts[name], change)
    if data.draw(st.booleans()):
        parts.pop(data.draw(st.sampled_from(sorted(parts))))
    path = tmp_path / f"a.{kind}"
    path.write_bytes(repacked(parts))
    attempt(path)


@examples(40)
@given(data=st.data())
def test_a_package_put_together_from_two_ends_in_rows_or_in_one_sentence(
    whole: Whole, data: st.DataObject, tmp_path: Path
) -> None:
    one, other = parts_of(whole["xlsx"]), parts_of(whole["ods"])
    names = data.draw(st.lists(st.sampled_from(sorted(one | other)), min_size=1, unique=True))
    content = repacked({name: (one | other)[name] for name in names})
    at = int(data.draw(_place) * len(content))
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        data.draw(st.sampled_from([content, whole["xlsx"][:at] + content, content + whole["xls"][at:]]))
    )
    attempt(path)


_text = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=12)
_special = st.sampled_from(
    ["=1+1", "@SUM(A1)", "3.27501E+15", "#N/A", "TRUE", "\u202eidub", "-", "Jumlah", "TOTAL", "Mengetahui,",
     "NIK", "Nama", "17 Agustus 1990", "  ", "a;b", 'a"b', "_x0041_", "'3275"]
)  # fmt: skip
_number = st.one_of(
    st.integers(-(10**17), 10**17), st.floats(allow_nan=False, allow_infinity=False, width=32)
)
_value = st.one_of(st.none(), _text, _special, _number, st.booleans(), st.dates(dt.date(1900, 3, 1)))
_people = st.lists(st.lists(_value, min_size=len(HEADER), max_size=len(HEADER)), max_size=12)


@pytest.mark.parametrize("kind", ["csv", "ods", "xls", "xlsx"])
@examples(40)
@given(people=_people)
def test_whatever_stands_in_the_cells_every_line_is_a_row_or_named_as_left_out(
    kind: str, people: list[list[Any]], tmp_path: Path
) -> None:
    path = WRITERS[kind](tmp_path / f"a.{kind}", [HEADER, *people])
    found = attempt(path)
    assert found is not None, "a list of one header and any cells is always readable"
    written = {
        number for number, line in enumerate(people, start=2) if any(is_filled(value) for value in line)
    }
    (one,) = found
    left_out = [number for lines in one.left_out.values() for number in lines]
    assert len(left_out) == len(set(left_out)) and set(left_out) <= written
    assert one.rows + len(left_out) == len(written)


def is_filled(value: Any) -> bool:
    return value is not None and str(value).strip() != ""


def test_a_damaged_stream_in_a_whole_directory_is_named(whole: Whole, tmp_path: Path) -> None:
    """Hypothesis rarely hits the packed bytes alone: here each of them is turned once."""
    with zipfile.ZipFile(io.BytesIO(whole["xlsx"])) as package:
        item = package.getinfo("xl/worksheets/sheet1.xml")
    start = item.header_offset + 30 + len(item.filename)
    path, outcomes = tmp_path / "a.xlsx", set()
    for at in range(start, start + item.compress_size, max(1, item.compress_size // 60)):
        content = bytearray(whole["xlsx"])
        content[at] ^= 0x55
        path.write_bytes(bytes(content))
        outcomes.add(attempt(path) is None)
    assert True in outcomes
