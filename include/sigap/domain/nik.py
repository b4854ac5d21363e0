"""The population number (NIK): 6 digits region of first registration, 6 digits birth date, 4 digits serial.

Rules: domain brief 4.1, after statements of Disdukcapil Klaten (structure, serial from 0001) and the press
(day + 40 for women). A valid form is no proof that the person exists: only Dukcapil can say that. The region
never makes a NIK invalid, because it stays the same when a person moves.
"""

import re
from functools import cache
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa
import yaml

from sigap.engine import connect, in_order, numbered

NikState = Literal["valid", "missing", "placeholder", "damaged", "malformed", "invalid"]

DECODED_NIKS = pa.schema(
    [
        pa.field("nik", pa.string()),
        pa.field("nik_state", pa.string()),
        pa.field("nik_digits", pa.string()),
        pa.field("nik_day", pa.int8()),
        pa.field("nik_month", pa.int8()),
        pa.field("nik_year2", pa.int8()),
        pa.field("nik_sex", pa.string()),
    ]
)


@cache
def placeholders() -> tuple[str, ...]:
    """What people type for want of a NIK: 16 digits each."""
    tree = yaml.safe_load(Path(__file__).with_name("placeholders.yaml").read_text(encoding="utf-8"))
    return tuple(tree["placeholders"])


def holds_nik(text: str) -> bool:
    """Whether a text that people typed holds 16 digits in a row, blanks, dots and dashes aside."""
    return re.search(r"\d{16}", re.sub(r"[\s.-]", "", text)) is not None


def decode_niks(
    text: pa.Array | pa.ChunkedArray,
    cell: pa.Array | pa.ChunkedArray,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> pa.Table:
    """Judge and decode received NIK, row by row in the order given; the columns are those of `DECODED_NIKS`.

    `text` is the cell as written, `cell` its kind: text, number or empty. `nik` holds the 16 digits of a
    valid or invalid NIK, null otherwise. `nik_state`:

    - missing: nothing but blanks and punctuation
    - placeholder: what is typed for want of a NIK (placeholders.yaml)
    - damaged: a number, or a text that went through one: its last digits cannot be trusted even if it has 16
    - malformed: anything but 16 digits once dots, spaces, apostrophes and hyphens are gone. A letter O is not
      read as 0, nor an l as 1
    - invalid: 16 digits nobody can have: a day of no calendar, serial 0000
    - valid: the rest

    `nik_digits` are the leading digits that are certain: 16 of a valid NIK, what the number kept of a damaged
    one (15 of a cell that ends in 0, 5 of 3.27501E+15). Of an invalid one and of a malformed one of 14, 15,
    17 or 18 digits they are the digits as typed, of which one or two are wrong: to be compared by the slips
    that would explain them, never by their beginning. Null for the others. Day (without the 40 of women),
    month, last two digits of the year and sex (L or P) are given if the certain digits hold them.

    `connection` is one to work in; without it one is made, which costs more than a short list.
    """
    if connection is None:
        with connect() as own:
            return decode_niks(text, cell, own)
    known = placeholders()
    connection.register("received_niks", numbered(pa.table({"text": text, "cell": cell})))
    facts = {"placeholders": list(known), "placeholder_starts": [digits[:15] for digits in known]}
    decoded = in_order(connection.sql(_statement(), params=facts)).cast(DECODED_NIKS)
    connection.unregister("received_niks")
    return decoded


@cache
def _statement() -> str:
    return Path(__file__).with_name("nik.sql").read_text(encoding="utf-8")
