"""A file that is no list ends in one sentence with its name and a remedy, never in another error."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from upath import UPath

from sigap.errors import SourceError
from sigap.sources.catalog import load_catalog
from sigap.sources.reader import read_rows
from unit.sources.lists import write_csv, write_ods, write_parquet, write_xls, write_xlsx

HEADER = ["NIK", "Nama", "Tgl Lahir", "Alamat", "Kelurahan", "Kecamatan"]
PERSON = ["3275011501800001", "Budi Contoh", "15/01/1980", "Jl. Melati", "Jakasampurna", "Bekasi Barat"]
LINES = [HEADER, PERSON]


def refusal(path: Path) -> str:
    with pytest.raises(SourceError) as error:
        read_rows(UPath(path), path.name, load_catalog()["becak"], "d" * 16)
    sentence = str(error.value)
    assert sentence.startswith(path.name) and sentence.endswith(".") and "\n" not in sentence
    assert PERSON[0] not in sentence and PERSON[1] not in sentence
    return sentence


def zip_of(path: Path, *names: str) -> None:
    with zipfile.ZipFile(path, "w") as package:
        for name in names:
            package.writestr(name, "<x/>")


def protected_xlsx(path: Path) -> None:
    """An OLE container with the stream in which Office puts an encrypted workbook."""
    write_xls(path, LINES)
    old, new = "Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")
    content = path.read_bytes()
    place = content.rindex(old)
    path.write_bytes(content[:place] + new + content[place + len(new) :])


def protected_xls(path: Path) -> None:
    """An old workbook whose globals say, with a FILEPASS record, that what follows is encrypted."""
    write_xls(path, LINES)
    content = bytearray(path.read_bytes())
    place = content.index(b"\x42\x00\x02\x00")  # CODEPAGE, which has the room of a short record
    content[place : place + 2] = b"\x2f\x00"
    path.write_bytes(bytes(content))


def cell_in_the_last_corner(path: Path) -> None:
    book = openpyxl.Workbook()
    for line in LINES:
        book.active.append(line)
    book.active["XFD1048576"] = "x"
    book.save(path)


def protected_ods(path: Path) -> None:
    """An .ods whose manifest says how its content is encrypted, as LibreOffice writes it."""
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", "<manifest:encryption-data manifest:checksum='x'/>")
        package.writestr("content.xml", b"\x8f\x01 not to be read")


def damaged_ods(path: Path) -> None:
    """A packed manifest whose bytes no longer unpack, in a package whose directory is whole."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("META-INF/manifest.xml", "<manifest/>" * 50)
    content = bytearray(path.read_bytes())
    content[30 + len("META-INF/manifest.xml")] = 0xFF  # the first byte of the packed part
    path.write_bytes(bytes(content))


def torn(write: Callable[..., Path], share: float) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        content = write(path, LINES).read_bytes()
        path.write_bytes(content[: int(len(content) * share)])

    return make


