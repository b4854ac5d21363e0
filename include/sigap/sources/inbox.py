"""What stands in the inbox: INBOX/<period>/<group>/…, a local folder or an object store."""

import logging
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from upath import UPath

from sigap.domain.period import Period
from sigap.errors import SourceError
from sigap.sources.refusals import OutOfReachError
from sigap.sources.sniff import EXTENSIONS

GROUPS = (
    "dtks", "associations", "memberships", "bpjs_bills", "payments", "bank_statement", "sp2d", "activations",
)  # fmt: skip
_UNFINISHED = (".part", ".tmp", ".crdownload", ".partial")
_TRUTH = "truth"  # what `sigap synth` lays beside the lists, for tests only
_NOT_SENT = ("thumbs.db", "desktop.ini", "__macosx")
_DEEPEST = 10
_REMEDY = "Put the file itself there, under a plain name."
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

    Hidden and unfinished files are passed over. So is, with a warning in the log, whatever is no plain file
    under a plain name: links may lead out of the inbox, pipes never answer, signs that nobody sees make one
    name look like another. A group may be empty while others are not. Raises `SourceError` when the month
    has no folder or no file.
    """
    _check_group(group)
    month = _month(inbox, period)
    if not month.is_dir():
        raise SourceError(
            f"The inbox has no folder {month}. Put the files of {period} there, or correct SIGAP_INBOX."
        )
    files, barred = _look(month, group)
    for sentence in barred.values():
        _log.warning(sentence)
    if not files and not any(_look(month, other)[0] for other in GROUPS):
        raise SourceError(f"The inbox {month} is empty. Put the files of {period} there and collect again.")
    return files


def list_barred(inbox: UPath, period: Period, group: str) -> dict[str, str]:
    """What stands among the files of a group and is not taken in: {path as it may be shown: sentence}."""
    _check_group(group)
    return _look(_month(inbox, period), group)[1]


def list_strangers(inbox: UPath, period: Period) -> list[str]:
    """What lies in the month's folder but in none of its groups, sorted: no misspelt folder is missed."""
    month = _month(inbox, period)
    names = [item.name for item in month.iterdir()] if month.is_dir() else []
    return sorted(
        printable(name) for name in names if name not in (*GROUPS, _TRUTH) and not _is_passed_over(name)
    )


def locate(inbox: UPath, period: Period, path: str) -> Received:
    """The file that a path of `list_files` names.

    Raises `SourceError` when there is none or when the path leads out of the inbox.
    """
    parts = PurePosixPath(path).parts
    if len(parts) < 2 or ".." in parts or path.startswith("/") or not all(map(_is_plain, parts)):
        raise SourceError(
            f"{printable(path)!r} is no path below INBOX/{period}. Write it as associations/becak/list.xls."
        )
    _check_group(parts[0])
    file = _month(inbox, period).joinpath(*parts)
    if any(_is_link(parent) for parent in _below(file, len(parts))):
        raise OutOfReachError(path, "is a link", f"Put the file itself into the inbox of {period}")
    if not file.is_file():
        raise OutOfReachError(path, f"is not in the inbox of {period}", "Put the file there")
    return Received(file, parts[0], *source_of(path))


def source_of(path: str) -> tuple[str, str]:
    """The code of the source and the file's name in a path below INBOX/<period>."""
    parts = PurePosixPath(path).parts
    at = 2 if parts[0] == "associations" and len(parts) > 2 else 1
    return parts[at - 1], "/".join(parts[at:]) or path


def printable(name: str) -> str:
    """A name that can stand in a log: signs that nobody sees, or that move others about, by their number."""
    return "".join(sign if _is_seen(sign) else f"<U+{ord(sign):04X}>" for sign in name)


def _month(inbox: UPath, period: Period) -> UPath:
    month = inbox / str(period)
    if _is_link(month):
        raise SourceError(f"The inbox's folder {period} is a link. Put the folder itself into the inbox.")
    return month


def _check_group(group: str) -> None:
    if group not in GROUPS:
        raise SourceError(f"{group!r} is no folder of the inbox. It has {', '.join(GROUPS)}.")


def _look(month: UPath, group: str) -> tuple[list[str], dict[str, str]]:
    """The files of a group, and a sentence about each thing there that is none, by its path."""
    files: list[str] = []
    barred: dict[str, str] = {}
    waiting = [PurePosixPath(group)] if (month / group).exists() or _is_link(month / group) else []
    while waiting:
        path = waiting.pop()
        item, shown = month / str(path), printable(str(path))
        trouble = _trouble(item, path)
        if trouble:
            barred[shown] = f"{shown} {trouble}, so it was not taken in. {_REMEDY}"
        elif not item.is_dir():
            files.append(str(path))
        else:
            try:
                waiting += [path / below.name for below in item.iterdir() if not _is_passed_over(below.name)]
            except OSError:
                barred[shown] = f"{shown} cannot be looked into. Give this account the right to read it."
    return sorted(files), dict(sorted(barred.items()))


def _trouble(item: UPath, path: PurePosixPath) -> str | None:
    if not _is_plain(path.name):
        return "has a name with signs that nobody sees, or a backslash"
    if _is_link(item):
        return "is a link"
    if item.is_dir():
        if path.suffix.lower() in EXTENSIONS:
            return "is a folder under the name of a list"
        return f"is a folder more than {_DEEPEST} folders deep" if len(path.parts) > _DEEPEST else None
    return None if item.is_file() else "is no plain file"


def _is_passed_over(name: str) -> bool:
    folded = name.casefold()
    return folded.startswith((".", "~$")) or folded.endswith(_UNFINISHED) or folded in _NOT_SENT


def _is_plain(name: str) -> bool:
    return "\\" not in name and all(map(_is_seen, name))


def _is_seen(sign: str) -> bool:
    """Not a control code, a turned direction of writing, half a character; blanks of any kind are seen."""
    return sign.isprintable() or unicodedata.category(sign) == "Zs"


def _is_link(path: UPath) -> bool:
    return path.protocol in ("", "file") and Path(path.path).is_symlink()


def _below(file: UPath, depth: int) -> list[UPath]:
    return [file, *list(file.parents)[: depth - 1]]
