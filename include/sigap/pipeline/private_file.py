"""Files about people, for the one person who asked for them."""

import os
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sigap.errors import SigapError


def write_privately(out: Path, write: Callable[[Path], object], error: type[SigapError]) -> None:
    """Let `write` make the file: all of it or nothing, readable by its owner only.

    Raises `error` in one sentence when the place cannot be written.
    """
    part = out.with_name(f".{out.name}.{uuid.uuid4().hex}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        part.touch(mode=0o600)
        write(part)
        part.replace(out)
    except OSError as refusal:
        trouble = os.strerror(refusal.errno) if refusal.errno else type(refusal).__name__
        raise error(
            f"{out} cannot be written ({trouble}). Name a file in a folder that you may write to."
        ) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