def torn_parquet(path: Path) -> None:
    content = write_parquet(path, HEADER, [PERSON]).read_bytes()
    path.write_bytes(content[: len(content) // 2])


def nested_parquet(path: Path) -> None:
    write_parquet(path, HEADER, [[[PERSON[0]], *PERSON[1:]]])


CASES: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "zero bytes": ("nol.xlsx", lambda path: path.write_bytes(b""), "is empty"),
    "zero bytes of csv": ("nol.csv", lambda path: path.write_bytes(b""), "is empty"),
    "a letter": (
        "surat.xlsx",
        lambda path: path.write_bytes(b"Kepada Yth. Kepala Dinas"),
        "not a spreadsheet",
    ),
    "a picture": (
        "foto.csv",
        lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 9),
        "not a spreadsheet",
    ),
    "a pdf": ("daftar.xls", lambda path: path.write_bytes(b"%PDF-1.7\n..."), "not a spreadsheet"),
    "a web page": ("daftar.xls", lambda path: path.write_bytes(b"\r\n<html><table><tr>"), "web page"),
    "a text document": ("surat.xlsx", lambda path: zip_of(path, "word/document.xml"), "not a spreadsheet"),
    "an empty zip": ("kosong.xlsx", zip_of, "not a spreadsheet"),
    "a workbook without sheets": ("rusak.xlsx", lambda path: zip_of(path, "xl/workbook.xml"), "is damaged"),
    "an unknown extension": ("daftar.docx", lambda path: write_xlsx(path, LINES), "is none of .xlsx"),
    "no extension": ("daftar", lambda path: write_csv(path, LINES), "is none of .xlsx"),
    "a torn xlsx": ("robek.xlsx", torn(write_xlsx, 0.5), "is damaged"),
    "a torn xls": ("robek.xls", torn(write_xls, 0.3), "is damaged"),
    "a torn ods": ("robek.ods", torn(write_ods, 0.9), "is damaged"),
    "an ods with a damaged part": ("rusak.ods", damaged_ods, "is damaged"),
    "a torn parquet": ("robek.parquet", torn_parquet, "is damaged"),
    "records in cells": ("sarang.parquet", nested_parquet, "lists or records"),
    "a protected xlsx": ("kunci.xlsx", protected_xlsx, "protected by a password"),
    "a protected xls": ("kunci.xls", protected_xls, "protected by a password"),
    "a protected ods": ("kunci.ods", protected_ods, "protected by a password"),
    "two encodings": (
        "huruf.csv",
        lambda path: path.write_bytes(b"NIK,Nama\n1,\x81\x8d\n"),
        "neither in UTF-8",
    ),
    "utf-32": (
        "huruf.csv",
        lambda path: path.write_bytes("NIK,Nama\n".encode("utf-32")),
        "has zero bytes",
    ),
    "a tape of bytes": (
        "pita.csv",
        lambda path: path.write_bytes(bytes(range(256)) * 40),
        "not a spreadsheet",
    ),
    "an open quote": (
        "kutip.csv",
        lambda path: path.write_text(",".join(HEADER) + '\n1,"Budi Contoh,x\n2,y\n', encoding="utf-8"),
        "open quote",
    ),
    "a cell in the last corner": (
        "pojok.xlsx",
        cell_in_the_last_corner,
        "far outside its list, up to XFD1048576",
    ),
    "numbers only": ("angka.xlsx", lambda path: write_xlsx(path, [[1, 2, 3]]), "no header"),
    "an empty sheet": ("kosong.xlsx", lambda path: write_xlsx(path, []), "no header"),
    "blank lines only": ("kosong.csv", lambda path: path.write_text("\n\n\n", encoding="utf-8"), "no header"),
}


@pytest.mark.parametrize("case", sorted(CASES))
def test_what_is_no_list_is_refused_in_one_sentence(tmp_path: Path, case: str) -> None:
    name, make, words = CASES[case]
    make(tmp_path / name)
    assert words in refusal(tmp_path / name)


def test_bytes_decide_when_a_workbook_has_another_extension(tmp_path: Path) -> None:
    for name, write in (("a.xls", write_xlsx), ("b.xlsx", write_xls), ("c.csv", write_ods)):
        made = write(tmp_path / f"made.{write.__name__[6:]}", LINES).rename(tmp_path / name)
        rows = read_rows(UPath(made), name, load_catalog()["becak"], "d" * 16)
        assert rows["nik"].to_pylist() == [PERSON[0]]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    damage=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4),
    write=st.sampled_from([write_xlsx, write_xls, write_ods]),
)
def test_a_damaged_workbook_is_read_or_refused_but_never_breaks(
    tmp_path: Path, damage: list[tuple[int, int]], write: Callable[..., Path]
) -> None:
    path = write(tmp_path / f"a.{write.__name__.removeprefix('write_')}", LINES)
    content = bytearray(path.read_bytes())
    for place, value in damage:
        content[place % len(content)] = value
    path.write_bytes(bytes(content))
    try:
        read_rows(UPath(path), path.name, load_catalog()["becak"], "d" * 16)
    except SourceError as error:
        assert path.name in str(error)
