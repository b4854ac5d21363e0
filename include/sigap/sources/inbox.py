"""What stands in the inbox: INBOX/<period>/<group>/…, a local folder or an object store."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from upath import UPath

from sigap.domain.period import Period
from sigap.errors import SourceError

GROUPS = ("dtks", "associations", "memberships", "bpjs_bills", "payments")
_UNFINISHED = (".part", ".tmp", ".crdownload", ".partial")
_TRUTH = "truth"  # what `sigap synth` lays beside the lists, for tests only
_NOT_SENT = ("thumbs.db", "desktop.ini", "__macosx")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """A file of the inbox. `code` names its source: the folder below associations/, else the group itself."""

    file: UPath
    group: str
    code: str
    file_name: str


def list_files(inbox: UPath, period: Period, group: str) -> list[str]:
    """The files of one group, sorted, as paths below INBOX/<period> such as `associations/becak/daftar.xls`.

    Hidden and unfinished files are passed over, and links, which may lead out of the inbox, are not followed.
    A group may be empty while others are not. Raises `SourceError` when the month has no folder or no file.
    """
    _check_group(group)
    month = inbox / str(period)
    if not month.is_dir():
        raise SourceError(
            f"The inbox has no folder {month}. Put the files of {period} there, or correct SIGAP_INBOX."
        )
    found = _files(month, group)
    if not found and not any(_files(month, other) for other in GROUPS):
        raise SourceError(f"The inbox {month} is empty. Put the files of {period} there and collect again.")
    return found


def list_strangers(inbox: UPath, period: Period) -> list[str]:
    """What lies in the month's folder but in none of its groups, sorted: no misspelt folder is missed."""
    month = inbox / str(period)
    names = [item.name for item in month.iterdir()] if month.is_dir() else []
    return sorted(name for name in names if name not in (*GROUPS, _TRUTH) and not _is_passed_over(name))


def locate(inbox: UPath, period: Period, path: str) -> Received:
    """The file that a path of `list_files` names.

    Raises `SourceError` when there is none or when the path leads out of the inbox.
    """
    parts = PurePosixPath(path).parts
    if len(parts) < 2 or ".." in parts or path.startswith("/") or "\\" in path:
        raise SourceError(
            f"{path!r} is no path below INBOX/{period}. Write it as associations/becak/list.xls."
        )
    _check_group(parts[0])
    file = (inbox / str(period)).joinpath(*parts)
    if any(_is_link(parent) for parent in _below(file, len(parts))):
        raise SourceError(f"{path} is a link. Put the file itself into the inbox of {period}.")
    if not file.is_file():
        raise SourceError(f"{path} is not in the inbox of {period}. Put the file there and collect again.")
    in_folder = parts[0] == "associations" and len(parts) > 2
    code, name = (parts[1], parts[2:]) if in_folder else (parts[0], parts[1:])
    return Received(file, parts[0], code, "/".join(name))


def _check_group(group: str) -> None:
    if group not in GROUPS:
        raise SourceError(f"{group!r} is no folder of the inbox. It has {', '.join(GROUPS)}.")


def _files(month: UPath, group: str) -> list[str]:
    folder = month / group
    return sorted(map(str, _walk(folder, PurePosixPath(group)))) if folder.is_dir() else []


def _walk(folder: UPath, below: PurePosixPath) -> Iterator[PurePosixPath]:
    if _is_link(folder):
        _log.warning("%s is a link and was not followed. Put the files themselves there.", folder)
        return
    for item in folder.iterdir():
        if _is_passed_over(item.name):
            continue
        if item.is_dir():
            yield from _walk(item, below / item.name)
        elif _is_link(item):
            _log.warning("A link in %s was not followed. Put the file itself there.", folder)
        else:
            yield below / item.name


def _is_passed_over(name: str) -> bool:
    folded = name.casefold()
    return folded.startswith((".", "~$")) or folded.endswith(_UNFINISHED) or folded in _NOT_SENT


def _is_link(path: UPath) -> bool:
    return path.protocol in ("", "file") and Path(path.path).is_symlink()


def _below(file: UPath, depth: int) -> list[UPath]:
    return [file, *list(file.parents)[: depth - 1]]
