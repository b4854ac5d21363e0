"""Linking beside its peers: the same data, one process for each, stopped when it needs too much."""

import json
import math
import os
import shutil
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.link_data import SIZES, add_next, drawn
from bench.link_peers import peers_python
from bench.link_truth import Became, Counted, Joined, count, count_joined, count_people
from bench.process import Ended, Stopped, attempt

OURS, NEXT = "sigap", "sigap, 5 % changed"
SPLINK_ALL, SPLINK_RESIDUE = "Splink, everything", "Splink, residue"
CALLED_SAME = "decision = 'same'"
LINKED = "kind = 'membership' AND decision <> 'different'"
# Our match weight alone, without guards, ties and thresholds of ours, from Splink's probability of 0.99.
ALONE = "sigap, weight alone ≥ 0.99"
ALONE_SAME = f"rule = 'same_nik' OR (rule <> 'nik_conflict' AND match_weight >= {math.log2(0.99 / 0.01)})"
ALONE_LINKED = f"kind = 'membership' AND (decision <> 'different' OR {ALONE_SAME})"
# Probabilities from which Splink's pairs are called same, chosen before anything was measured.
SPLINK_SAME = (0.9, 0.99)
SEED = 100  # of the speed; accuracy takes those after it. Models are trained on smaller seeds.
ENGINE_MEMORY = "4900MB"  # what ours holds before it spills; the peers take what they need
PATIENCE = 60.0  # seconds after which a method is not repeated
PROFILES = ("standing", "careless", "registry_heavy")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how large a process may become."""

    seconds: float
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class Method:
    """Who links, with which module; peers with an environment of their own have `peer`."""

    name: str
    module: str
    what: tuple[str, ...] = ()
    peer: bool = False
    same_from: str = CALLED_SAME
    kept: str = "true"


METHODS = (
    Method(OURS, "link_ours", ("full",), kept=LINKED),
    Method(NEXT, "link_ours", ("next",)),
    Method(SPLINK_RESIDUE, "link_splink", ("residue",), same_from=f"score >= {SPLINK_SAME[1]}"),
    Method(SPLINK_ALL, "link_splink", ("all",), same_from=f"score >= {SPLINK_SAME[1]}"),
    Method("polars-ds", "link_polars", peer=True),
    Method("pandas, rapidfuzz", "link_pandas"),
    Method("recordlinkage", "link_recordlinkage", peer=True),
)


@dataclass(slots=True)
class Timed:
    """One method at one size: its runs (seconds by part, and the process) or why there are none."""

    size: str
    by: str
    runs: list[tuple[Mapping[str, float], Ended]] = field(default_factory=list)
    stopped: str | None = None
    found: Counted | None = None

    @property
    def middle(self) -> tuple[Mapping[str, float], Ended]:
        """The median run by its whole wall clock."""
        return sorted(self.runs, key=lambda run: run[1].seconds)[len(self.runs) // 2]


@dataclass(frozen=True, slots=True)
class Scored:
    """Accuracy of one method on one seed of a profile, by class of source."""

    profile: str
    seed: int
    by: str
    found: Mapping[str, Counted]
    joined: Joined | None = None
    became: Became | None = None


def measure_speed(
    home: Path, sizes: Sequence[str], repeat: int, limits: Limits, without: Collection[str] = ()
) -> Iterator[Timed]:
    """Every method at every size, in turns, so that a slow minute of the machine hits all of them.

    `without` names what is left out, as `large:Splink, everything`.
    """
    python = peers_python()
    for size in sizes:
        data = drawn(home, *SIZES[size], "standing", SEED)
        add_next(data)
        standard = standardised(data)
        timed = {method.name: Timed(size, method.name) for method in METHODS}
        for method in METHODS:
            if f"{size}:{method.name}" in without:
                timed[method.name].stopped = "left out of this run"
        for _ in range(repeat):
            for method in METHODS:
                _once(timed[method.name], method, data, standard, python, limits)
        yield from timed.values()
        shutil.rmtree(standard)


def measure_accuracy(
    home: Path, size: tuple[int, int], seeds: int, limits: Limits, profiles: Sequence[str] = PROFILES
) -> Iterator[Scored]:
    """Ours and Splink on seeds that no model was trained on; thresholds are fixed before."""
    for profile in profiles:
        for seed in range(SEED + 1, SEED + 1 + seeds):
            data = drawn(home, *size, profile, seed)
            standard = standardised(data)
            for name, *measured in _judged(data, standard, limits):
                yield Scored(profile, seed, name, *measured)
            shutil.rmtree(standard)


def _judged(
    data: Path, standard: Path, limits: Limits
) -> Iterator[tuple[str, Mapping[str, Counted], Joined | None, Became | None]]:
    """What ours and Splink found; whoever did not end is left out."""
    ended, out = _run(_method(OURS), data, standard, None, limits)
    if isinstance(ended, Ended):
        found, alone = count(data, out, CALLED_SAME, LINKED), count(data, out, ALONE_SAME, ALONE_LINKED)
        joined = count_joined(data, out)
        yield OURS, found, joined, _people(data, standard, limits)
        yield ALONE, alone, None, None
    ended, out = _run(_method(SPLINK_ALL), data, standard, None, limits)
    if isinstance(ended, Ended):
        for least in SPLINK_SAME:
            yield f"Splink ≥ {least}", count(data, out, f"score >= {least}"), None, None


def _people(data: Path, standard: Path, limits: Limits) -> Became | None:
    """What the verb `link` makes of the same rows."""
    ended, out = _run(Method("sigap, people", "link_ours", ("people",)), data, standard, None, limits)
    return count_people(data, out) if isinstance(ended, Ended) else None


def _method(name: str) -> Method:
    return next(method for method in METHODS if method.name == name)


def standardised(data: Path) -> Path:
    """What the peers read: our standardised tables."""
    folder = _empty(data / "standard")
    ended = attempt(
        [sys.executable, "-m", "bench.link_ours", "standard", str(data), str(folder)],
        os.environ,
        3600,
        1 << 40,
    )
    if isinstance(ended, Stopped):
        raise SystemExit(f"bench: the tables were not standardised: {ended.reason}")
    return folder


def _once(
    timed: Timed, method: Method, data: Path, standard: Path, python: Path | None, limits: Limits
) -> None:
    if timed.stopped or sum(run[1].seconds for run in timed.runs) > PATIENCE:
        return
    ended, out = _run(method, data, standard, python, limits)
    if isinstance(ended, Stopped):
        timed.stopped = ended.reason
        return
    parts = json.loads(ended.output.strip().splitlines()[-1])
    timed.runs.append((parts, ended))
    if timed.found is None and method.name != NEXT:
        timed.found = count(data, out, method.same_from, method.kept)["all"]


def _run(
    method: Method, data: Path, standard: Path, python: Path | None, limits: Limits
) -> tuple[Ended | Stopped, Path]:
    out = _empty(data / "out")
    if method.peer and python is None:
        return Stopped("not installed: bench/requirements-peers.txt cannot be had here"), out
    source = data if method.module == "link_ours" else standard
    command = [str(python) if method.peer else sys.executable, "-m", f"bench.{method.module}", *method.what]
    environment = os.environ | {
        "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
        "SIGAP_ENGINE_MEMORY": ENGINE_MEMORY,
    }
    return attempt([*command, str(source), str(out)], environment, limits.seconds, limits.peak_bytes), out


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
