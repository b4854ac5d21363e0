"""The catalog: one YAML file per source says how that sender writes a list (sources/catalog/*.yaml)."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from sigap.domain.source import Kind, SourceEntry
from sigap.sources.entry import SHIPPED, read_entry
from sigap.sources.header import header_key
from sigap.sources.inbox import Received
from sigap.sources.refusals import UnknownSourceError


def load_catalog(folder: Path | None = None) -> dict[str, SourceEntry]:
    """Every entry by its code, which is the name of its file: the shipped ones and those of `folder`.

    A file of `folder` takes the place of a shipped one of the same name, as a whole. Raises `CatalogError`
    with file and key.
    """
    own = _entries(folder) if folder is not None else {}
    return dict(sorted((_shipped() | own).items()))


def entry_for(received: Received, catalog: Mapping[str, SourceEntry]) -> SourceEntry:
    """The entry of the folder a file came in. Raises `UnknownSourceError` when no entry stands for it."""
    entry = catalog.get(received.code)
    if entry is None or entry.group != received.group:
        known = ", ".join(code for code, one in catalog.items() if one.group == received.group)
        raise UnknownSourceError(
            f"{received.file_name} stands in {received.group}/, folder {received.code!r}, which the catalog "
            f"does not know. Move it to its sender's folder ({known}), or describe the sender with "
            "`sigap source add`."
        )
    return entry


def common_headers(kind: Kind, catalog: Mapping[str, SourceEntry]) -> dict[str, tuple[str, ...]]:
    """Every header of the catalog's lists of a kind, under the column that most senders use it for."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    written: dict[str, str] = {}
    for entry in catalog.values():
        for column in entry.columns.values() if entry.kind == kind else ():
            for text in column.headers:
                votes[header_key(text)][column.name] += 1
                written.setdefault(header_key(text), text)
    headers: dict[str, list[str]] = defaultdict(list)
    for key, found in votes.items():
        headers[found.most_common(1)[0][0]].append(written[key])
    return {name: tuple(texts) for name, texts in headers.items()}


@cache
def _shipped() -> dict[str, SourceEntry]:
    return _entries(SHIPPED)


def _entries(folder: Path) -> dict[str, SourceEntry]:
    return {path.stem: read_entry(path) for path in sorted(folder.glob("*.yaml"))}
