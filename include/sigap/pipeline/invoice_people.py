"""The persons of an invoice out of the warehouse, batch by batch, however many they are."""

import io
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
from sqlalchemy import Connection, Engine, Row, and_, func, select

from sigap.errors import ReportingError
from sigap.reporting.people import PEOPLE
from sigap.warehouse.tables import billing, entitlement

_PEOPLE = Path(__file__).with_name("invoice_people.sql").read_text(encoding="utf-8")
_BLOCK = 4 << 20  # bytes of csv that become one batch: some twenty thousand persons


def people_of(header: Row[Any], warehouse: Engine) -> Generator[pa.Table]:
    """The persons of an invoice (`PEOPLE`) by regency, kecamatan, kelurahan and name.

    They come over a connection of their own, which is busy until the last batch or until this is closed.
    """
    statement = f"COPY ({_PEOPLE}) TO STDOUT (FORMAT csv, HEADER)"
    with warehouse.connect() as connection:
        driver = connection.connection.cursor()
        with driver.copy(statement, {"invoice_id": header.invoice_id}) as copy:
            yield from _batches(copy)


def _batches(copy: Iterable[Any]) -> Iterator[pa.Table]:
    reader = pa_csv.open_csv(
        pa.PythonFile(_Stream(iter(copy)), mode="r"),
        read_options=pa_csv.ReadOptions(block_size=_BLOCK),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True),  # an address may hold one
        convert_options=pa_csv.ConvertOptions(
            column_types=PEOPLE,
            null_values=[""],  # PostgreSQL writes NULL as nothing; a person may be called Null or Na
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    for batch in reader:
        yield pa.Table.from_batches([batch])


def regencies_of(header: Row[Any], connection: Connection) -> list[tuple[str | None, int]]:
    """How many persons of an invoice live in each regency, in the order of `people_of`.

    Raises `ReportingError` when they are not as many as the header says, or share a NIK.
    """
    line, decision = billing.invoice_line.c, entitlement.decision.c
    regency = func.left(decision.kelurahan_code, 5).collate("C")
    persons = (
        select(line.roster_id, line.person_id).where(line.invoice_id == header.invoice_id).distinct()
    ).subquery()
    same = and_(decision.roster_id == persons.c.roster_id, decision.person_id == persons.c.person_id)
    query = (
        select(regency, func.count(), func.count(decision.nik.distinct()))
        .select_from(persons.join(entitlement.decision, same))
        .group_by(regency)
        .order_by(regency.nulls_last())
    )
    found = connection.execute(query).all()
    if sum(row[1] for row in found) != header.people or any(row[1] != row[2] for row in found):
        raise ReportingError(
            f"Invoice {header.number}: its persons are not {header.people} with a NIK each. "
            "No document is made; have billing.invoice_line examined."
        )
    return [(row[0], row[1]) for row in found]


class _Stream(io.RawIOBase):
    """Pieces that a connection brings, read as one file."""

    def __init__(self, pieces: Iterator[Any]) -> None:
        self._pieces, self._rest = pieces, b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        held = [self._rest]
        length = len(self._rest)
        while size < 0 or length < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            held.append(bytes(piece))
            length += len(held[-1])
        content = b"".join(held)
        cut = len(content) if size < 0 else size
        self._rest = content[cut:]
        return content[:cut]
