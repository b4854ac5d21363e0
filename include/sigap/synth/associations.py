"""The lists of the associations: their members, with the slips of the pen that such lists have."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sigap.synth.cases import cases
from sigap.synth.draw import Dice, Keys
from sigap.synth.flaws import NUMBER, draw_flaws, spoil
from sigap.synth.layouts import NUMBER_MARK, layouts
from sigap.synth.names import add_degrees, draw_names, respell
from sigap.synth.registry import repeat

SLOTS = ("first", "second")  # a person stands in up to two lists
_REPEATED = 0.006
_TEACHERS = "guru_honorer"
_TWO_NAMES = "two_names"


def mark_flaws(dice: Dice, people: pa.Table) -> pa.Table:
    """Add `first_flaw` and `second_flaw`: what is wrong with the NIK of the person in each of their lists."""
    with_numbers = pa.array([code for code, layout in layouts().items() if layout.has_number_cells])
    for slot in SLOTS:
        has_numbers = pc.is_in(people[slot], value_set=with_numbers)
        is_safe = pc.or_(_is_two_names(people), pc.is_null(people[slot]))
        flaws = draw_flaws(dice, slot, people["person"].to_numpy(), has_numbers, is_safe)
        people = people.append_column(f"{slot}_flaw", flaws)
    return people


def association_rows(dice: Dice, people: pa.Table, numbered: Mapping[str, int]) -> dict[str, pa.Table]:
    """The rows for each association by its code; `numbered` says how many each has had (`no` goes on)."""
    return {code: _rows(dice, code, people, numbered.get(code, 0)) for code in layouts()}


def _rows(dice: Dice, code: str, people: pa.Table, numbered: int) -> pa.Table:
    members = pa.concat_tables(_members(dice, code, slot, people) for slot in SLOTS)
    members = members.sort_by("person")
    number = np.arange(numbered + 1, numbered + 1 + members.num_rows)
    members = members.append_column("no", pa.array(number))
    return repeat(members, dice.share(f"repeated {code}", members["person"].to_numpy()) < _REPEATED)


def _members(dice: Dice, code: str, slot: str, people: pa.Table) -> pa.Table:
    members = people.filter(pc.equal(people[slot], code))
    keys, flaws = members["person"].to_numpy(), members[f"{slot}_flaw"].combine_chunks()
    names = respell(
        dice, f"spelling {slot}", keys, members["full_name"].combine_chunks(), members["sex"].combine_chunks()
    )
    if code == _TEACHERS:
        names = add_degrees(dice, keys, names)
    other_name, other_birth = _someone_else(dice, members, keys)
    is_other = _is_two_names(members).combine_chunks()
    columns = {
        "nik": spoil(members["nik"].combine_chunks(), flaws),
        NUMBER_MARK: pc.fill_null(pc.equal(flaws, NUMBER), False),
        "full_name": pc.if_else(is_other, other_name, names),
        "birth_date": pc.if_else(is_other, other_birth, members["birth_date"].combine_chunks()),
    }
    kept = [name for name in members.column_names if name not in columns]
    return pa.table({name: members[name] for name in kept} | columns)


def _someone_else(dice: Dice, members: pa.Table, keys: Keys) -> tuple[pa.Array, pa.Array]:
    """A name from the lists of the other sex and a birth date years away: clearly not the same person."""
    other_sex = pc.equal(members["sex"], "L").to_numpy().astype(np.int64)
    years = 3000 + dice.below("other birth", keys, 2000)
    birth = members["birth_date"].to_numpy().astype("datetime64[D]")
    later = np.where(birth < np.datetime64("1985-01-01"), birth + years, birth - years)
    return draw_names(dice, "other name", keys, other_sex), pa.array(later)


def _is_two_names(people: pa.Table) -> pa.ChunkedArray:
    return pc.equal(people["case"], [entry.name for entry in cases()].index(_TWO_NAMES))
