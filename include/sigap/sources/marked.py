"""The mark by which a correction workbook is known when it comes back, under whatever name."""

import json
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, BinaryIO

import pandas as pd
import pyarrow as pa
from upath import UPath

from sigap.domain.correction import ASKED, MARK_SHEET, Mark
from sigap.errors import SourceError
from sigap.sources.sniff import format_of
from sigap.sources.workbook import open_sheets

_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
_NAMING_SHEETS = ("xl/workbook.", "content.xml")
_BLOCK, _MOST_BLOCKS = 1024 * 1024, 512
_FACTS = ("delivery", "source", "period", "sheets", "seal")


@dataclass(frozen=True, slots=True)
class Marked:
    """What a correction workbook says of itself: the delivery it corrects, the rows that were to be fixed."""

    mark: Mark
    asked: pa.Table


def find_mark(file: UPath, file_name: str) -> Marked | None:
    """The mark of a correction workbook; None for any other file, also for one that cannot be read.

    Raises `SourceError` for a mark that was changed.
    """
    with file.open("rb") as stream:
        if not _may_hold_mark(stream):
            return None
        stream.seek(0)
        try:
            if format_of(stream, file_name) != "workbook":
                return None
            sheets = open_sheets(stream.read(), file_name, MARK_SHEET)
            lines = [line for sheet in sheets for line in sheet.lines()]
        except SourceError:  # the reader will say what is wrong with it
            return None
    return parse_mark(lines, file_name) if lines else None


def _may_hold_mark(stream: BinaryIO) -> bool:
    """A quick look for the name of the mark's sheet, since nearly all files have none."""
    start = stream.read(4)
    if start == _OLE:
        content = stream.read()
        return any(MARK_SHEET.encode(encoding) in content for encoding in ("latin-1", "utf-16-le"))
    if start != _ZIP:
        return False
    try:
        with zipfile.ZipFile(stream) as package:
            return any(
                _occurs(package.open(name)) for name in package.namelist() if name.startswith(_NAMING_SHEETS)
            )
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError, KeyError):
        return False


def _occurs(part: IO[bytes]) -> bool:
    """Whether the name stands in a part, of which no more than a spreadsheet can have is unpacked."""
    names, rest = [MARK_SHEET.encode(encoding) for encoding in ("utf-8", "utf-16-le")], b""
    with part:
        for _ in range(_MOST_BLOCKS):
            block = part.read(_BLOCK)
            if any(name in rest + block for name in names):
                return True
            if not block:
                break
            rest = block[-2 * len(MARK_SHEET) :]
    return False


def parse_mark(lines: Sequence[Sequence[object]], file_name: str) -> Marked:
    """The mark from the lines of its sheet. Raises `SourceError` when it is no longer as we wrote it."""
    facts = {str(line[0]): str(line[1]) for line in lines[: len(_FACTS)] if len(line) > 1}
    try:
        mark = Mark(facts["delivery"], facts["source"], facts["period"], json.loads(facts["sheets"]))
        rows = pd.DataFrame([line[:3] for line in lines[len(_FACTS) :]], columns=ASKED.names)
        asked = pa.Table.from_pandas(rows.astype({"row": "int32"}), ASKED, preserve_index=False)
        is_ours = dict(mark.lines(asked)) == facts
    except (KeyError, IndexError, ValueError, TypeError, AttributeError, pa.ArrowException):
        is_ours = False
    if not is_ours:
        raise SourceError(
            f"{file_name} is a correction workbook whose hidden sheet {MARK_SHEET} was changed, so it cannot "
            "be told which rows it corrects. Write the fixes into the workbook as it was sent, or send the "
            "whole list again."
        )
    return Marked(mark, asked)
