"""Which keys an entry of a configuration file has too few or too many, in one sentence."""

from collections.abc import Collection
from typing import Any


def fault_of_keys(entry: Any, needed: Collection[str], known: Collection[str] = ()) -> str | None:
    """What is wrong with the keys of an entry, without a full stop; None when nothing is.

    `known` are keys that may be there besides `needed`.
    """
    if not isinstance(entry, dict):
        return f"holds no keys; write {', '.join(needed)}"
    if missing := [key for key in needed if key not in entry]:
        return f"the key `{missing[0]}` is missing"
    if unknown := [str(key) for key in entry if key not in needed and key not in known]:
        return f"the key `{unknown[0]}` is not known; known are {', '.join([*needed, *known])}"
    return None
