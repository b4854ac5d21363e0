"""Hostile files: each ends in one sentence, in bounded memory, and nothing in them is obeyed."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlwt
from upath import UPath

from sigap.errors import SourceError
from sigap.sources.catalog import load_catalog
from sigap.sources.injection import looks_like_formula
from sigap.sources.reader import read_rows
from unit.sources.bombs import HARMLESS, HEADER, PERSON, TEXT_FILES, WORKBOOKS, write_all
from unit.sources.lists import write_csv, write_ods, write_parquet, write_xls, write_xlsx

_READ = """
import json, resource, sys, time
from upath import UPath
from sigap.errors import SourceError
from sigap.sources.catalog import load_catalog
from sigap.sources.reader import read_rows

resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
found = {}
for path in map(UPath, sys.argv[1:]):
    began = time.process_time()
    try:
        became = read_rows(path, path.name, load_catalog()["becak"], "d" * 16).num_rows
    except SourceError as error:
        became = str(error)
    found[path.name] = became, time.process_time() - began
# not ru_maxrss of this process: that begins with the peak of whoever started it
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
memory = [int(status["VmHWM"].split()[0]), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss]
print(json.dumps([found, memory]))
"""


@pytest.fixture(scope="module")
def readings(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], list[int]]:
    """What became of every bomb, read one after the other in one process with bounded memory."""
    folder = tmp_path_factory.mktemp("bombs")
    files = {case: name for case, (name, _) in write_all(folder).items()}
    for case, (make, name) in HARMLESS.items():
        (folder / name).write_bytes(make())
        files[case] = name
    command = [sys.executable, "-c", _READ, *(str(folder / name) for name in files.values())]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[-2000:]
    found, memory = json.loads(result.stdout)
    return {case: found[name] for case, name in files.items()}, memory


Readings = tuple[dict[str, Any], list[int]]


@pytest.mark.parametrize("case", sorted(WORKBOOKS | TEXT_FILES))
def test_a_bomb_is_refused_in_one_sentence_and_in_time(readings: Readings, case: str) -> None:
    sentence, seconds = readings[0][case]
    assert isinstance(sentence, str), f"{sentence} rows were taken"
    assert (WORKBOOKS | TEXT_FILES)[case][1] in sentence
    assert sentence.endswith(".") and "\n" not in sentence and len(sentence) < 300
    assert seconds < 30


@pytest.mark.parametrize("case", sorted(HARMLESS))
def test_what_only_looks_dangerous_is_read(readings: Readings, case: str) -> None:
    assert readings[0][case][0] == 1


def test_memory_stays_bounded_whatever_a_file_claims(readings: Readings) -> None:
    own, of_trials = readings[1]
    assert own < 900 * 1024, f"{own >> 10} MiB"
    assert of_trials < 2200 * 1024, f"{of_trials >> 10} MiB"


def read(path: Path) -> list[dict[str, Any]]:
    return read_rows(UPath(path), path.name, load_catalog()["becak"], "d" * 16).to_pylist()


@pytest.mark.parametrize(
    "write", [write_xlsx, write_xls, write_ods, write_csv], ids=["xlsx", "xls", "ods", "csv"]
)
def test_signs_that_nobody_sees_are_kept_in_the_cells_and_flagged(tmp_path: Path, write: Any) -> None:
    names = ["Budi\u202eidub", "\u200bBudi", "Bu\u00addi", "Budi", "Bùdi \U0001f600", "Bu\u00a0di"]
    lines = [HEADER, *([PERSON[0], name, *PERSON[2:]] for name in names)]
    rows = read(write(tmp_path / f"a.{write.__name__.removeprefix('write_')}", lines))
    assert [row["full_name"] for row in rows] == names
    assert [json.loads(row["cells"])["Nama"] for row in rows] == names
    assert [row["flags"] for row in rows] == ["TEXT_CLEANED"] * 3 + [""] * 3


@pytest.mark.parametrize("write", [write_xlsx, write_ods, write_csv], ids=["xlsx", "ods", "csv"])
def test_texts_like_formulas_are_flagged_and_stay_text(tmp_path: Path, write: Any) -> None:
    names = ["@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "＝1+1", "+62 812-3456", "-5", "- ", "Budi=Ani"]
    lines = [HEADER, *([PERSON[0], name, *PERSON[2:]] for name in names)]
    rows = read(write(tmp_path / f"a.{write.__name__.removeprefix('write_')}", lines))
    assert [row["full_name"] for row in rows] == names
    assert [row["flags"] for row in rows] == ["TEXT_FORMULA"] * 4 + [""] * 4


def test_what_starts_like_a_formula_is_told_from_numbers_and_dashes() -> None:
    texts = ["=1", "\tx", "\rx", "+1+1", "-", "--", "-1.500,00", "+62", "(021) 5", "-7/3/4", "", None, "A=1"]
    expected = [True] * 4 + [False] * 9
    assert looks_like_formula(pa.array(texts)).tolist() == expected
    assert looks_like_formula(pa.array(["x", *texts]).slice(1)).tolist() == expected
    assert looks_like_formula(pa.nulls(3, pa.string())).tolist() == [False] * 3


def test_zero_characters_in_old_workbooks_break_nothing(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("D")
    for row, line in enumerate(([*HEADER, "Ket\0", "Ket 2\0"], [PERSON[0], "Bu\0di", *PERSON[2:], "a", "b"])):
        for column, text in enumerate(line):
            sheet.write(row, column, text)
    book.save(str(tmp_path / "a.xls"))
    found: list[Any] = []
    (row,) = read_rows(
        UPath(tmp_path / "a.xls"), "a.xls", load_catalog()["becak"], "d" * 16, found
    ).to_pylist()
    assert row["full_name"] == "Bu\0di" and row["flags"] == "TEXT_CLEANED"
    assert "\0" not in json.dumps(found[0].as_dict()) and "\\u0000" not in json.dumps(found[0].as_dict())
    assert json.loads(row["cells"])["Ket"] == "a"


def test_formulas_and_links_to_elsewhere_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("rahasia")
    book = openpyxl.Workbook()
    for line in (HEADER, [*PERSON[:3], f'=WEBSERVICE("file://{secret}")', *PERSON[4:]]):
        book.active.append(line)
    book.active["B2"].hyperlink = f"file://{secret}"
    book.save(tmp_path / "a.xlsx")
    (row,) = read(tmp_path / "a.xlsx")
    assert "rahasia" not in json.dumps(row)


def test_a_parquet_that_repeats_one_long_text_stays_in_bounds(tmp_path: Path) -> None:
    people = 200_000
    columns = {
        name: pa.array([text] * people).dictionary_encode() for name, text in zip(HEADER, PERSON, strict=True)
    }
    columns["Alamat"] = pa.DictionaryArray.from_arrays(
        pa.array([0] * people, pa.int32()), pa.array(["x" * 1_000_000])
    )
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 10_000_000
    with pytest.raises(SourceError, match=r"a\.parquet has cells with more text"):
        read(tmp_path / "a.parquet")


def test_a_sheet_wider_than_any_is_refused_before_its_headers_are_compared(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("D")
    for row, line in enumerate((HEADER, PERSON)):
        for column, text in enumerate(line):
            sheet.write(row, column, text)
    sheet.write(0, 255, "x")
    book.save(str(tmp_path / "a.xls"))
    content = (tmp_path / "a.xls").read_bytes()
    far = content.replace(b"\x00\x00\xff\x00", b"\x00\x00\xff\x77")  # line 0, column 255 becomes 30719
    assert far != content
    (tmp_path / "a.xls").write_bytes(far)
    with pytest.raises(SourceError, match=r"a\.xls has a header of more than 1000 columns"):
        read(tmp_path / "a.xls")


def test_a_workbook_beyond_its_limit_is_not_read_into_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sigap.sources.sniff._LARGEST_WORKBOOK", 1024)
    with pytest.raises(SourceError, match=r"a\.xlsx is a workbook of more than"):
        read(write_xlsx(tmp_path / "a.xlsx", [HEADER, PERSON]))


def test_a_parquet_of_a_database_is_not_a_workbook_under_another_name(tmp_path: Path) -> None:
    made = write_parquet(tmp_path / "a.parquet", HEADER, [PERSON]).rename(tmp_path / "b.xlsx")
    assert [row["nik"] for row in read(made)] == [PERSON[0]]


def test_a_trial_starts_without_the_secrets_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, str] = {}
    run = subprocess.run

    def spy(*arguments: Any, **options: Any) -> Any:
        seen.update(options["env"])
        return run(*arguments, **options)

    monkeypatch.setenv("SIGAP_WAREHOUSE_URL", "postgresql://user:rahasia@host/db")
    monkeypatch.setattr("sigap.sources.trial.subprocess.run", spy)
    assert len(read(write_ods(tmp_path / "a.ods", [HEADER, PERSON]))) == 1
    assert set(seen) <= {"PYTHONPATH", "LD_LIBRARY_PATH"} and set(seen) != set(os.environ)
