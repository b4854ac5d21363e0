"""Several payers, several months, and what is parked: nothing is billed twice, and nothing disappears."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sigap.billing.invoice import draft_invoices
from sigap.billing.parking import parking_reasons
from sigap.billing.payers import Payers, load_payers
from sigap.billing.price import BILLED, PARKED, Priced, price_people
from sigap.billing.rates import dearest
from sigap.billing.tariffs import load_tariffs
from sigap.domain.period import Period

PAYERS = Path(__file__).parents[2] / "spec" / "billing" / "payers.yaml"
APRIL = Period(2026, 4)
SG = {"wadah_code": "SG"}


def several() -> Payers:
    """The invented city with every kind of source."""
    return load_payers(PAYERS)


def decisions(*people: dict[str, Any]) -> pa.Table:
    usual = {"outcome": "subsidised", "sector": "pasar", "funding_source": "APBD_KOTA", "wadah_code": "SG"}
    rows = [
        {"person_id": number, "nik": f"{number:016d}", "was_checked": True, **usual, **person}
        for number, person in enumerate(people, 1)
    ]
    texts = [(name, pa.string()) for name in ("nik", *usual)]
    schema = pa.schema([("person_id", pa.int64()), *texts, ("rank", pa.int32()), ("was_checked", pa.bool_())])
    return pa.Table.from_pylist(rows, schema=schema)


def standing(*lines: tuple[int, str, str, int]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(BILLED.names, line, strict=True)) for line in lines], schema=BILLED)


def price(
    *people: dict[str, Any],
    period: Period = APRIL,
    billed: pa.Table | None = None,
    started: tuple[str, ...] = ("APBD_KOTA", "APBD_PROVINSI", "DBHCHT", "APBDES", "CSR"),
) -> Priced:
    stands = standing() if billed is None else billed
    return price_people(decisions(*people), stands, load_tariffs(), several(), period, started)


def lines_of(priced: Priced) -> list[tuple[Any, ...]]:
    names = ("person_id", "period", "share_no", "funding_source", "jkk_idr", "jkm_idr")
    rows = [tuple(row[name] for name in names) for row in priced.lines.to_pylist()]
    return sorted(rows)


def reasons_of(priced: Priced) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in priced.parked.to_pylist()]


def test_two_payers_share_a_premium_and_each_has_its_invoice() -> None:
    priced = price({"funding_source": "KOTA_PROVINSI"}, {"funding_source": "KOTA_PROVINSI"}, {})
    assert lines_of(priced)[:2] == [
        (1, "2026-04", 1, "APBD_PROVINSI", 3_300, 2_244),
        (1, "2026-04", 2, "APBD_KOTA", 6_700, 4_556),
    ]
    city, province = draft_invoices(priced.lines, several(), APRIL)
    assert (city.people, city.total_idr) == (3, 2 * 11_256 + 16_800)
    assert (province.people, province.total_idr) == (2, 2 * 5_544)


def test_a_quarter_is_billed_in_its_first_month_and_not_again() -> None:
    dbhcht = {"funding_source": "DBHCHT"}
    first = price(dbhcht, dbhcht)
    assert [row[:2] for row in lines_of(first)] == [
        (person, month) for person in (1, 2) for month in ("2026-04", "2026-05", "2026-06")
    ]
    [draft] = draft_invoices(first.lines, several(), APRIL)
    assert (str(draft.covers_from), str(draft.covers_to), draft.people) == ("2026-04", "2026-06", 2)
    assert draft.total_idr == 6 * 16_800
    stands = first.lines.select(BILLED.names)
    may = price(dbhcht, dbhcht, dbhcht, period=Period(2026, 5), billed=stands)
    assert [row[:2] for row in lines_of(may)] == [(3, "2026-05"), (3, "2026-06")]
    assert (may.prepaid, may.parked.num_rows) == (4, 0)


def test_a_month_in_which_everybody_is_paid_for_already_bills_nothing_and_stops_nobody() -> None:
    stands = standing((1, "2026-05", "DBHCHT", 1), (1, "2026-06", "DBHCHT", 1))
    priced = price({"funding_source": "DBHCHT"}, period=Period(2026, 5), billed=stands)
    assert (priced.lines.num_rows, priced.parked.num_rows, priced.prepaid) == (0, 0, 2)
    assert draft_invoices(priced.lines, several(), APRIL) == []


def test_a_month_that_another_payer_set_was_billed_for_is_parked() -> None:
    stands = standing((1, "2026-05", "APBD_KOTA", 1))
    priced = price({"funding_source": "DBHCHT"}, billed=stands)
    assert [row[1] for row in lines_of(priced)] == ["2026-04", "2026-06"]
    assert reasons_of(priced) == [(1, "2026-05", "DBHCHT", "ALREADY_BILLED", 16_800)]
    alone = price({}, billed=standing((1, "2026-04", "KOTA_PROVINSI", 1), (1, "2026-04", "KOTA_PROVINSI", 2)))
    assert reasons_of(alone) == [(1, "2026-04", "APBD_KOTA", "ALREADY_BILLED", 16_800)]
    gone = price({}, billed=standing((1, "2026-04", "DANA_LAMA", 1)))
    assert reasons_of(gone) == [(1, "2026-04", "APBD_KOTA", "ALREADY_BILLED", 16_800)]


def test_a_share_whose_invoice_was_voided_is_billed_again_without_the_other() -> None:
    stands = standing((1, "2026-04", "KOTA_PROVINSI", 2))
    priced = price({"funding_source": "KOTA_PROVINSI"}, billed=stands)
    assert lines_of(priced) == [(1, "2026-04", 1, "APBD_PROVINSI", 3_300, 2_244)]
    assert priced.prepaid == 1


def test_the_first_bill_goes_back_to_the_start_in_the_agreement_and_never_before_it() -> None:
    late = price({"funding_source": "DBHCHT"}, started=())
    months = ["2026-02", "2026-03", "2026-04", "2026-05", "2026-06"]
    assert [row[1] for row in lines_of(late)] == months
    early = price({"funding_source": "DBHCHT"}, period=Period(2026, 1), started=())
    assert [row[1] for row in lines_of(early)] == ["2026-02", "2026-03"]
    assert reasons_of(early) == [(1, "2026-01", "DBHCHT", "BEFORE_AGREEMENT", 16_800)]


def test_two_persons_of_one_nik_are_both_parked_and_the_others_go_on() -> None:
    priced = price({"nik": "1"}, {"nik": "1"}, {}, {"nik": None}, {"nik": None})
    assert [row[0] for row in lines_of(priced)] == [3, 4, 5]
    assert reasons_of(priced) == [(n, "2026-04", "APBD_KOTA", "NIK_TWICE", 16_800) for n in (1, 2)]


@pytest.mark.parametrize("checked", [False, None])
def test_nobody_is_billed_without_a_membership_check(checked: bool | None) -> None:
    priced = price({"was_checked": checked, "funding_source": "KOTA_PROVINSI"}, {})
    assert [row[0] for row in lines_of(priced)] == [2]
    assert reasons_of(priced) == [
        (1, "2026-04", "APBD_PROVINSI", "NO_MEMBERSHIP_CHECK", 5_544),
        (1, "2026-04", "APBD_KOTA", "NO_MEMBERSHIP_CHECK", 11_256),
    ]


@pytest.mark.parametrize(
    ("person", "period", "reason"),
    [
        ({"funding_source": "DANA_LAIN"}, APRIL, ("DANA_LAIN", "PAYER_UNKNOWN", None)),
        ({"funding_source": None}, APRIL, ("-", "PAYER_UNKNOWN", None)),
        ({"wadah_code": "SA"}, APRIL, ("APBD_KOTA", "PAYER_UNKNOWN", 16_800)),
        ({"wadah_code": None}, APRIL, ("APBD_KOTA", "PAYER_UNKNOWN", 16_800)),
        (
            {"funding_source": "CSR", "wadah_code": "SC", "sector": "astronot"},
            APRIL,
            ("CSR", "NO_SECTOR_GROUP", None),
        ),
    ],
)
def test_who_cannot_be_priced_is_parked_and_the_others_go_on(
    person: dict[str, Any], period: Period, reason: tuple[Any, ...]
) -> None:
    priced = price(person, {}, period=period)
    assert [row[0] for row in lines_of(priced)] == [2]
    assert reasons_of(priced) == [(1, "2026-04", *reason)]


def test_a_month_without_a_tariff_parks_that_payers_people_only() -> None:
    from dataclasses import replace
    from datetime import date

    tariffs = load_tariffs()
    ended = replace(tariffs, jkm=tuple(replace(jkm, until=date(2026, 4, 30)) for jkm in tariffs.jkm))
    people = decisions({}, {"funding_source": "DBHCHT"})
    priced = price_people(people, standing(), ended, several(), APRIL, ("DBHCHT",))
    assert [row[:2] for row in lines_of(priced)] == [(1, "2026-04"), (2, "2026-04")]
    assert reasons_of(priced) == [(2, month, "DBHCHT", "NO_TARIFF", None) for month in ("2026-05", "2026-06")]


def test_a_set_that_is_over_is_parked() -> None:
    priced = price({"funding_source": "KOTA_PROVINSI"}, period=Period(2027, 1))
    assert [row[3] for row in reasons_of(priced)] == ["PAYER_UNKNOWN"] * 2


def test_a_share_below_one_rupiah_parks_the_whole_person_month() -> None:
    from dataclasses import replace

    payers = several()
    kota_csr = replace(payers.sets["KOTA_CSR"], kind="CSR")  # the discount leaves less than the fixed share
    changed = replace(payers, sets={"KOTA_CSR": kota_csr})
    people = decisions({"funding_source": "KOTA_CSR"}, {})
    priced = price_people(people, standing(), load_tariffs(), changed, APRIL, ())
    assert [row[0] for row in lines_of(priced)] == [2]
    assert [row[2:] for row in reasons_of(priced)] == [
        ("CSR", "NOT_POSITIVE", None),
        ("APBD_KOTA", "NOT_POSITIVE", None),
    ]


@pytest.mark.parametrize("jkm_idr", [-1, -10_000, -20_000])
def test_a_premium_with_a_part_below_zero_is_never_billed(jkm_idr: int) -> None:
    from dataclasses import replace

    tariffs = load_tariffs()
    wrong = replace(tariffs, jkm=tuple(replace(jkm, value=jkm_idr) for jkm in tariffs.jkm))
    priced = price_people(decisions({}), standing(), wrong, several(), APRIL, ())
    assert priced.lines.num_rows == 0
    assert reasons_of(priced) == [(1, "2026-04", "APBD_KOTA", "NOT_POSITIVE", None)]


@pytest.mark.parametrize(
    ("payer_set", "period", "expected"),
    [
        ("APBD_KOTA", APRIL, {"APBD_KOTA": 16_800}),
        ("DBHCHT", APRIL, {"DBHCHT": 3 * 16_800}),
        ("KOTA_PROVINSI", APRIL, {"APBD_PROVINSI": 5_544, "APBD_KOTA": 11_256}),
        ("CSR", Period(2026, 3), {"CSR": 16_800}),  # transport pays half, the others do not yet
        ("CSR", APRIL, {"CSR": 8_400}),
    ],
)
def test_the_dearest_person_is_what_the_pagu_is_divided_by(
    payer_set: str, period: Period, expected: dict[str, int]
) -> None:
    started = several().by_code.keys()
    assert dearest(payer_set, load_tariffs(), several(), period, started) == expected


def test_every_reason_has_words_and_a_way_out() -> None:
    assert list(parking_reasons()) == [
        "PAYER_UNKNOWN", "NO_MEMBERSHIP_CHECK", "NIK_TWICE", "ALREADY_BILLED", "BEFORE_AGREEMENT",
        "NO_SECTOR_GROUP", "NO_TARIFF", "NOT_POSITIVE",
    ]  # fmt: skip
    assert all(reason.indonesian and reason.english and reason.to_do for reason in parking_reasons().values())


FUNDS = st.sampled_from(
    [
        ("APBD_KOTA", "SG"), ("DBHCHT", "SG"), ("APBDES", "SD"), ("CSR", "SC"), ("KOTA_PROVINSI", "SG"),
        ("KOTA_CSR", "SG"), ("DANA_LAIN", "SG"),
    ]
)  # fmt: skip
PEOPLE = st.lists(
    st.builds(
        lambda fund, sector, nik, checked: {
            "funding_source": fund[0], "wadah_code": fund[1], "sector": sector, "nik": nik,
            "was_checked": checked,
        },
        FUNDS, st.sampled_from(["ojek_daring", "pasar", "tidak_dikenal"]),
        st.sampled_from(["1", "2", "3", "4", "5", None]), st.booleans(),
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=8)
@given(PEOPLE, st.integers(2, 4), st.lists(st.integers(0, 9), max_size=3))
def test_over_months_nobody_is_billed_twice_and_every_month_due_is_billed_parked_or_prepaid(
    people: list[dict[str, Any]], months: int, left: list[int]
) -> None:
    """Each month takes up what the months before it billed; somebody may be away in a month between."""
    stands, started = standing(), set[str]()
    for later in range(months):
        period = Period(2026, 2).plus(later)
        here = [
            {"person_id": number, **person}
            for number, person in enumerate(people, 1)
            if later != 1 or number not in left
        ]
        if not here:
            continue
        table = decisions(*here)
        priced = price_people(table, stands, load_tariffs(), several(), period, started)
        assert priced.parked.schema == PARKED
        expected = sum(due_shares(person["funding_source"], period, started) for person in here)
        assert priced.lines.num_rows + priced.parked.num_rows + priced.prepaid == expected
        assert all(amount > 0 for amount in priced.lines["total_idr"].to_pylist())
        stands = pa.concat_tables([stands, priced.lines.select(BILLED.names)])
        started |= set(priced.lines["funding_source"].to_pylist())
    keys = [(row["person_id"], row["period"], row["share_no"]) for row in stands.to_pylist()]
    assert len(keys) == len(set(keys))
    shares: dict[tuple[int, str, str], set[int]] = {}
    for row in stands.to_pylist():
        shares.setdefault((row["person_id"], row["period"], row["payer_set"]), set()).add(row["share_no"])
    assert all(len(found) == len(several().shares(key[2])) for key, found in shares.items())
    assert len({key[:2] for key in shares}) == len(shares), "a person-month has two payer sets"


def due_shares(payer_set: str, period: Period, started: set[str]) -> int:
    if payer_set == "DANA_LAIN":
        return 1
    payers = several()
    due = payers.months_due(payer_set, period, started)
    return (len(due) + len(payers.months_refused(payer_set, period))) * len(payers.shares(payer_set))
