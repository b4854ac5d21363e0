"""Bank statements in MT940: each movement as a row under the headers that the catalog entry knows."""

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import pyarrow as pa

from sigap.domain.source import SourceEntry
from sigap.sources.chunk import Chunk
from sigap.sources.encoding import find_encoding
from sigap.sources.layout import find_layout
from sigap.sources.refusals import HeaderNotFoundError, UnreadableFileError

if TYPE_CHECKING:
    from mt940.models import Transaction, Transactions

_LARGEST = 64 * 1024**2  # bytes; a year of a busy account has a tenth of it
_FULL = 65  # characters of a line of :86:
_MOVEMENT = re.compile(r"^:61:", re.MULTILINE)
_COLUMNS = ("account", "booked_on", "amount", "mark", "currency", "reference", "description")
_SEND_AGAIN = "Export the statement again, or take it as .csv or .xlsx"


def mt940_chunks(file: BinaryIO, file_name: str, entry: SourceEntry) -> Iterator[Chunk]:
    """The movements of every statement of the file; the line is that of `:61:`.

    `mark` is D or K as in a csv: a reversed credit (RC) is D, a reversed debit (RD) is K. Raises
    `SourceError` when it is not whole: what cannot be read, a balance that does not follow from the one
    before, or an entry that is about something else than bank statements.
    """
    headers = _headers(file_name, entry)
    layout = find_layout([headers], "", file_name, entry)
    if layout is None:
        raise HeaderNotFoundError(file_name, entry.code, 1)
    text = _text(file, file_name)
    rows = [row for statement in _statements(text, file_name) for row in _rows(statement, file_name)]
    lines = [text.count("\n", 0, found.start()) + 1 for found in _MOVEMENT.finditer(text)]
    if len(lines) != len(rows):
        raise UnreadableFileError(file_name, "has movements that cannot be read one by one", _SEND_AGAIN)
    columns = [pa.array([row[place] or None for row in rows], pa.string()) for place in range(len(_COLUMNS))]
    nobody = pa.array(np.zeros(len(rows), dtype=bool))
    yield Chunk(layout, columns, pa.array(lines, pa.int32()), nobody)


def mt940_top(file: BinaryIO, file_name: str, count: int) -> list[list[str]]:
    """The names of its columns and the first movements, as `mt940_chunks` reads them."""
    text = _text(file, file_name)
    rows = [row for statement in _statements(text, file_name) for row in _rows(statement, file_name)]
    return [list(_COLUMNS), *map(list, rows)][:count]


def _headers(file_name: str, entry: SourceEntry) -> list[str]:
    if entry.kind != "statements" or any(name not in entry.columns for name in _COLUMNS):
        raise UnreadableFileError(
            file_name, "is a bank statement in MT940", "Put it into the folder bank_statement of the inbox"
        )
    return [entry.columns[name].headers[0] for name in _COLUMNS]


def _text(file: BinaryIO, file_name: str) -> str:
    """The file as text, one kind of line end, without the envelope of SWIFT and without a mark."""
    if file.seek(0, io.SEEK_END) > _LARGEST:
        raise UnreadableFileError(
            file_name, f"is a statement of more than {_LARGEST >> 20} MiB", "Export fewer days at a time"
        )
    encoding = find_encoding(file, file_name)
    file.seek(encoding.mark)
    text = file.read().decode(encoding.codec).replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"^\{[^\n]*\{4:$|^-\}?\S*$", "", text, flags=re.MULTILINE)


def _statements(text: str, file_name: str) -> list["Transactions"]:
    import mt940

    if not _MOVEMENT.search(text):
        raise UnreadableFileError(file_name, "holds no movement (:61:)", _SEND_AGAIN)
    try:
        with _silent():
            statements = mt940.parse_statements(io.StringIO(text), options=mt940.Options.all())
    except (RuntimeError, ValueError, ArithmeticError, KeyError, TypeError, AttributeError, AssertionError):
        # What the library says quotes the line, and a line may name a person.
        raise UnreadableFileError(
            file_name, "has a field that is not as MT940 writes it", _SEND_AGAIN
        ) from None
    for statement in statements:
        _refuse_gap(statement, file_name)
    return statements


@contextmanager
def _silent() -> Iterator[None]:
    """The library logs what it cannot read, names and all."""
    logger = logging.getLogger("mt940")
    before, logger.disabled = logger.disabled, True
    children = [
        logging.getLogger(name) for name in logging.root.manager.loggerDict if name.startswith("mt940.")
    ]
    states = [child.disabled for child in children]
    for child in children:
        child.disabled = True
    try:
        yield
    finally:
        logger.disabled = before
        for child, state in zip(children, states, strict=True):
            child.disabled = state


def _refuse_gap(statement: "Transactions", file_name: str) -> None:
    """Opening balance plus movements must be the closing balance: a torn file would lose payments."""
    first = statement.data.get("final_opening_balance") or statement.data.get("intermediate_opening_balance")
    last = statement.data.get("final_closing_balance") or statement.data.get("intermediate_closing_balance")
    if first is None or last is None:
        raise UnreadableFileError(file_name, "lacks its opening or closing balance", _SEND_AGAIN)
    moved = sum((one.data["amount"].amount for one in statement), Decimal(0))
    if first.amount.amount + moved != last.amount.amount:
        raise UnreadableFileError(
            file_name, "has a closing balance that does not follow from its movements", _SEND_AGAIN
        )


def _rows(statement: "Transactions", file_name: str) -> Iterator[tuple[str, ...]]:
    account = str(statement.data.get("account_identification") or "").strip()
    for one in statement:
        amount = one.data["amount"]
        yield (
            account,
            (one.data.get("entry_date") or one.data["date"]).isoformat(),
            _written(abs(amount.amount), file_name),
            "D" if amount.amount < 0 else "K",
            str(amount.currency or statement.currency or ""),
            _reference(one),
            _description(one),
        )


def _written(amount: Decimal, file_name: str) -> str:
    """Whole rupiah without decimals; others as they are, to be refused where cells are read."""
    try:
        return str(int(amount)) if amount == int(amount) else str(amount).replace(".", ",")
    except (InvalidOperation, ValueError, OverflowError):
        raise UnreadableFileError(file_name, "has an amount that is no number", _SEND_AGAIN) from None


def _reference(one: "Transaction") -> str:
    """The customer's reference, else the bank's: NONREF says that there is none."""
    given = (str(one.data.get(name) or "").strip() for name in ("customer_reference", "bank_reference"))
    return next((text for text in given if text and text.upper() != "NONREF"), "")


def _description(one: "Transaction") -> str:
    """What the bank says of it. A line as full as MT940 allows goes on in the next without a blank."""
    named = ("transaction_details", "purpose", "applicant_name", "extra_details")
    lines = [line for name in named for line in str(one.data.get(name) or "").split("\n")]
    return " ".join("".join(line if len(line) == _FULL else f"{line} " for line in lines).split())
