"""Runs a command and watches how long it takes and how much memory it needs."""

import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command printed, its wall clock in seconds, and the peak of its resident memory in bytes."""

    output: str
    seconds: float
    peak_bytes: int


def run(command: Sequence[str], environment: Mapping[str, str], *others: int) -> Ended:
    """Run a command to its end; the memory of `others` (process ids) and all children counts too.

    Ends the benchmark when the command fails.
    """
    started = time.perf_counter()
    with subprocess.Popen(command, env=dict(environment), stdout=subprocess.PIPE, text=True) as process:
        watch = _MemoryWatch([process.pid, *others])
        watch.start()
        output, _ = process.communicate()
        seconds = time.perf_counter() - started
        watch.finished.set()
    watch.join()
    if process.returncode != 0:
        raise SystemExit(f"bench: {' '.join(command[1:4])} did not end well; its sentence stands above.")
    return Ended(output, seconds, watch.peak)


class _MemoryWatch(threading.Thread):
    """Samples the proportional set size (shared pages counted once) of some processes and their children."""

    def __init__(self, pids: list[int]) -> None:
        super().__init__(daemon=True)
        self.roots = pids
        self.peak = 0
        self.finished = threading.Event()

    def run(self) -> None:
        while not self.finished.wait(0.1):
            self.peak = max(self.peak, sum(map(_pss, self._processes())))

    def _processes(self) -> list[psutil.Process]:
        found: list[psutil.Process] = []
        for pid in self.roots:
            try:
                root = psutil.Process(pid)
                found += [root, *root.children(recursive=True)]
            except psutil.NoSuchProcess:
                continue
        return found


def _pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
