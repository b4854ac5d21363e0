"""Received bytes, kept for ever under their own digest."""

import hashlib
import os
import uuid
from dataclasses import dataclass
from pathlib import Path

from upath import UPath

from sigap.errors import SourceError

_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The SHA-256 and the size in bytes of a file."""

    sha256: str
    size_bytes: int


def fingerprint(file: UPath) -> Fingerprint:
    """Digest a file block by block."""
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return Fingerprint(digest.hexdigest(), size)


def archive(file: UPath, sha256: str, place: UPath) -> UPath:
    """Keep a copy as `place/aa/<sha256>` and return its path. What is already there is never written again.

    Raises `SourceError` when the file is no longer the one that was digested.
    """
    target = place / sha256[:2] / sha256
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.protocol in ("", "file"):
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
    with file.open("rb") as source, target.open("wb") as copy:
        while block := source.read(_BLOCK):
            digest.update(block)
            copy.write(block)
        copy.flush()
        if target.protocol in ("", "file"):
            os.fsync(copy.fileno())
    if digest.hexdigest() != sha256:
        target.unlink()
        raise SourceError(
            f"{file.name} changed while it was read. Wait until its upload has ended, then collect again."
        )
