"""The files of a tariff folder: all there, readable, and with the parts that they must have."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml

from sigap.billing.dated import Dated, read_dated
from sigap.errors import BillingError

NAMES = ("discount.yaml", "jht.yaml", "jkk.yaml", "jkm.yaml", "policy.yaml", "sectors.yaml")
Files = Mapping[str, Mapping[str, Any]]
T = TypeVar("T")


def read_files(folder: Path) -> tuple[Files, str]:
    """The files by name, and the digest over all of them. Raises `BillingError` for one that is missing."""
    texts = {path.name: path.read_bytes() for path in sorted(folder.glob("*.yaml"))}
    if missing := [name for name in NAMES if name not in texts]:
        raise BillingError(
            f"{folder} lacks {', '.join(missing)}. Copy the shipped billing/tariffs and change what is new."
        )
    digest = hashlib.sha256(b"\0".join(name.encode() + b"\0" + text for name, text in texts.items()))
    return {name: _parse(name, texts[name]) for name in NAMES}, digest.hexdigest()


def _parse(name: str, text: bytes) -> Mapping[str, Any]:
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, UnicodeDecodeError):
        found = None
    if not isinstance(found, dict):
        raise BillingError(f"tariffs/{name} cannot be read as YAML. Compare with the shipped file.")
    return found


def values_of(files: Files, name: str, part: str | None = None) -> Mapping[Any, Any]:
    """The `values` of a file, or of a part of it. Raises `BillingError` when there are none."""
    entry = files[name] if part is None else files[name].get(part)
    found = entry.get("values") if isinstance(entry, dict) else None
    if not isinstance(found, dict) or not found:
        where = f"tariffs/{name}" + (f", {part}," if part else "")
        raise BillingError(f"{where} holds no value. Give one with a date and a reference.")
    return found


def read_policy(files: Files, part: str, convert: Callable[[Any], T]) -> tuple[Dated[T], ...]:
    """What the programme chose: one part of policy.yaml."""
    return read_dated(values_of(files, "policy.yaml", part), f"tariffs/policy.yaml, {part}", convert)


def read_sectors(files: Files, group: str) -> list[str]:
    """The sectors of a group. Raises `BillingError` when none are listed, or where they come from is not."""
    entry = files["sectors.yaml"]
    if not entry.get("reference"):
        raise BillingError("tariffs/sectors.yaml has no reference. Name where the groups come from.")
    if not isinstance(entry.get(group), list):
        raise BillingError(f"tariffs/sectors.yaml lists no sectors of {group}. Add them.")
    return list(entry[group])
