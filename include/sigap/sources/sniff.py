"""What kind of file it is: its bytes decide, not its name."""

import io
import re
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import BinaryIO, Literal

from sigap.sources.encoding import looks_wide
from sigap.sources.package import look_through
from sigap.sources.refusals import UnreadableFileError
from sigap.sources.trial import try_reading

Format = Literal["workbook", "csv", "parquet", "mt940"]
TEXTS = (".csv", ".tsv", ".txt")
STATEMENTS = (".sta", ".mt940", ".940")
EXTENSIONS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".parquet", *TEXTS, *STATEMENTS)

_ZIP, _OLE, _PARQUET = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1"
_MT940 = re.compile(rb"^:(20|25|28C?|60[FM]):", re.MULTILINE)
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream in which Office hides a protected workbook
_LARGEST_WORKBOOK = 256 * 1024**2  # bytes: a million rows of twenty columns have a third of it
_RESAVE = "Open it in a spreadsheet program, save it as .xlsx or .csv (UTF-8) and send it again"
_SEND_AGAIN = "Ask the sender to send it again"


def format_of(file: BinaryIO, file_name: str) -> Format:
    """The format of an open file that is safe to read; its position is set back to the start.

    Raises `UnreadableFileError` for what cannot be a list: other extensions, nothing in it, a protected or
    damaged workbook, a document or picture under a spreadsheet's name, what unpacks to more than fits memory.
    """
    extension = PurePosixPath(file_name).suffix.lower()
    if extension not in EXTENSIONS:
        raise UnreadableFileError(file_name, f"is none of {', '.join(EXTENSIONS)}", _RESAVE)
    start = file.read(4096)
    file.seek(0)
    if not start:
        raise UnreadableFileError(file_name, "is empty (0 bytes)", _SEND_AGAIN)
    if start.startswith((_ZIP, _OLE)):
        _check_workbook(file, file_name, is_zip=start.startswith(_ZIP))
        return "workbook"
    if start.startswith(_PARQUET):
        return "parquet"
    if start.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<":
        raise UnreadableFileError(file_name, "is a web page under a spreadsheet's name", _RESAVE)
    if extension in (*TEXTS, *STATEMENTS) and _is_mt940(start):
        return "mt940"
    if extension in TEXTS and (b"\0" not in start or looks_wide(start)):
        return "csv"
    raise UnreadableFileError(file_name, "is not a spreadsheet, whatever its name says", _RESAVE)


def _is_mt940(start: bytes) -> bool:
    """Two different of a statement's opening fields stand at line starts."""
    return len(set(_MT940.findall(start))) >= 2


def _check_workbook(file: BinaryIO, file_name: str, is_zip: bool) -> None:
    if file.seek(0, io.SEEK_END) > _LARGEST_WORKBOOK:
        raise UnreadableFileError(
            file_name,
            f"is a workbook of more than {_LARGEST_WORKBOOK >> 20} MiB",
            "Send so large a list as .csv",
        )
    try:
        file.seek(0)
        is_certain = _check_zip(file, file_name) if is_zip else _check_ole(file, file_name)
    finally:
        file.seek(0)
    if not is_certain:
        try_reading(file, file_name)


def _check_zip(file: BinaryIO, file_name: str) -> bool:
    """Whether it is known to fit in memory; if not, it has to be tried."""
    try:
        package = look_through(file, file_name)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
        raise torn(file_name) from None
    if b"encryption-data" in package.manifest:
        raise protected(file_name)
    is_excel = any(name.lstrip("/").startswith("xl/workbook") for name in package.names)
    if not is_excel and not package.kind.endswith(b"opendocument.spreadsheet"):
        raise UnreadableFileError(file_name, "is not a spreadsheet, whatever its name says", _RESAVE)
    furthest = package.extent.too_far()
    if furthest and package.extent.is_certain():
        raise UnreadableFileError(
            file_name,
            f"has cells far outside its list, up to {furthest}",
            "Delete the lines below and the columns beside the list, save it and send it again",
        )
    return is_excel and package.extent.is_certain()


def _check_ole(file: BinaryIO, file_name: str) -> bool:
    if _ENCRYPTED in file.read():
        raise protected(file_name)
    return False


def torn(file_name: str) -> UnreadableFileError:
    """The refusal of a package that does not unpack."""
    return UnreadableFileError(
        file_name, "is damaged: the end of the workbook is missing or does not fit", _SEND_AGAIN
    )


def protected(file_name: str) -> UnreadableFileError:
    """The refusal of a workbook that asks for a password."""
    return UnreadableFileError(
        file_name, "is protected by a password", "Ask the sender to remove the password and send it again"
    )


def damaged(file_name: str) -> UnreadableFileError:
    """The refusal of a file that looks like a list but cannot be read to its end."""
    return UnreadableFileError(file_name, "is damaged and cannot be read to its end", _SEND_AGAIN)
