"""The correction workbook: a sender's own list again, with what has to be put right beside every row."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from sigap.domain.correction import ASKED, FACTS, LOST_DIGIT, MARK_SHEET, SUMMARY, Mark, header_names
from sigap.domain.lists import FoundList
from sigap.engine import connect
from sigap.errors import QualityError
from sigap.quality.letter import Letter, write_letter, write_mark
from sigap.quality.look import add_formats
from sigap.quality.sheets import LAST_LINE, GivenList, position_of, write_list

_SHOWN = Path(__file__).with_name("correction.sql").read_text(encoding="utf-8")


def rows_to_show(received: pa.Table, checked: pa.Table, findings: pa.Table, found: FoundList) -> pa.Table:
    """The rows of one list: row, is_asked, texts (one per column), faults [{code, severity, column}], digest.

    `received` has sheet, row, cells; `checked` sheet, row, outcome, and for workers nik_state, nik_digits;
    `findings` as in the dataset. `digest` is that of the shown facts, null for a row that is fine.
    """
    for name in ("nik_state", "nik_digits"):
        if name not in checked.column_names:
            checked = checked.append_column(name, pa.nulls(checked.num_rows, pa.string()))
    facts = {
        "sheet": found.sheet,
        "headers": header_names(found),
        "nik": position_of(found.columns["nik"]) + 1 if "nik" in found.columns else 0,
        "lost": LOST_DIGIT,
    }
    with connect() as engine:
        engine.execute(FACTS)
        for name, table in {"received": received, "checked": checked, "findings": findings}.items():
            engine.register(name, table)
        return engine.sql(_SHOWN, params=facts).to_arrow_table()


def write_workbook(file: BinaryIO, letter: Letter, lists: Sequence[GivenList]) -> int:
    """Write the workbook of a delivery; returns how many rows it asks for. Same arguments, same bytes.

    Raises `QualityError` when nothing is to be put right, or a list is too long for a sheet.
    """
    import xlsxwriter

    asked = pa.concat_tables([_asked(given) for given in lists])
    _refuse(letter, lists, asked)
    options = {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    workbook = xlsxwriter.Workbook(file, options)
    workbook.set_properties(
        {
            "title": f"Perbaikan {letter.title} {letter.period}",
            "comments": "Dikirim kembali untuk diperbaiki",
            "created": letter.received_at.astimezone(dt.UTC).replace(tzinfo=None),
        }
    )
    formats = add_formats(workbook)
    summary = workbook.add_worksheet(SUMMARY)
    sheets = [workbook.add_worksheet(given.title) for given in lists]
    write_letter(summary, formats, letter, lists)
    for sheet, given in zip(sheets, lists, strict=True):
        write_list(sheet, formats, given)
    mark = Mark(
        letter.delivery_id,
        letter.source,
        str(letter.period),
        {given.title: given.found.sheet for given in lists},
    )
    write_mark(workbook.add_worksheet(MARK_SHEET), mark, asked)
    workbook.close()
    return int(asked.num_rows)


def _asked(given: GivenList) -> pa.Table:
    rows = given.rows.filter(given.rows["is_asked"]).select(["row", "digest"])
    titles = pa.repeat(pa.scalar(given.title), rows.num_rows)
    return rows.add_column(0, "title", titles).cast(ASKED)


def _refuse(letter: Letter, lists: Sequence[GivenList], asked: pa.Table) -> None:
    if asked.num_rows == 0:
        raise QualityError(
            f"Nothing of {letter.file_name} ({letter.delivery_id}) is to be put right: every row is accepted."
        )
    if any(given.last_line > LAST_LINE for given in lists):
        raise QualityError(
            f"{letter.file_name} ({letter.delivery_id}) has more lines than a sheet ({LAST_LINE:,}), so it "
            "cannot go back as a workbook. Settle its rows with `sigap held`."
        )
