"""How a measured process tells its seconds: the parts as JSON, on the last line it prints.

Runs in the environments of the peers too, so it imports nothing that is not Python's own.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stopwatch:
    """Seconds by part of the work, in the order in which the parts were begun."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def of(self, part: str) -> Iterator[None]:
        """Count the seconds of a block under `part`."""
        started = time.perf_counter()
        yield
        self.seconds[part] = self.seconds.get(part, 0.0) + time.perf_counter() - started

    def tell(self) -> None:
        """Print what was counted."""
        print(json.dumps(self.seconds))  # noqa: T201
