import dataclasses
import datetime as dt
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sigap.errors import ReportingError
from sigap.reporting.invoice import ANNEX, LINES, UNKNOWN, InvoiceDocument, check_annex, make_annex, recap


def test_annex_names_places_and_counts_on_when_lines_come_in_any_order(
    make_lines: Callable[..., pa.Table],
) -> None:
    lines = make_lines(9)

    annex = make_annex(lines)

    assert annex.schema == ANNEX
    assert annex["no"].to_pylist() == list(range(1, 10))
    assert annex.equals(make_annex(lines.take(pa.array(range(8, -1, -1)))))
    order = list(
        zip(*(annex[name].to_pylist() for name in ("kecamatan", "kelurahan", "full_name")), strict=True)
    )
    assert order == sorted(order)
    assert {"kelurahan": "Kranji", "kecamatan": "Bekasi Barat"}.items() <= _row(
        annex, "32.75.02.1002", lines
    ).items()


def _row(annex: pa.Table, code: str, lines: pa.Table) -> dict[str, object]:
    """The annex row of the first line in that kelurahan (made so, when none lies there)."""
    place = lines["kelurahan_code"].to_pylist()
    moved = lines.set_column(
        LINES.names.index("kelurahan_code"), "kelurahan_code", pa.array([code, *place[1:]])
    )
    moved = moved.set_column(
        LINES.names.index("kecamatan_code"),
        "kecamatan_code",
        pa.array([code[:8], *lines["kecamatan_code"].to_pylist()[1:]]),
    )
    rows = make_annex(moved).to_pylist()
    return next(row for row in rows if row["line_id"] == 1)


def test_annex_lists_names_by_the_alphabet_however_they_are_written(
    make_lines: Callable[..., pa.Table],
) -> None:
    lines = make_lines(4, ["EUIS", "Endang", "ASEP", "agus"])
    for name in ("kelurahan_code", "kecamatan_code"):
        lines = lines.set_column(LINES.names.index(name), name, pa.array(lines[name].to_pylist()[:1] * 4))
    assert make_annex(lines)["full_name"].to_pylist() == ["agus", "ASEP", "Endang", "EUIS"]


def test_annex_says_unknown_when_place_or_sector_is_not_known(make_lines: Callable[..., pa.Table]) -> None:
    lines = make_lines(1)
    nothing = pa.nulls(1, pa.string())
    lines = lines.set_column(LINES.names.index("kelurahan_code"), "kelurahan_code", nothing).set_column(
        LINES.names.index("kecamatan_code"), "kecamatan_code", nothing
    )
    lines = lines.set_column(LINES.names.index("sector"), "sector", nothing).set_column(
        LINES.names.index("address"), "address", nothing
    )

    row = make_annex(lines).to_pylist()[0]

    assert [row[name] for name in ("kelurahan", "kecamatan", "sector", "address")] == [UNKNOWN] * 3 + [""]


def test_annex_holds_no_control_characters_when_names_do(make_lines: Callable[..., pa.Table]) -> None:
    annex = make_annex(make_lines(2, ["\t=Ani\x00\x1f Sari\r\n", "Budi\x0b\ufffeJaya"]))

    assert sorted(annex["full_name"].to_pylist()) == ["=Ani  Sari", "Budi Jaya"]


def test_recap_adds_up_to_the_header_when_grouped_by_any_column(
    annex: pa.Table, document: InvoiceDocument
) -> None:
    for column in ("kecamatan", "sector"):
        groups = recap(annex, column)
        sums = [pc.sum(groups[name]).as_py() for name in ("people", "jkk_idr", "jkm_idr", "total_idr")]
        assert sums == [document.people, document.jkk_idr, document.jkm_idr, document.total_idr]
        assert groups["name"].to_pylist() == sorted(set(annex[column].to_pylist()))


@pytest.mark.parametrize("field", ["people", "jkk_idr", "jkm_idr", "total_idr"])
def test_annex_is_refused_when_the_header_says_otherwise(
    annex: pa.Table, document: InvoiceDocument, field: str
) -> None:
    check_annex(document, annex)
    wrong = dataclasses.replace(document, **{field: getattr(document, field) + 1})

    with pytest.raises(
        ReportingError, match=r"SIGAP/SG/2026-01/0001: its lines count 12 persons and Rp201\.600"
    ):
        check_annex(wrong, annex)


def test_annex_is_refused_when_one_nik_stands_twice(annex: pa.Table, document: InvoiceDocument) -> None:
    nik = annex["nik"].to_pylist()
    twice = annex.set_column(ANNEX.names.index("nik"), "nik", pa.array([nik[0], nik[0], *nik[2:]]))

    with pytest.raises(ReportingError, match="one NIK stands in two") as caught:
        check_annex(document, twice)
    assert nik[0] not in str(caught.value)


def test_annex_keeps_birth_dates_as_days(annex: pa.Table) -> None:
    assert set(annex["birth_date"].to_pylist()) == {dt.date(1980, 1, 1)}
