"""By what a workbook of pairs is known when it comes back, and whether what it shows was changed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sigap.domain.period import Period
from sigap.errors import IdentityError

KIND = "sigap review"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the workbook: sheet, first line (from 1), number of lines, key, digest of its facts.

    `key` is the fact key of a pair, or the number of a verdict that waits for a second person.
    """

    sheet: str
    line: int
    lines: int
    key: str
    digest: str


def digest_of(cells: Sequence[Sequence[object]]) -> str:
    """The digest of what stands in these cells, whatever a spreadsheet program does to blanks."""
    texts = (" ".join(str(cell or "").split()) for line in cells for cell in line)
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()[:32]


def mark_lines(period: Period, asked: Sequence[Asked]) -> list[tuple[str, ...]]:
    """The lines of the hidden sheet, the seal over all others first."""
    body = [(KIND, str(period)), *((a.sheet, str(a.line), str(a.lines), a.key, a.digest) for a in asked)]
    return [("seal", _seal(body)), *body]


def read_mark(lines: Sequence[Sequence[object]], file_name: str) -> tuple[Period, list[Asked]]:
    """Month and questions of a workbook. Raises `IdentityError` when it is none of ours, or was edited."""
    texts = [tuple(str(cell) for cell in line if cell not in (None, "")) for line in lines]
    if len(texts) < 2 or texts[0][:1] != ("seal",) or texts[1][:1] != (KIND,):
        raise IdentityError(
            f"{file_name} is no workbook of `sigap review worklist`. Fill in the one that was written by it."
        )
    if texts[0][1:] != (_seal(texts[1:]),) or not all(len(line) == 5 for line in texts[2:]):
        raise IdentityError(f"{file_name}: its hidden sheet was edited. Write the workbook again.")
    asked = [
        Asked(sheet, int(line), int(lines), key, digest) for sheet, line, lines, key, digest in texts[2:]
    ]
    return Period.parse(texts[1][1]), asked


def _seal(body: Sequence[Sequence[str]]) -> str:
    return hashlib.sha256("\n".join("|".join(line) for line in body).encode()).hexdigest()
