"""Which lines of a list are no rows: a header again, numbers of the columns, totals, signatures."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import yaml

from sigap.sources.grid import Grid, Mask
from sigap.sources.header import header_key
from sigap.sources.layout import Layout

Numbers = np.ndarray[tuple[int, ...], np.dtype[np.int32]]  # the line that each stands on
_OTHERS = ("repeated_header", "numbering", "total")
_KINDS = ("blank", *_OTHERS, "signature")
_NIK_LIKE = r"(?:\d\D*){6}"  # in the column of the NIK: also what is left of a damaged one
_NIK = r"^\D*(?:\d\D*){16}$"  # in any other column
_LETTER = r"[A-Za-z\x{80}-\x{10ffff}]"
_NUMBER = r"^\(?(?:Rp\.?\s*)?-?[\d.,]*\d[.,-]*\)?$"
_COUNT = r"^\d{1,3}[.,]?\d{0,3}$"
_ORDINAL = r"^\(?(?P<number>\d{1,3})\)?\.?(?:\s*=[^=]*)?$"  # (5), 5., and `7 = 5 + 6`
_DAY = r"\d{1,2}\s+[^\d\s]+\s+\d{4}\W*|\d{1,2}\D\d{1,2}\D\d{2,4}|(?:\.|…|_){2,}.*"
_PLACE_AND_DAY = rf"^[^\d,]+,\s*(?:{_DAY})$"
_SIGNATURE_CELLS = 4  # persons who sign beside each other
_SIGNATURE_LINES = 25  # from a word of signature on: room for the stamp, the names and their numbers


class Lines:
    """The lines of one list, stretch by stretch: a block of signatures may reach into the next one."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._opened = self._closed = -_SIGNATURE_LINES  # lines: last word of signature, last row or header

    def sort_out(self, columns: Sequence[pa.Array], numbers: Numbers) -> dict[str, Mask]:
        """The lines that are no rows, by kind: blank, repeated_header, numbering, total, signature.

        `columns` are texts or null, `numbers` the lines they stand on. No line is of two kinds.
        """
        kinds: dict[str, Mask] = {kind: np.zeros(len(numbers), dtype=bool) for kind in _KINDS}
        unsure = ~self._has_nik(columns, len(numbers))
        if unsure.any():
            found, may_be_signed = self._look(Grid(columns, unsure))
            for kind, mask in found.items():
                kinds[kind][unsure] = mask
            below = np.zeros(len(numbers), dtype=bool)
            below[unsure] = may_be_signed
            self._follow_signatures(below, numbers, kinds)
        elif len(numbers):
            self._closed = int(numbers[-1])
        return kinds

    def _has_nik(self, columns: Sequence[pa.Array], count: int) -> Mask:
        position = self._layout.positions.get("nik")
        if position is None:
            return np.zeros(count, dtype=bool)
        cells = columns[position]
        is_like = pc.match_substring_regex(cells, _NIK_LIKE)
        is_official = pc.match_substring_regex(cells, _begins(_words()["official"]))
        return np.asarray(pc.fill_null(pc.and_not(is_like, is_official), False))

    def _look(self, grid: Grid) -> tuple[dict[str, Mask], Mask]:
        """The kinds of lines without a NIK, and which of the others may stand below a signature."""
        count = grid.filled.sum(axis=0)
        person = self._has_person(grid)
        kinds, undecided = {"blank": count == 0}, (count > 0) & ~person
        tests: dict[str, Callable[[Grid], Mask]] = {
            "repeated_header": self._repeats,
            "numbering": self._is_numbering,
            "total": _is_total,
            "signature": _opens_signature,
        }
        for kind, test in tests.items():
            kinds[kind] = undecided & test(grid) if undecided.any() else np.zeros(grid.count, dtype=bool)
            undecided &= ~kinds[kind]
        may_be_signed = undecided & (count <= _SIGNATURE_CELLS)
        if may_be_signed.any():
            may_be_signed &= ~grid.match(_NUMBER).any(axis=0)
        return kinds, may_be_signed

    def _has_person(self, grid: Grid) -> Mask:
        """A number like a NIK, or a name with a birth date. A word of a total or a header is no name."""
        person = grid.match(_NIK).any(axis=0)
        name, born = (self._layout.positions.get(column) for column in ("full_name", "birth_date"))
        if name is not None and born is not None:
            is_word = grid.match(_only([*_words()["total"], *_words()["signature"]]))[name]
            is_header = np.any([grid.says(line)[name] for line in self._header_lines()], axis=0)
            is_name = grid.match(_LETTER)[name] & ~is_word & ~is_header
            person |= is_name & grid.match(r"\d")[born]
        return np.asarray(person)

    def _repeats(self, grid: Grid) -> Mask:
        """Most cells say what the header says, or all what stands above it, or which page it is."""
        titles = {"".join(map(header_key, line)) for line in self._layout.top} - {""}
        repeated = grid.is_among(sorted(titles))
        repeated |= grid.all_filled(grid.match(_only(_words()["page"], then=_words()["page"])))
        for line in self._header_lines():
            agreeing = grid.says(line).sum(axis=0)
            repeated |= (agreeing >= 2) & (agreeing * 2 >= grid.filled.sum(axis=0))
        return repeated

    def _header_lines(self) -> list[tuple[str, ...]]:
        layout = self._layout
        lines = [layout.top[number - 1] for number in layout.lines] + [layout.headers]
        return [(*line, *[""] * (len(layout.headers) - len(line))) for line in lines]

    def _is_numbering(self, grid: Grid) -> Mask:
        """1, 2, 3 … from column to column; or a prepared line with nothing but its number in it."""
        ordinals, count = grid.ordinals(_ORDINAL), grid.filled.sum(axis=0)
        in_order = grid.all_filled(ordinals == np.cumsum(grid.filled, axis=0))
        named = sum(not self._layout.is_blank(position) for position in range(grid.width))
        known = np.isin(np.arange(grid.width), list(self._layout.positions.values()))
        only_serial = (count == 1) & (grid.filled & (ordinals >= 0) & ~known[:, None]).any(axis=0)
        return np.asarray((in_order & (count >= min(3, max(named, 2)))) | only_serial)

    def _follow_signatures(self, below: Mask, numbers: Numbers, kinds: dict[str, Mask]) -> None:
        """Names and numbers of those who sign stand below: until a row comes, or a header again."""
        opens = kinds["signature"]
        opened = np.maximum.accumulate(np.where(opens, numbers, self._opened))
        below = below & (numbers - opened <= _SIGNATURE_LINES)
        closes = ~(opens | below | kinds["blank"] | kinds["total"])
        closed = np.maximum.accumulate(np.where(closes, numbers, self._closed))
        kinds["signature"] = opens | (below & (opened > closed))
        self._opened, self._closed = int(opened[-1]), int(closed[-1])


