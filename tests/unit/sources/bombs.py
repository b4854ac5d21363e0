"""Small files that try to become large ones, or that another program would obey: all made here, none run."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import xlsxwriter
import xlwt

HEADER = ["Nomor KTP", "Nama", "Tgl Lahir", "Alamat", "Kelurahan", "Kecamatan"]
PERSON = ["3275011501800001", "Budi Contoh", "15/01/1980", "Jl. Melati", "Jakasampurna", "Bekasi Barat"]
SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
_END = b"</sheetData>"
_CONTENT = (
    '<?xml version="1.0"?>{before}<office:document-content'
    ' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="D">{rows}</table:table></office:spreadsheet></office:body>'
    "</office:document-content>"
)
_LOL = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'
_OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


def workbook(lines: list[list[str]] | None = None) -> bytes:
    """A workbook of xlsxwriter with a header and a person."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("D")
        for row, line in enumerate(lines or [HEADER, PERSON]):
            sheet.write_row(row, 0, line)
    return buffer.getvalue()


def packed(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content, zipfile.ZIP_STORED if name == "mimetype" else None)
    return buffer.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def changed(part: str, change: Callable[[bytes], bytes], content: bytes | None = None) -> bytes:
    """A workbook with one part changed."""
    parts = parts_of(content or workbook())
    return packed(parts | {part: change(parts[part])})


def in_sheet(rows: bytes) -> bytes:
    return changed(SHEET, lambda sheet: sheet.replace(_END, rows + _END))


def ods(rows: str, before: str = "") -> bytes:
    lists = "".join(_row("".join(map(_cell, line))) for line in (HEADER, PERSON))
    content = _CONTENT.format(before=before, rows=lists + rows).encode()
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return packed({"mimetype": kind, "META-INF/manifest.xml": b"<manifest/>", "content.xml": content})


def _cell(text: str, repeated: int = 1) -> str:
    return (
        f'<table:table-cell office:value-type="string" table:number-columns-repeated="{repeated}">'
        f"<text:p>{text}</text:p></table:table-cell>"
    )


def _row(cells: str, repeated: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{repeated}">{cells}</table:table-row>'


def lying(content: bytes, part: str, times: int) -> bytes:
    """A package that says of a part of many bytes that it has one."""
    parts = parts_of(content)
    whole = bytearray(packed(parts | {part: parts[part] + b" " * times}))
    size = struct.pack("<I", len(parts[part]) + times)
    while (place := whole.find(size)) >= 0:
        whole[place : place + 4] = struct.pack("<I", 1)
    return bytes(whole)


def overlapping(times: int) -> bytes:
    """A package of many parts that all are the same bytes: its directory names them again and again."""
    kernel = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = kernel.compress(b"\0" * 20_000_000) + kernel.flush()
    crc, parts = zlib.crc32(b"\0" * 20_000_000), []
    sizes = struct.pack("<IIIHH", crc, len(body), 20_000_000, 6, 0)
    local = b"PK\3\4" + struct.pack("<HHHHH", 20, 0, 8, 0, 0) + sizes + b"xl/000" + body
    for number in range(times):
        name = f"xl/{number:03}".encode()
        parts.append(
            b"PK\1\2"
            + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0)
            + sizes
            + b"\0" * 10
            + struct.pack("<I", 0)
            + name
        )
    directory = b"".join(parts)
    end = struct.pack("<HHHHIIH", 0, 0, times, times, len(directory), len(local), 0)
    return local + directory + b"PK\5\6" + end


def far_xls(sheets: int) -> bytes:
    """An old workbook of some kilobytes whose sheets reach to the last corner."""
    book = xlwt.Workbook()
    for number in range(sheets):
        sheet = book.add_sheet(f"D{number}")
        for row, line in enumerate((HEADER, PERSON)):
            for column, text in enumerate(line):
                sheet.write(row, column, text)
        sheet.write(65_535, 255, "x")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _shared() -> bytes:
    parts = parts_of(workbook())
    rows = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(3, 50_000))
    parts[SHEET] = parts[SHEET].replace(_END, rows + _END)
    parts[TEXTS] = parts[TEXTS].replace(b"<t>Nomor KTP", b"<t>" + b"x" * 200_000)
    return packed(parts)


def _csv(lines: list[str], header: list[str] = HEADER) -> bytes:
    return "\n".join([";".join(header), ";".join(PERSON), *lines]).encode()


