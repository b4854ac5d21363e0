"""What a corrected month means for a person's cover, and how lists of corrections are read."""

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pytest
import xlsxwriter

from sigap.billing.correction import CHANGED, COVERED, Clock, load_corrections, value_months
from sigap.billing.proposals import read_proposals
from sigap.domain.period import Period
from sigap.errors import BillingError

CLOCK = Clock(3, 42_000_000, 10_000_000)
YEAR = [f"2026-{month:02d}" for month in range(1, 7)]


def valued(
    changed: list[str], covered: list[str], kind: str = "credit", has_clock: bool = True
) -> list[tuple]:
    rows = [{"person_id": 1, "period": month, "kind": kind, "has_clock": has_clock} for month in changed]
    known = [{"person_id": 1, "period": month} for month in covered]
    found = value_months(
        pa.Table.from_pylist(rows, schema=CHANGED), pa.Table.from_pylist(known, schema=COVERED), CLOCK
    )
    return sorted(
        (row["period"], row["months_covered"], row["is_clock_at_stake"]) for row in found.to_pylist()
    )


@pytest.mark.parametrize(
    ("changed", "covered", "expected"),
    [
        # six months in a row: what is left after the month decides
        (["2026-01"], YEAR, [("2026-01", 1, False)]),
        (["2026-03"], YEAR, [("2026-03", 3, False)]),
        (["2026-04"], YEAR, [("2026-04", 4, True)]),
        (["2026-06"], YEAR, [("2026-06", 6, True)]),
        # two at once: neither counts for the other
        (["2026-02", "2026-05"], YEAR, [("2026-02", 2, True), ("2026-05", 5, True)]),
        # a gap before the month ends what is continuous
        (["2026-05"], ["2026-01", "2026-02", "2026-04", "2026-05"], [("2026-05", 2, True)]),
        (["2026-01"], ["2025-12", *YEAR], [("2026-01", 2, False)]),
    ],
)
def test_a_removal_is_valued_by_the_months_before_and_after_it(
    changed: list[str], covered: list[str], expected: list[tuple]
) -> None:
    assert valued(changed, covered) == expected


def test_a_month_that_is_added_closes_the_gap() -> None:
    covered = ["2026-01", "2026-02", "2026-04"]
    assert valued(["2026-03"], covered, "debit") == [("2026-03", 3, True)]
    assert valued(["2026-03"], ["2026-02", "2026-04", "2026-05", "2026-06"], "debit") == [
        ("2026-03", 2, False)
    ]


def test_nothing_is_at_stake_for_whom_nobody_can_claim() -> None:
    assert valued(["2026-06"], YEAR, has_clock=False) == [("2026-06", 6, False)]


@pytest.mark.parametrize(
    ("code", "day", "first"),
    [
        ("DECEASED", dt.date(2026, 1, 1), "2026-02"),  # alive on the first: the month is paid
        ("DECEASED", dt.date(2026, 1, 31), "2026-02"),
        ("DECEASED", dt.date(2024, 5, 3), "2024-06"),  # before the programme: by its first rule
        ("MOVED_OUT", dt.date(2026, 1, 1), "2026-01"),
        ("MOVED_OUT", dt.date(2026, 1, 2), "2026-02"),
        ("BECAME_PU", dt.date(2025, 12, 15), "2026-01"),
        ("FOUND_INSURED", dt.date(2026, 2, 1), "2026-02"),
    ],
)
def test_the_day_of_an_event_says_the_first_month_that_is_corrected(
    code: str, day: dt.date, first: str
) -> None:
    assert str(load_corrections().reasons[code].first_month(day)) == first


def test_a_family_loses_thirty_two_million_when_the_clock_is_short() -> None:
    assert load_corrections().clock_on(Period(2026, 1)).lost_idr == 32_000_000


def test_a_workbook_reads_as_a_csv_does(tmp_path: Path) -> None:
    book, plain = tmp_path / "koreksi.xlsx", tmp_path / "koreksi.csv"
    with xlsxwriter.Workbook(str(book)) as written:
        sheet = written.add_worksheet()
        sheet.write_row(0, 0, ["Baris", "Alasan", "Bukti", "Tanggal"])
        sheet.write_row(1, 0, [12, "deceased", "Akta 7"])
        sheet.write_datetime(1, 3, dt.date(2026, 1, 20), written.add_format({"num_format": "dd/mm/yyyy"}))
        sheet.write_row(3, 0, ["13", "MOVED_OUT", "KK baru", ""])
    plain.write_text("baris,alasan,bukti,tanggal\n12,DECEASED,Akta 7,20/01/2026\n\n13,MOVED_OUT,KK baru,\n")
    found = [
        [(one.line_id, one.reason_code, one.evidence, one.effective_date) for one in read_proposals(file)]
        for file in (book, plain)
    ]
    assert found[0] == found[1]
    assert found[0][0] == (12, "DECEASED", "Akta 7", dt.date(2026, 1, 20))
    assert [one.place for one in read_proposals(book)] == ["koreksi.xlsx, row 2", "koreksi.xlsx, row 4"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("baris;alasan\n1;DECEASED\n", "lacks the column bukti"),
        ("alasan;bukti\nDECEASED;Akta\n", "lacks the column baris"),
        ("baris;alasan;bukti\n", "no row below its header"),
        ("baris;alasan;bukti\n1,5;DECEASED;Akta\n", "row 2: column baris holds no number"),
        ("baris;alasan;bukti;tanggal\n1;DECEASED;Akta;kemarin\n", "row 2: column tanggal holds no day"),
        ("baris;alasan;bukti;bulan\n1;DECEASED;Akta;Januari\n", "row 2: column bulan holds no month"),
    ],
)
def test_a_list_that_cannot_be_read_names_the_row_and_the_column(
    tmp_path: Path, text: str, says: str
) -> None:
    file = tmp_path / "koreksi.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BillingError, match=says):
        read_proposals(file)
