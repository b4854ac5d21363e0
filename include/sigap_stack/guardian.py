"""Owns every process of the stack. Lives as long as its standard input: when that closes, nothing of the
stack is left.

Run as a file by the launcher, with the standard library only. Being a subreaper it inherits whatever a
service leaves behind, so also the grandchildren of a killed service end with it. One JSON object per line:
in `{"name", "command", "env", "log"}` starts a service; out `{"name", "code"}` says that one ended.
"""

import contextlib
import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
GRACE_SECONDS = 3.0
TICK_SECONDS = 0.1

Services = dict[int, tuple[str, "subprocess.Popen[bytes]"]]


def adopt_orphans() -> None:
    """Make this process the parent of orphans among its descendants."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def descendants(root: int) -> set[int]:
    """Children, grandchildren and so on of a process."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
                parents[int(folder.name)] = int(fields[1])
    found: set[int] = set()
    layer = {root}
    while layer:
        layer = {pid for pid, parent in parents.items() if parent in layer} - found
        found |= layer
    return found


def kill_descendants() -> None:
    """End every descendant of this process at once and reap those that became its children."""
    while pids := descendants(os.getpid()):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while _reap() is not None:
            pass
        time.sleep(0.02)


def main() -> None:
    """Start what standard input asks for until it closes, then end everything."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    adopt_orphans()
    services: Services = {}
    pending = b""
    while True:
        ready, _, _ = select.select([0], [], [], TICK_SECONDS)
        if ready:
            received = os.read(0, 1 << 20)
            if not received:
                break
            *orders, pending = (pending + received).split(b"\n")
            for order in orders:
                _start(json.loads(order), services)
        _report_ended(services)
    _stop(services)


def _start(order: dict[str, object], services: Services) -> None:
    with Path(str(order["log"])).open("ab") as log:
        process = subprocess.Popen(
            order["command"],  # type: ignore[call-overload]
            env=order["env"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_end_with_guardian,
        )
    services[process.pid] = (str(order["name"]), process)


def _end_with_guardian() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def _reap() -> tuple[int, int] | None:
    try:
        pid, status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return None
    return (pid, os.waitstatus_to_exitcode(status)) if pid else None


def _report_ended(services: Services) -> None:
    while (ended := _reap()) is not None:
        name, _ = services.pop(ended[0], ("", None))
        if name:
            with contextlib.suppress(BrokenPipeError):
                sys.stdout.write(json.dumps({"name": name, "code": ended[1]}) + "\n")
                sys.stdout.flush()


def _stop(services: Services) -> None:
    for pid in services:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while services and time.monotonic() < deadline:
        _report_ended(services)
        time.sleep(TICK_SECONDS)
    kill_descendants()


if __name__ == "__main__":
    main()
    os._exit(0)  # nobody may be left to read what the interpreter would say on its way out
