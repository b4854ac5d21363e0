"""Where documents are put: a folder or an object store, each file published in one move."""

import hashlib
import re
from dataclasses import dataclass

from upath import UPath

from sigap.errors import ReportingError
from sigap.publish import publish

_UNSAFE = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class File:
    """A published file and the digest of its bytes."""

    uri: str
    sha256: str


def file_name(number: str, ending: str) -> str:
    """An invoice number as a name that every filesystem takes: `SIGAP-SG-2026-01-0001.pdf`."""
    return f"{_UNSAFE.sub('-', number).strip('-')}{ending}"


def put(folder: UPath, name: str, content: bytes) -> File:
    """Put a file into a folder: a reader sees the old bytes or the new, never half.

    A file that holds the same bytes is left alone. Raises `ReportingError` when the folder cannot be written.
    """
    target, digest = folder / name, hashlib.sha256(content).hexdigest()
    try:
        if not (target.exists() and target.read_bytes() == content):
            publish(target, content)
    except (PermissionError, NotADirectoryError, FileExistsError, IsADirectoryError) as error:
        raise ReportingError(
            f"{folder} cannot take {name}: {error.strerror}. Free it, or point SIGAP_DOCUMENTS elsewhere."
        ) from None
    return File(str(target), digest)