def _is_total(grid: Grid) -> Mask:
    """A word of total first and then numbers, or a count with nothing beside it."""
    words, count = _words(), grid.filled.sum(axis=0)
    is_counted = grid.match(_NUMBER) | grid.match(rf"(?i)^(?:\W|\d|\b(?:{_any_of(words['units'])})\b)+$")
    has_rest = (grid.filled & is_counted).sum(axis=0) >= count - 1
    begins = grid.first_filled(grid.match(_begins(words["total"]))) & (count > 1)
    alone = grid.first_filled(grid.match(_only(words["total"], then=words["units"])))
    return np.asarray(((begins | alone) & has_rest) | ((count == 1) & grid.all_filled(grid.match(_COUNT))))


def _opens_signature(grid: Grid) -> Mask:
    notes = "|".join(map(re.escape, sorted(_words()["note"], key=len, reverse=True)))
    opens = grid.match(_begins(_words()["signature"])) | grid.match(_PLACE_AND_DAY)
    return grid.all_filled(opens | grid.match(rf"^(?:{notes})"))


@cache
def _words() -> Mapping[str, tuple[str, ...]]:
    content = Path(__file__).with_name("lines.yaml").read_text(encoding="utf-8")
    return {name: tuple(words) for name, words in yaml.safe_load(content).items()}


def _any_of(words: Collection[str]) -> str:
    longest = sorted(words, key=len, reverse=True)
    return "|".join(r"\W+".join(map(re.escape, word.split())) for word in longest)


def _begins(words: Collection[str]) -> str:
    return rf"(?i)^\W*(?:{_any_of(words)})(?:\W|$)"


def _only(words: Collection[str], then: Collection[str] = ()) -> str:
    """The whole cell is one of the words, with signs around it; numbers and words of `then` may follow."""
    tail = rf"(?:\W|\d|\b(?:{_any_of(then)})\b)*" if then else r"\W*"
    return rf"(?i)^\W*(?:{_any_of(words)})(?:\W{tail})?$"
