"""The names of people and of their mothers, as each list writes them."""

import numpy as np
import pyarrow as pa

from sigap.synth.draw import Indices
from sigap.synth.labelled.entries import Entries
from sigap.synth.labelled.misspelling import alter
from sigap.synth.labelled.names import as_written
from sigap.synth.labelled.profiles import KINDS


def full_names(entries: Entries) -> pa.Array:
    """The full name; some are altered once, some twice."""
    names, sex = as_written(entries.people.names(entries.person)), entries.people.sex(entries.person)
    once = entries.happens("name", "altered")
    for time, chosen in (("once", once), ("again", once & entries.happens("name", "again"))):
        for code, kind in enumerate(KINDS):
            rows = np.flatnonzero(chosen & (entries.kind == code))
            alter(
                entries.dice,
                f"name {time}",
                entries.keys,
                names,
                rows,
                sex,
                entries.profile.tree["ways"][kind],
            )
    return names.text(_letters(entries))


def mother_names(entries: Entries) -> pa.Array:
    """The mother's name, null where the list does not have it."""
    present = entries.happens("mother", "present")
    known = entries.part(present)
    names = as_written(known.people.mothers(known.person))
    rows, women = np.flatnonzero(known.happens("mother", "altered")), np.ones(len(known.keys), dtype=np.int64)
    alter(known.dice, "mother", known.keys, names, rows, women, known.profile.tree["ways"]["mother"])
    return names.text(_letters(known)).take(pa.array(np.cumsum(present) - 1, mask=~present))


def _letters(entries: Entries) -> Indices:
    """Capitals, title case or small letters."""
    drawn = entries.dice.share("letters", entries.keys)
    upper = entries.share("letters", "upper")
    title = upper + entries.share("letters", "title")
    return (drawn >= upper).astype(np.int64) + (drawn >= title).astype(np.int64)
