"""What a person wrote into the workbook of pairs. Nothing counts of a box that was changed elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from sigap.domain.period import Period
from sigap.errors import IdentityError
from sigap.identity.mark import Asked, digest_of, read_mark
from sigap.identity.shown import sheet_words

_CHOICE, _REASON = 6, 7


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """What a person decides about a pair: `verdict` is same or different, `reason` says why."""

    fact_key: str
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class PairCheck:
    """What a second person answers to a verdict: `answer` is agree or disagree."""

    verdict_id: int
    answer: str
    reason: str


@dataclass(frozen=True, slots=True)
class Answers:
    """Every answer of a workbook, in its order, and the month it was written for."""

    period: Period
    verdicts: tuple[PairVerdict, ...]
    checks: tuple[PairCheck, ...]


def read_worklist(file: Path) -> Answers:
    """The answers of a workbook of `write_worklist`, all of them or none.

    Raises `IdentityError` that names sheet, line and column, and no person: for a file that is none of ours,
    a box in which a fact was changed, an answer that is none, one without a reason, and for no answer at all.
    """
    sheets = _sheets(file)
    period, asked = read_mark(sheets.get(sheet_words()["mark_sheet"], []), file.name)
    kinds = {described["name"]: kind for kind, described in sheet_words()["sheets"].items()}
    verdicts, checks = list[PairVerdict](), list[PairCheck]()
    for one in asked:
        answer, reason = _answer(file.name, one, kinds[one.sheet], sheets.get(one.sheet, []))
        if answer and kinds[one.sheet] == "verdicts":
            verdicts.append(PairVerdict(one.key, answer, reason))
        elif answer:
            checks.append(PairCheck(int(one.key), answer, reason))
    if not verdicts and not checks:
        raise IdentityError(
            f"{file.name} holds no answer. Fill in the column {sheet_words()['heads'][_CHOICE]}."
        )
    return Answers(period, tuple(verdicts), tuple(checks))


def _sheets(file: Path) -> dict[str, list[list[Any]]]:
    try:
        book = CalamineWorkbook.from_path(str(file))
        return {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names
        }
    except (CalamineError, OSError):
        raise IdentityError(f"{file.name} is no workbook that can be read. Save it as .xlsx again.") from None


def _answer(file: str, asked: Asked, kind: str, lines: Sequence[Sequence[Any]]) -> tuple[str, str]:
    """The answer and the reason of one box, both '' where nothing was filled in."""
    box = [[*line, *[""] * (_REASON + 1 - len(line))] for line in lines[asked.line - 1 :][: asked.lines]]
    where = f"{file}, sheet {asked.sheet!r}, box at line {asked.line}"
    if digest_of([line[:3] for line in box]) != asked.digest:
        raise IdentityError(
            f"{where}: a fact or the place of the box was changed, so its answer is about something else. "
            "Nothing was kept. Write the workbook again and fill in the open cells only."
        )
    said, reason = (_filled(box, column) for column in (_CHOICE, _REASON))
    if not said and not reason:
        return "", ""
    choices = sheet_words()["sheets"][kind]["choices"]
    found = choices.get(" ".join(said.upper().split()))
    if found is None:
        raise IdentityError(f"{where}: the answer is none of {', '.join(choices)}. Nothing was kept.")
    if not reason and found != "agree":
        raise IdentityError(
            f"{where}: the column {sheet_words()['heads'][_REASON]} is empty. Say why. Nothing was kept."
        )
    return found, reason


def _filled(box: Sequence[Sequence[Any]], column: int) -> str:
    """What a person typed into the merged cell, which a program may have split again."""
    return "; ".join(text for line in box[1:] if (text := str(line[column]).strip()))
