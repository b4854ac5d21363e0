"""Put a file where others read it in one move: they see all of it or nothing."""

import uuid
from pathlib import Path

from upath import UPath


def publish(target: UPath, content: bytes) -> None:
    """Write a file, replacing what stands there. Its folder is made; several writers may bring it at once."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.protocol not in ("", "file"):  # an object store shows an object only when it is complete
        target.write_bytes(content)
        return
    temporary = target.parent / f".{target.name}.{uuid.uuid4().hex}.part"
    try:
        temporary.write_bytes(content)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def publish_file(target: UPath, file: Path) -> None:
    """Move a finished local file to where others read it. A local target must lie on the same file system."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.protocol not in ("", "file"):
        target.fs.put_file(str(file), target.path)
        return
    file.replace(target.path)
