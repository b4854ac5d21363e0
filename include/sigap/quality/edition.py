"""Official tables of region codes as csv: read strictly, since every list is judged by them afterwards.

A file has the columns code and name, and may have bps_code and the code of the region above (province_code,
regency_code, district_code). Codes stand with dots or without: 32.75.02.1005 or 3275021005.
"""

import hashlib
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from sigap.domain.region import REGIONS
from sigap.engine import connect
from sigap.errors import QualityError

_NEEDED = ("code", "name")
_PARENTS = ("province_code", "regency_code", "district_code")
_COLUMNS = (*_NEEDED, "bps_code", *_PARENTS)


def read_edition(files: Mapping[str, bytes], known: Collection[str]) -> pa.Table:
    """The regions in these files (content by file name) together, with the columns of REGIONS.

    `known` are codes that need not stand in the files to have parts there. Raises `QualityError` for a file
    that is empty, is not UTF-8 or has another header, and for codes that are none, stand twice, contradict
    the region above, or have none. No cell is quoted.
    """
    tables = [_read(name, content) for name, content in files.items()]
    with connect() as connection:
        connection.register("lines", pa.concat_tables(tables))
        connection.register("known", pa.table({"region_code": pa.array(sorted(known), pa.string())}))
        judged = connection.sql(_statement("edition")).to_arrow_table()
    for fault, sentence in _FAULTS.items():
        found = judged.filter(judged[fault])
        if found.num_rows:
            where = f"{found['file'][0].as_py()}, line {found['line'][0].as_py()}"
            more = f" and {found.num_rows - 1:,} more" if found.num_rows > 1 else ""
            raise QualityError(f"{where}{more}: {sentence}")
    return judged.select(REGIONS.names).cast(REGIONS)


def digest(files: Mapping[str, bytes]) -> str:
    """The SHA-256 of the files together, whatever their names and their order."""
    each = sorted(hashlib.sha256(content).hexdigest() for content in files.values())
    return each[0] if len(each) == 1 else hashlib.sha256(" ".join(each).encode()).hexdigest()


def _read(name: str, content: bytes) -> pa.Table:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        raise QualityError(f"{name} is not UTF-8. Save it as csv in UTF-8.") from None
    text = content.removeprefix(b"\xef\xbb\xbf")
    header = text.partition(b"\n")[0].decode().strip()
    columns = [column.strip('"') for column in header.split(",")]
    if not set(_NEEDED) <= set(columns) <= set(_COLUMNS) or len(set(columns)) < len(columns):
        raise QualityError(
            f"{name} has another header than {', '.join(_NEEDED)} (with, where given, "
            f"{', '.join(_COLUMNS[2:])}). Give it these columns, separated by commas."
        )
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(text),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(_COLUMNS, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        raise QualityError(
            f"{name} has a line with more or fewer cells than its header. Quote names that contain a comma."
        ) from None
    if table.num_rows == 0:
        raise QualityError(f"{name} has no regions: nothing stands below its header.")
    return _widen(table, name)


def _widen(table: pa.Table, name: str) -> pa.Table:
    """All columns, the file's name, and the line of each row."""
    count = table.num_rows
    blank = pa.repeat(pa.scalar(""), count)
    columns = {column: table[column] if column in table.column_names else blank for column in _COLUMNS}
    place = {"file": pa.repeat(pa.scalar(name), count), "line": pa.array(range(2, count + 2), pa.int64())}
    return pa.table(place | columns)


_FAULTS = {
    "is_no_code": "a code has not 2, 4, 6 or 10 digits. Put the codes of Kemendagri into the column code.",
    "is_nameless": "a region has no name. Complete the table.",
    "is_no_bps_code": "a bps_code has not 2, 4, 7 or 10 digits. Correct it or leave it empty.",
    "is_double": "a code stands there for the second time. Take one of them out.",
    "is_double_bps": "a bps_code stands there for the second time. Take one of them out.",
    "is_misplaced": "a code does not begin with that of the region above. Correct one of them.",
    "is_orphan": "the region above stands in no file. Load the files of one edition together.",
}


@cache
def _statement(name: str) -> str:
    return Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
