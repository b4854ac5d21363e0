"""Where documents are put: a folder or an object store, each file published in one move."""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

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


def digest_file(file: Path) -> str:
    """The SHA-256 of a local file, whatever its size."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


@contextmanager
def room_in(out: Path) -> Iterator[Path]:
    """A folder for unfinished files inside `out`, for its owner alone and gone at the end.

    Raises `ReportingError` when `out` cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".sigap-", dir=out) as room:
            yield Path(room)
    except OSError as error:
        trouble = os.strerror(error.errno) if error.errno else type(error).__name__
        raise ReportingError(
            f"{out} cannot be written ({trouble}). Name a folder that you may write to, with room enough."
        ) from None


def publish_all(room: Path, out: Path, names: Sequence[str]) -> None:
    """Move finished files from a room into its folder, readable by their owner only: all or none.

    Raises `ReportingError` when one of them is there already: somebody may have been given its password.
    """
    if there := [name for name in names if (out / name).exists()]:
        raise ReportingError(
            f"{out} holds {there[0]} already, with another password. Name an empty folder, or move it away."
        )
    for name in names:
        (room / name).chmod(0o600)
        (room / name).rename(out / name)


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
