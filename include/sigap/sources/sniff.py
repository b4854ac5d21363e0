"""What kind of file it is: its bytes decide, not its name."""

import re
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import BinaryIO, Literal

from sigap.sources.header import column_position
from sigap.sources.refusals import UnreadableFileError

Format = Literal["workbook", "csv", "parquet"]
EXTENSIONS = (".xlsx", ".xls", ".xlsb", ".ods", ".csv", ".parquet")

_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream in which Office hides a protected workbook
_EXTENT = re.compile(rb"<(?:\w+:)?dimension ref=\"[A-Z]+\d+:([A-Z]+)(\d+)\"")
_MOST_CELLS = 50_000_000
_LARGEST_UNPACKED = 2 * 1024**3
_RESAVE = "Open it in a spreadsheet program, save it as .xlsx or .csv (UTF-8) and send it again"
_SEND_AGAIN = "Ask the sender to send it again"


def format_of(file: BinaryIO, file_name: str) -> Format:
    """The format of an open file; its position is set back to the start.

    Raises `UnreadableFileError` for what cannot be a list: other extensions, nothing in it, a protected or
    damaged workbook, a document or picture under a spreadsheet's name.
    """
    extension = PurePosixPath(file_name).suffix.lower()
    if extension not in EXTENSIONS:
        raise UnreadableFileError(
            file_name, "is none of .xlsx, .xls, .xlsb, .ods, .csv and .parquet", _RESAVE
        )
    start = file.read(4096)
    file.seek(0)
    if not start:
        raise UnreadableFileError(file_name, "is empty (0 bytes)", _SEND_AGAIN)
    if start.startswith(_ZIP):
        return _check_zip(file, file_name)
    if start.startswith(_OLE):
        return _check_ole(file, file_name)
    if start.startswith(_PARQUET):
        return "parquet"
    if extension == ".csv" and b"\0" not in start:
        return "csv"
    if start.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<":
        raise UnreadableFileError(file_name, "is a web page under a spreadsheet's name", _RESAVE)
    raise UnreadableFileError(file_name, "is not a spreadsheet, whatever its name says", _RESAVE)


def _check_zip(file: BinaryIO, file_name: str) -> Format:
    try:
        with zipfile.ZipFile(file) as package:
            unpacked = sum(item.file_size for item in package.infolist())
            if unpacked > _LARGEST_UNPACKED:
                raise UnreadableFileError(
                    file_name, "unpacks to more than 2 GiB", "Send so large a list as .csv"
                )
            kind, manifest = _part(package, "mimetype"), _part(package, "META-INF/manifest.xml")
            _check_extent(package, file_name)
            is_excel = any(name.startswith("xl/workbook") for name in package.namelist())
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise UnreadableFileError(
            file_name, "is damaged: the end of the workbook is missing or does not fit", _SEND_AGAIN
        ) from None
    finally:
        file.seek(0)
    if b"encryption-data" in manifest:
        raise protected(file_name)
    if not is_excel and not kind.endswith(b"opendocument.spreadsheet"):
        raise UnreadableFileError(file_name, "is not a spreadsheet, whatever its name says", _RESAVE)
    return "workbook"


def _check_extent(package: zipfile.ZipFile, file_name: str) -> None:
    """A stray cell in the last corner makes a sheet of 17 thousand million cells, more than memory holds."""
    for name in package.namelist():
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            with package.open(name) as sheet:
                extent = _EXTENT.search(sheet.read(4096))
            if extent and int(extent[2]) * column_position(extent[1].decode()) > _MOST_CELLS:
                raise UnreadableFileError(
                    file_name,
                    f"has cells far outside its list, up to {extent[1].decode()}{extent[2].decode()}",
                    "Delete the lines below and the columns beside the list, save it and send it again",
                )


def _part(package: zipfile.ZipFile, name: str) -> bytes:
    return package.read(name) if name in package.namelist() else b""


def _check_ole(file: BinaryIO, file_name: str) -> Format:
    content = file.read()
    file.seek(0)
    if _ENCRYPTED in content:
        raise protected(file_name)
    return "workbook"


def protected(file_name: str) -> UnreadableFileError:
    """The refusal of a workbook that asks for a password."""
    return UnreadableFileError(
        file_name, "is protected by a password", "Ask the sender to remove the password and send it again"
    )


def damaged(file_name: str) -> UnreadableFileError:
    """The refusal of a file that looks like a list but cannot be read to its end."""
    return UnreadableFileError(file_name, "is damaged and cannot be read to its end", _SEND_AGAIN)
