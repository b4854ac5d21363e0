"""The launcher's side of the guardian: start services, learn how they ended, end them all."""

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from sigap.errors import SigapError
from sigap_stack import guardian

_GUARDIAN_PATIENCE_SECONDS = 30


class StackError(SigapError):
    """The embedded stack cannot start or go on."""


class Processes:
    """Services whose life ends with this object, with this process, and with the guardian, whichever ends
    first.

    `lock` is a file descriptor that the guardian keeps open until the last of them has ended.
    """

    def __init__(self, logs: Path, lock: int) -> None:
        self._logs = logs
        self._codes: dict[str, int] = {}
        self._changed = threading.Condition()
        guardian.adopt_orphans()  # so that even a killed guardian leaves nothing that we cannot end
        self._guardian = subprocess.Popen(
            [sys.executable, "-I", "-S", guardian.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=[lock],
            start_new_session=True,
        )
        if self._guardian.stdin is None or self._guardian.stdout is None:
            raise StackError("The stack's guardian process has no pipe. Start again.")
        self._orders, reports = self._guardian.stdin, self._guardian.stdout
        threading.Thread(target=self._listen, args=[reports], daemon=True).start()

    def log(self, name: str) -> Path:
        """Where a service writes."""
        return self._logs / f"{name}.log"

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start a service. Its output goes to `log(name)`."""
        order = {
            "name": name,
            "command": list(command),
            "env": dict(environment),
            "log": str(self.log(name)),
        }
        try:
            self._orders.write(json.dumps(order).encode() + b"\n")
            self._orders.flush()
        except BrokenPipeError:
            raise StackError("The stack's guardian process was ended from outside. Start again.") from None

    def code(self, name: str) -> int | None:
        """The exit code of a service that ended, None while it runs."""
        with self._changed:
            return self._codes.get(name)

    def wait(self, name: str) -> int:
        """Wait until a service ended; its exit code."""
        with self._changed:
            while name not in self._codes:
                self._changed.wait(0.5)
            return self._codes[name]

    def check(self) -> None:
        """Raise `StackError` when a service ended badly or the guardian is gone."""
        with self._changed:
            failed = [name for name, code in self._codes.items() if code != 0]
        if failed:
            raise StackError(f"{failed[0]} ended unexpectedly. Its log, {self.log(failed[0])}, says why.")
        if self._guardian.poll() is not None:
            raise StackError("The stack's guardian process was ended from outside. Start again.")

    def stop(self) -> None:
        """End everything and wait for it."""
        with contextlib.suppress(BrokenPipeError):
            self._orders.close()
        try:
            self._guardian.wait(_GUARDIAN_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._guardian.kill()
            self._guardian.wait()

    def _listen(self, reports: IO[bytes]) -> None:
        for line in reports:
            report = json.loads(line)
            with self._changed:
                self._codes[report["name"]] = report["code"]
                self._changed.notify_all()
