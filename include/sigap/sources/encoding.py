"""In which encoding a text file is written, found out in one pass that also bounds its lines."""

import codecs
import re
from dataclasses import dataclass
from typing import BinaryIO

from sigap.sources.refusals import UnreadableFileError

LONGEST_LINE = 1024 * 1024  # bytes: thirty cells as full as a spreadsheet allows, and still no list has such
_AS_UTF8 = "Save it as 'CSV UTF-8' and send it again"
_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_NOT_UTF8 = re.compile("[\udc80-\udcff]")  # how bytes that fit no character come out of `surrogateescape`
_UTF8 = re.compile(  # a character, or half of one that a program wrote as if it were whole
    "[^\0-\x7f\udc80-\udcff]|\udced[\udca0-\udcbf][\udc80-\udcbf]"
)
_UNDEFINED = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")  # bytes that Windows-1252 gives no character


@dataclass(frozen=True, slots=True)
class Encoding:
    """The codec, how many bytes the mark at the start takes, and about how many lines the file has."""

    codec: str
    mark: int
    lines: int


def find_encoding(file: BinaryIO, file_name: str) -> Encoding:
    """Look through the whole file, since one wrong byte in the last line would spoil a name.

    A mark at the start is believed and has to be true. Without one the file is UTF-16 when every other byte
    of its start is zero, UTF-8 when all of it fits, else Windows-1252. Raises `UnreadableFileError` when
    nothing fits, when the file mixes two encodings, has zero bytes, or lines that are longer than any list's.
    """
    file.seek(0)
    start = file.read(4096)
    for mark, codec in _MARKS.items():
        if start.startswith(mark):
            return Encoding(codec, len(mark), _survey(file, file_name, codec, len(mark)).lines)
    if wide := _wide(start):
        return Encoding(wide, 0, _survey(file, file_name, wide, 0).lines)
    survey = _survey(file, file_name, "utf-8", 0, errors="surrogateescape")
    return Encoding("cp1252" if survey.has_others else "utf-8", 0, survey.lines)


def looks_wide(start: bytes) -> bool:
    """Whether the first bytes of a file are those of UTF-16, with its mark or without."""
    return start[:2] in _MARKS or _wide(start) is not None


def _wide(start: bytes) -> str | None:
    """UTF-16 without its mark: in lists the high half of nearly every letter is zero, the low half never."""
    if len(start) < 4:
        return None
    even, odd = start[0::2].count(0) / len(start[0::2]), start[1::2].count(0) / len(start[1::2])
    if max(even, odd) < 0.8 or min(even, odd) > 0.01:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


@dataclass(slots=True)
class _Survey:
    lines: int = 0
    has_utf8: bool = False
    has_others: bool = False
    has_undefined: bool = False


def _survey(file: BinaryIO, file_name: str, codec: str, mark: int, errors: str = "strict") -> _Survey:
    decoder, survey = codecs.getincrementaldecoder(codec)(errors), _Survey()
    file.seek(mark)
    try:
        while block := file.read(LONGEST_LINE):
            text = decoder.decode(block)
            _count(block if codec == "utf-8" else text.encode(), len(block), file_name, survey)
            if not text.isascii():
                _weigh(block, text, survey)
        _weigh(b"", decoder.decode(b"", final=True), survey)
    except UnicodeDecodeError:
        name = codec.upper().removesuffix("-LE").removesuffix("-BE")
        raise UnreadableFileError(file_name, f"begins as {name} and does not go on so", _AS_UTF8) from None
    if survey.has_others and survey.has_utf8:
        raise UnreadableFileError(file_name, "is written partly in UTF-8 and partly not", _AS_UTF8)
    if survey.has_others and survey.has_undefined:
        raise UnreadableFileError(file_name, "is written neither in UTF-8 nor in Windows-1252", _AS_UTF8)
    return survey


def _count(content: bytes, size: int, file_name: str, survey: _Survey) -> None:
    ends = content.count(b"\n") or content.count(b"\r")
    if size == LONGEST_LINE and not ends:
        raise UnreadableFileError(
            file_name,
            f"has a line of more than a million characters, beyond line {survey.lines}",
            "Ask the sender to save the list again, one person per line",
        )
    if b"\0" in content:
        raise UnreadableFileError(
            file_name,
            f"has zero bytes beyond line {survey.lines}, as a broken transfer leaves them",
            "Ask the sender to send it again",
        )
    survey.lines += ends


def _weigh(block: bytes, text: str, survey: _Survey) -> None:
    survey.has_others |= _NOT_UTF8.search(text) is not None
    survey.has_utf8 |= _UTF8.search(text) is not None
    survey.has_undefined |= any(byte in block for byte in _UNDEFINED)
