"""Runs a command and watches how long it takes and how much memory it needs."""

import os
import resource
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psutil


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command printed, its wall clock in seconds, and the peak of its resident memory in bytes.

    `cpu_seconds` are of all its cores together, where they were counted.
    """

    output: str
    seconds: float
    peak_bytes: int
    cpu_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why a command has no figures: too slow, too large, or it failed by itself."""

    reason: str


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


def attempt(
    command: Sequence[str], environment: Mapping[str, str], seconds: float, peak_bytes: int
) -> Ended | Stopped:
    """Run a command that may need more than there is: it is stopped at a time and at a size."""
    started, before = time.perf_counter(), _cpu()
    with subprocess.Popen(
        command,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # so that its own workers end with it
    ) as process:
        watch = _MemoryWatch([process.pid], peak_bytes)
        watch.start()
        try:
            output, error = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            _end(process.pid)
            process.communicate()
            return Stopped(f"more than {seconds / 60:.0f} minutes")
        finally:
            watch.finished.set()
            watch.join()
        took = time.perf_counter() - started
    if watch.is_over:
        return Stopped(f"more than {peak_bytes / 2**30:.0f} GiB, after {took:.0f} s")
    if process.returncode != 0:
        lines = error.strip().splitlines() or [f"ended with {process.returncode}"]
        return Stopped(lines[-1][:120])
    return Ended(output, took, watch.peak, _cpu() - before)


class _MemoryWatch(threading.Thread):
    """Samples the proportional set size (shared pages counted once) of some processes and their children.

    Whoever grows over the limit is ended: for that the first must lead a session of its own.
    """

    def __init__(self, pids: list[int], limit: int | None = None) -> None:
        super().__init__(daemon=True)
        self.roots = pids
        self.limit = limit
        self.is_over = False
        self.peak = 0
        self.finished = threading.Event()

    def run(self) -> None:
        while not self.finished.wait(0.1):
            self.peak = max(self.peak, sum(map(_pss, self._processes())))
            if self.limit is not None and self.peak > self.limit and not self.is_over:
                self.is_over = True
                _end(self.roots[0])

    def _processes(self) -> list[psutil.Process]:
        found: list[psutil.Process] = []
        for pid in self.roots:
            try:
                root = psutil.Process(pid)
                found += [root, *root.children(recursive=True)]
            except psutil.NoSuchProcess:
                continue
        return found


def _cpu() -> float:
    """CPU seconds of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _end(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


def _pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
