"""Received bytes, kept for ever under their own digest."""

import hashlib
import os
import stat
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from upath import UPath

from sigap.sources.refusals import OutOfReachError

_BLOCK = 1024 * 1024
_LARGEST = 4 * 1024**3  # bytes: four times a registry of five million rows as csv


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The SHA-256 and the size in bytes of a file."""

    sha256: str
    size_bytes: int


def fingerprint(file: UPath) -> Fingerprint:
    """Digest a file block by block.

    Raises `OutOfReachError` when it cannot be opened or read, is no plain file, or is larger than 4 GiB.
    """
    digest, size = hashlib.sha256(), 0
    for block in _blocks(file):
        digest.update(block)
        size += len(block)
    return Fingerprint(digest.hexdigest(), size)


def archive(file: UPath, sha256: str, place: UPath) -> UPath:
    """Keep a copy as `place/aa/<sha256>` and return its path. What is already there is never written again.

    Raises `OutOfReachError` when the file is no longer the one that was digested.
    """
    target = place / sha256[:2] / sha256
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    if _is_local(target):
        _publish_local(file, sha256, Path(target.path))
    else:  # an object store shows a new object only when it is complete
        _copy(file, sha256, target)
    return target


def _publish_local(file: UPath, sha256: str, target: Path) -> None:
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    try:
        _copy(file, sha256, UPath(temporary))
        temporary.chmod(0o440)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _copy(file: UPath, sha256: str, target: UPath) -> None:
    digest = hashlib.sha256()
    with target.open("wb") as copy:
        for block in _blocks(file):
            digest.update(block)
            copy.write(block)
        copy.flush()
        if _is_local(target):
            os.fsync(copy.fileno())
    if digest.hexdigest() != sha256:
        target.unlink()
        raise OutOfReachError(file.name, "changed while it was read", "Wait until its upload has ended")


def _blocks(file: UPath) -> Iterator[bytes]:
    left = _LARGEST
    try:
        with _open_plain(file) as stream:
            while block := stream.read(_BLOCK):
                left -= len(block)
                if left < 0:
                    raise OutOfReachError(
                        file.name, f"is larger than {_LARGEST >> 30} GiB", "Have it sent in several files"
                    )
                yield block
    except FileNotFoundError:
        raise OutOfReachError(file.name, "is gone", "Put it back into the inbox") from None
    except OSError as error:
        trouble = os.strerror(error.errno) if error.errno else type(error).__name__
        remedy = "Give this account the right to read it"
        raise OutOfReachError(file.name, f"cannot be read ({trouble})", remedy) from None


def _open_plain(file: UPath) -> BinaryIO:
    """Open a plain file: no link that was put in its place meanwhile, no pipe that would never answer."""
    if not _is_local(file):
        stream: BinaryIO = file.open("rb")
        return stream
    descriptor = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OutOfReachError(file.name, "is no plain file", "Put the file itself into the inbox")
    return os.fdopen(descriptor, "rb")


def _is_local(place: UPath) -> bool:
    return place.protocol in ("", "file")
