"""A list of corrections from a csv or workbook: one row per line of an invoice, or per person and month."""

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from sigap.billing.correction import Proposal
from sigap.domain.period import Period
from sigap.errors import BillingError, PeriodError

# What each column may be called; the first is what our own templates say.
COLUMNS = {
    "line_id": ("baris", "line_id", "line"),
    "reason_code": ("alasan", "reason_code", "reason"),
    "evidence": ("bukti", "evidence"),
    "effective_date": ("tanggal", "effective_date", "date"),
    "person_id": ("orang", "person_id", "person"),
    "period": ("bulan", "period", "month"),
    "payer_set": ("pembayar", "payer_set", "payer"),
}
_NEEDED = ("reason_code", "evidence")
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y")


def read_proposals(file: Path) -> list[Proposal]:
    """Every row of the file as a proposal, in its order.

    Raises `BillingError` that names file, row and column of the first cell that cannot be read; it never
    quotes the cell.
    """
    lines = _lines(file)
    head = [str(cell).strip().lower() for cell in lines[0]] if lines else []
    places = {
        name: place for name, words in COLUMNS.items() for place, cell in enumerate(head) if cell in words
    }
    missing = [COLUMNS[name][0] for name in _NEEDED if name not in places]
    if missing or not {"line_id", "person_id"} & set(places):
        wanted = missing or ["baris"]
        raise BillingError(
            f"{file.name}: the first line lacks the column {', '.join(wanted)}. "
            f"Known columns: {', '.join(words[0] for words in COLUMNS.values())}."
        )
    found = [
        _proposal(f"{file.name}, row {number}", line, places)
        for number, line in enumerate(lines[1:], start=2)
        if any(str(cell).strip() for cell in line)
    ]
    if not found:
        raise BillingError(f"{file.name} holds no row below its header.")
    return found


def _lines(file: Path) -> list[Sequence[Any]]:
    try:
        if file.suffix.lower() == ".csv":
            text = file.read_bytes().decode("utf-8-sig")
            delimiter = ";" if text.partition("\n")[0].count(";") else ","
            return list(csv.reader(io.StringIO(text), delimiter=delimiter))
        return list(CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0).to_python())
    except (CalamineError, OSError, UnicodeDecodeError, csv.Error, IndexError):
        raise BillingError(f"{file.name} cannot be read. Save it as .xlsx, or as .csv in UTF-8.") from None


def _proposal(place: str, line: Sequence[Any], places: Mapping[str, int]) -> Proposal:
    cells = {name: line[at] if at < len(line) else "" for name, at in places.items()}
    texts = {name: str(cell).strip() for name, cell in cells.items()}
    return Proposal(
        reason_code=texts["reason_code"].upper(),
        evidence=texts["evidence"],
        line_id=_number(place, "line_id", cells.get("line_id", "")),
        person_id=_number(place, "person_id", cells.get("person_id", "")),
        period=_month(place, cells.get("period", "")),
        effective_date=_day(place, cells.get("effective_date", "")),
        payer_set=texts.get("payer_set") or None,
        place=place,
    )


def _number(place: str, name: str, cell: Any) -> int | None:
    text = str(cell).strip().removesuffix(".0")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**63):
        raise BillingError(f"{place}: column {COLUMNS[name][0]} holds no number. Nothing was kept.")
    return int(text)


def _month(place: str, cell: Any) -> Period | None:
    if isinstance(cell, dt.date):
        return Period(cell.year, cell.month)
    text = str(cell).strip()
    try:
        return Period.parse(text) if text else None
    except PeriodError:
        raise BillingError(
            f"{place}: column bulan holds no month. Write it as 2026-01. Nothing was kept."
        ) from None


def _day(place: str, cell: Any) -> dt.date | None:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    text = str(cell).strip()
    for form in _DAYS if text else ():
        try:
            return dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC).date()
        except ValueError:
            continue
    if text:
        raise BillingError(f"{place}: column tanggal holds no day. Write it as 2026-01-31. Nothing was kept.")
    return None
