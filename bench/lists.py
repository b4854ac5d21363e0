"""Large lists for the benchmarks: the registry's layout, invented people, every NIK valid and its own."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import xlsxwriter

from sigap.domain.region import city
from sigap.engine import connect

HEADERS = (
    "IDSEMESTA", "NIK", "NOKK", "NAMA", "TEMPAT_LAHIR", "TGL_LAHIR", "JENIS_KELAMIN", "ALAMAT", "RT", "RW",
    "KELURAHAN", "KECAMATAN", "KABUPATEN", "PROVINSI", "DESIL", "PEKERJAAN", "IS_NONAKTIF",
    "KETERANGAN_MENINGGAL", "PADANKAN_AT",
)  # fmt: skip
_STRETCH = 250_000
_ROWS = """
SELECT
    (700000000000 + i)::VARCHAR,
    replace(places[1 + i % len(places)].kecamatan_code, '.', '')
        || lpad((day(born) + CASE WHEN i % 2 = 0 THEN 40 ELSE 0 END)::VARCHAR, 2, '0')
        || strftime(born, '%m%y') || lpad((1 + i // 12000)::VARCHAR, 4, '0'),
    '3275010101' || lpad((i % 900000)::VARCHAR, 6, '0'),
    firsts[1 + i % 20] || ' ' || lasts[1 + (i // 20) % 20] || ' ' || lasts[1 + (i // 400) % 20],
    'BEKASI', strftime(born, '%Y-%m-%d'), CASE WHEN i % 2 = 0 THEN 'P' ELSE 'L' END,
    'JL. CONTOH NO. ' || (i % 300), lpad((i % 12)::VARCHAR, 3, '0'), lpad((i % 20)::VARCHAR, 3, '0'),
    places[1 + i % len(places)].name, places[1 + i % len(places)].kecamatan_name,
    'KOTA BEKASI', 'JAWA BARAT', (1 + i % 10)::VARCHAR, 'BURUH HARIAN LEPAS', '', '', '2025-12-20'
FROM (SELECT i, DATE '1963-01-01' + (i % 12000)::INTEGER AS born FROM range($low, $high) AS t(i)),
    (SELECT $firsts AS firsts, $lasts AS lasts, $places AS places)
"""
_SOUNDS = ("ba", "ci", "du", "fe", "go")


def write_csv(path: Path, rows: int) -> Path:
    """A csv of so many rows below its header."""
    schema = pa.schema([(header, pa.string()) for header in HEADERS])
    with pa_csv.CSVWriter(path, schema, write_options=pa_csv.WriteOptions(quoting_style="needed")) as file:
        for stretch in _stretches(rows):
            file.write(stretch.rename_columns(HEADERS).cast(schema))
    return path


def write_xlsx(path: Path, rows: int) -> Path:
    """The same as a workbook, every cell as text."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("DTKS")
    sheet.write_row(0, 0, HEADERS)
    line = 1
    for stretch in _stretches(rows):
        for values in zip(*(column.to_pylist() for column in stretch.columns), strict=True):
            for column, value in enumerate(values):
                sheet.write_string(line, column, value)
            line += 1
    book.close()
    return path


def _stretches(rows: int) -> Iterator[pa.Table]:
    places = [
        {"kecamatan_code": one.kecamatan_code, "name": one.name, "kecamatan_name": one.kecamatan_name}
        for one in city().kelurahan
    ]
    names = [f"{first}{second}nto".title() for first in _SOUNDS for second in _SOUNDS][:20]
    fixed = {"firsts": names, "lasts": names[::-1], "places": places}
    with connect() as engine:
        for low in range(0, rows, _STRETCH):
            bounds = {"low": low, "high": min(low + _STRETCH, rows)}
            yield engine.sql(_ROWS, params=fixed | bounds).to_arrow_table()
