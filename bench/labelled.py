"""`python -m bench labelled FOLDER`: write labelled data, on which linking is measured."""

import resource
import time
from pathlib import Path

from sigap.synth.labelled import write_labelled


def written(folder: Path, workers: int, members: int, profile: str, seed: int) -> str:
    """Write the tables and their truth, and say in a sentence how long that took."""
    started = time.perf_counter()
    files = write_labelled(folder, workers, members, profile, seed)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    names = ", ".join(path.name for path in files.values())
    return (
        f"{folder}: {names}. {workers:,} workers, {members:,} members, profile {profile}, seed {seed}; "
        f"{seconds:.1f} s, peak {peak:,.0f} MiB."
    )
