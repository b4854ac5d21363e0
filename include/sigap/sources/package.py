"""Zip packages (xlsx, xlsm, xlsb, ods) looked through before any program reads them.

What a package says of itself is not believed: every part that a reader would open is inflated here, counted,
and thrown away. Pictures, embedded files and macros are read by nobody, so they are left packed.
"""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from sigap.sources.extent import Extent
from sigap.sources.refusals import UnreadableFileError

_LARGEST = 1024**3  # bytes of all parts, unpacked: the longest sheet there is, of fifteen columns
_SMALL = 64 * 1024**2  # below that, how well something packs is no concern
_RATIO = 200  # the most repetitive sheet that a program writes packs a hundred times
_MOST_PARTS = 10_000
_BLOCK = 1024 * 1024
_END = b"PK\x05\x06"
_UNREAD = ("media/", "embeddings/", "activeX/", "Pictures/", "Thumbnails/", "Basic/", "vbaProject.bin")
_XML = (".xml", ".rels")
_DECLARED = re.compile(b"<!(?:DOCTYPE|ENTITY)")
_CSV = "Send so large a list as .csv"


@dataclass(frozen=True, slots=True)
class Package:
    """What was seen: the names of the parts, the parts that say what kind it is, how far cells reach."""

    names: tuple[str, ...]
    kind: bytes
    manifest: bytes
    extent: Extent


def look_through(file: BinaryIO, file_name: str) -> Package:
    """Unpack and count every part that will be read.

    Raises `UnreadableFileError` for a package that unpacks beyond all measure or declares entities,
    `zipfile.BadZipFile`, `zlib.error` and their like for a damaged one.
    """
    with zipfile.ZipFile(file) as package:
        items = package.infolist()
        names = tuple(item.filename for item in items)
        if len(items) > _MOST_PARTS or len(set(names)) < len(names):
            raise zipfile.BadZipFile
        _check_directory(file)
        extent, left = Extent(), _LARGEST
        for item in items:
            if not any(name in item.filename for name in _UNREAD):
                left -= _look(file, file_name, item, extent, left)
        kind, manifest = (_part(package, name) for name in ("mimetype", "META-INF/manifest.xml"))
    return Package(names, kind, manifest, extent)


def _check_directory(file: BinaryIO) -> None:
    """Of two directories one program might read the first and another the second."""
    file.seek(0, io.SEEK_END)
    file.seek(max(file.tell() - 66_000, 0))
    if file.read().count(_END) != 1:
        raise zipfile.BadZipFile


def _look(file: BinaryIO, file_name: str, item: zipfile.ZipInfo, extent: Extent, left: int) -> int:
    """Look through one part and return its size. `left` is how many bytes all others left for it."""
    size, rest, is_xml = 0, b"", item.filename.endswith(_XML)
    for block in _inflate(file, item):
        if is_xml and not size and b"\0" in block[:4]:
            raise _foreign(file_name)  # an encoding in which the signs searched for look different
        size += len(block)
        if size > left:
            raise UnreadableFileError(file_name, f"unpacks to more than {_LARGEST >> 30} GiB", _CSV)
        if size > _SMALL and size > _RATIO * item.compress_size:
            raise UnreadableFileError(file_name, f"unpacks to more than {_RATIO} times its size", _CSV)
        piece = rest + block
        if is_xml and b"<!" in piece and _DECLARED.search(piece):
            raise _foreign(file_name)
        cut = max(piece.rfind(b"<"), len(piece) - _BLOCK)
        extent.look(item.filename, piece[:cut])
        rest = piece[cut:]
    extent.look(item.filename, rest)
    return size


def _inflate(file: BinaryIO, item: zipfile.ZipInfo) -> Iterator[bytes]:
    """The unpacked bytes of a part, block by block, however many the directory says there are."""
    if item.flag_bits & 1 or item.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile
    file.seek(item.header_offset)
    name_length, extra_length = struct.unpack("<26xHH", file.read(30).ljust(30, b"\0"))
    file.seek(name_length + extra_length, io.SEEK_CUR)
    packed, inflater = item.compress_size, zlib.decompressobj(-zlib.MAX_WBITS)
    while packed and (block := file.read(min(packed, _BLOCK))):
        packed -= len(block)
        if item.compress_type == zipfile.ZIP_STORED:
            yield block
            continue
        while block and not inflater.eof:
            place = file.tell()
            yield inflater.decompress(block, _BLOCK)
            file.seek(place)
            block = inflater.unconsumed_tail
    if packed or (item.compress_type == zipfile.ZIP_DEFLATED and not inflater.eof):
        raise zipfile.BadZipFile


def _part(package: zipfile.ZipFile, name: str) -> bytes:
    return package.read(name) if name in package.namelist() else b""


def _foreign(file_name: str) -> UnreadableFileError:
    return UnreadableFileError(
        file_name,
        "declares document types or entities, which no spreadsheet program writes",
        "Open it in a spreadsheet program, save it as .xlsx and send it again",
    )