WORKBOOKS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a part that packs too well": (lambda: giant(SHEET, 200), "unpacks to more than 200 times its size"),
    "a size that lies": (lambda: lying(workbook(), SHEET, 100_000_000), "unpacks to more than 200 times"),
    "parts over one another": (lambda: overlapping(300), "unpacks to more than 1 GiB"),
    "entities upon entities": (
        lambda: changed(TEXTS, lambda part: part.replace(b"<sst", _LOL + b"<sst").replace(b"Budi", b"&c;")),
        "declares document types or entities",
    ),
    "an entity from a file": (
        lambda: changed(SHEET, lambda part: part.replace(b"<worksheet", _OUTSIDE + b"<worksheet")),
        "declares document types or entities",
    ),
    "entities in wide letters": (
        lambda: changed(
            "xl/workbook.xml", lambda part: part.decode().replace("UTF-8", "UTF-16").encode("utf-16")
        ),
        "declares document types or entities",
    ),
    "entities in ods": (lambda: ods("", _LOL.decode()), "declares document types or entities"),
    "a cell in the last corner": (
        lambda: in_sheet(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "far outside its list, up to XFD1048576",
    ),
    "many cells without a place": (
        lambda: in_sheet(
            b"<row>" + b"<c/>" * 16_383 + b"<c><v>1</v></c></row>" + b"<row><c><v>1</v></c></row>" * 9_000
        ),
        "takes more memory or time",
    ),
    "a text that all cells share": (_shared, "takes more memory or time"),
    "repeated cells in repeated rows": (
        lambda: ods(_row(_cell("x", 16_384), 1_000_000)),
        "cannot be read to its end",
    ),
    "a thousand million spaces": (
        lambda: ods(_row(_cell('<text:s text:c="1000000000"/>'))),
        "takes more memory or time",
    ),
    "old sheets to the last corner": (lambda: far_xls(12), "takes more memory or time"),
}

TEXT_FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "a line of 40 million letters": (
        lambda: _csv(["1;" + "x" * 40_000_000]),
        "a line of more than a million",
    ),
    "a quote around 40 million": (lambda: _csv(['1;"' + "x;y\n" * 10_000_000]), "open quote"),
    "a header of 100,000 columns": (lambda: _csv([], HEADER + ["x"] * 100_000), "more than 1000 columns"),
    "thousands of columns": (lambda: _csv([], [*HEADER, *map(str, range(5_000))]), "more than 1000 columns"),
    "short lines below a wide header": (
        lambda: _csv(["1"] * 2_000_000, [*HEADER, *map(str, range(900))]),
        "far more cells",
    ),
    "short lines below a long header": (
        lambda: _csv(["1"] * 2_000_000, [*HEADER, "x" * 30_000]),
        "far more cells",
    ),
}

HARMLESS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a dimension of all cells there are": (
        lambda: changed(SHEET, lambda part: part.replace(b'ref="A1:F2"', b'ref="A1:XFD1048576"')),
        "bohong.xlsx",
    ),
    "blank rows and columns to the end": (
        lambda: ods(_row('<table:table-cell table:number-columns-repeated="16384"/>', 1_048_000)),
        "libre.ods",
    ),
    "macros, pictures and embedded files": (
        lambda: packed(
            parts_of(workbook())
            | {
                "xl/vbaProject.bin": b"Sub Auto_Open()",
                "xl/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0MZ",
                "xl/embeddings/bomb.zip": packed({"a": b"\0" * 10_000_000}),
                "xl/media/ktp.emf": b"\0" * 10_000_000,
            }
        ),
        "makro.xlsm",
    ),
    "five million blank lines": (lambda: _csv(["" for _ in range(5_000_000)]), "kosong.csv"),
}


def giant(part: str, megabytes: int) -> bytes:
    """A workbook one part of which goes on for so many megabytes."""
    parts = parts_of(workbook())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, content in parts.items():
            with package.open(name, "w", force_zip64=True) as stream:
                stream.write(content.replace(_END, b"") if name == part else content)
                for _ in range(megabytes if name == part else 0):
                    stream.write(b" " * 1_000_000)
    return buffer.getvalue()


def write_all(folder: Path) -> dict[str, tuple[str, str]]:
    """Every hostile file below a folder, as name of the case: (file, words of its refusal)."""
    made = {}
    for case, (make, words) in (WORKBOOKS | TEXT_FILES).items():
        content = make()
        ending = "csv" if case in TEXT_FILES else _ending(content)
        name = f"{case.replace(' ', '_').replace(',', '')}.{ending}"
        (folder / name).write_bytes(content)
        made[case] = (name, words)
    return made


def _ending(content: bytes) -> str:
    if content.startswith(b"\xd0\xcf"):
        return "xls"
    return "ods" if b"opendocument" in content[:100] else "xlsx"
