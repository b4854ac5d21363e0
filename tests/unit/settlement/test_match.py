"""Five sides of a month: everybody in one class, and rupiah that balance."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sigap.domain.period import Period
from sigap.settlement import Match, Sides, Tolerance, match, match_classes
from sigap.settlement.sides import ACTIVE, BILLED, INVOICED, KNOWN, LISTED, NOTED, PAID

JANUARY = Period(2026, 1)
PREMIUM = 16_800
EXACT = Tolerance(dt.date(2025, 10, 1), 0, 0, "test", True, "0" * 64)


def nik(person: int) -> str:
    return f"327501010180{person:04d}"


def listed(*people: int, parked: Mapping[int, str] | None = None) -> pa.Table:
    reasons = parked or {}
    return pa.Table.from_pylist(
        [
            {"person_id": one, "nik": nik(one), "roster_id": 1, "parked_code": reasons.get(one)}
            for one in people
        ],
        LISTED,
    )


def invoiced(*lines: tuple[int, int] | int, invoice: int = 1) -> pa.Table:
    pairs = [(one, PREMIUM) if isinstance(one, int) else one for one in lines]
    return pa.Table.from_pylist(
        [
            {"person_id": one, "nik": nik(one), "roster_id": 1, "invoice_id": invoice, "total_idr": idr}
            for one, idr in pairs
        ],
        INVOICED,
    )


def billed(*rows: Mapping[str, Any] | int) -> pa.Table:
    full = [{"nik": nik(one)} if isinstance(one, int) else one for one in rows]
    places = [{"total_idr": PREMIUM, "sheet": "", "row": row, **one} for row, one in enumerate(full, 2)]
    return pa.Table.from_pylist(places, BILLED)


def noted(*lines: tuple[int, int]) -> pa.Table:
    return pa.Table.from_pylist(
        [{"person_id": one, "nik": nik(one), "total_idr": idr} for one, idr in lines], NOTED
    )


def paid(*invoices: int, on: dt.date = dt.date(2026, 1, 20)) -> pa.Table:
    return pa.Table.from_pylist(
        [{"invoice_id": one, "is_paid": True, "paid_on": on} for one in invoices], PAID
    )


def active(*people: int) -> pa.Table:
    return pa.Table.from_pylist([{"nik": nik(one), "kpj": None} for one in people], ACTIVE)


def classes(found: Match) -> dict[str, int]:
    return {code: figures.people for code, figures in found.classes.items() if figures.people}


def class_of(found: Match) -> dict[str | None, str]:
    rows = found.differences.to_pylist()
    return {row["nik"]: row["class"] for row in rows}


def test_each_way_of_not_agreeing_has_its_class() -> None:
    sides = Sides(
        listed=listed(1, 2, 3, 4, 5, 6, parked={5: "NO_TARIFF"}),
        invoiced=invoiced(1, 2, 3, 4, 8),
        billed=billed(1, 3, {"nik": nik(2), "total_idr": 8_400}, 8, 9),
        paid=paid(1),
        active=active(1, 2, 4),
    )
    found = match(sides, JANUARY, EXACT, dt.date(2026, 2, 9))
    assert class_of(found) == {
        nik(2): "amount_differs", nik(3): "paid_not_active", nik(4): "missing", nik(5): "parked",
        nik(6): "not_invoiced", nik(8): "not_listed", nik(9): "extra",
    }  # fmt: skip
    assert classes(found)["matched"] == 1
    assert list(found.classes) == list(match_classes())


def test_paid_but_not_active_has_its_age_since_payment_or_since_the_month_began() -> None:
    def age(on: dt.date) -> int:
        sides = Sides(
            listed(1), invoiced(1), billed(1), paid(1, on=on), active=active()
        )  # somebody's list, and nobody on it
        (row,) = match(sides, JANUARY, EXACT, dt.date(2026, 2, 9)).differences.to_pylist()
        return int(row["days_not_active"])

    assert age(dt.date(2026, 1, 30)) == 10
    assert age(dt.date(2025, 12, 20)) == 39, "paid before the month: counted from its first day"


def test_who_is_missing_on_the_bill_and_not_active_is_counted_as_not_active_too() -> None:
    sides = Sides(listed(1, 2), invoiced(1, 2), billed(1), paid(1), active=active(1))
    found = match(sides, JANUARY, EXACT, dt.date(2026, 2, 9))
    assert found.classes["missing"].not_active == 1
    assert classes(found) == {"matched": 1, "missing": 1}


def test_nobody_is_called_inactive_without_an_activation_list() -> None:
    found = match(Sides(listed(1), invoiced(1), billed(1), paid(1)), JANUARY, EXACT)
    assert classes(found) == {"matched": 1}
    assert found.sides.people_active is None


def test_shares_of_several_payers_are_added_up_and_paid_when_every_invoice_is() -> None:
    lines = pa.concat_tables([invoiced((1, 10_000), invoice=1), invoiced((1, 6_800), invoice=2)])
    one_paid = Sides(listed(1), lines, billed(1), paid(1), active=active())
    both_paid = Sides(listed(1), lines, billed(1), paid(1, 2), active=active())
    day = dt.date(2026, 2, 9)
    assert classes(match(one_paid, JANUARY, EXACT, day)) == {"matched": 1}
    assert match(one_paid, JANUARY, EXACT, day).sides.paid_idr == 10_000
    assert classes(match(both_paid, JANUARY, EXACT, day)) == {"paid_not_active": 1}


def test_a_credited_person_must_not_be_billed_and_a_debited_one_must() -> None:
    sides = Sides(
        listed=listed(1, 2, 3),
        invoiced=invoiced(1, 2, 3),
        billed=billed(1, 3, 4),
        noted=noted((1, -PREMIUM), (2, -PREMIUM), (3, -PREMIUM), (3, PREMIUM), (4, PREMIUM), (5, PREMIUM)),
    )
    found = match(sides, JANUARY, EXACT)
    assert class_of(found) == {nik(1): "extra", nik(5): "missing"}
    assert classes(found)["matched"] == 3
    assert found.sides.noted_idr == 0 and found.sides.expected_idr == 3 * PREMIUM


def test_somebody_billed_twice_differs_and_is_counted() -> None:
    found = match(Sides(listed(1), invoiced(1), billed(1, 1)), JANUARY, EXACT)
    assert classes(found) == {"amount_differs": 1}
    assert found.differences["billed_idr"].to_pylist() == [2 * PREMIUM]
    assert found.repeated_rows == 1


def test_a_bill_row_without_a_nik_goes_by_its_kpj_or_is_extra() -> None:
    rows = billed(
        {"nik": None, "kpj": "10.000.000.001"}, {"nik": None, "kpj": "77"}, {"nik": None, "kpj": "77"},
        {"nik": None, "kpj": None},
    )  # fmt: skip
    known = pa.Table.from_pylist([{"kpj": "10000000001", "nik": nik(1)}], KNOWN)
    found = match(Sides(listed(1), invoiced(1), rows, known=known), JANUARY, EXACT)
    assert classes(found) == {"matched": 1, "extra": 2}
    assert (found.rows_without_nik, found.rows_of_nobody, found.repeated_rows) == (4, 3, 1)
    assert found.differences["kpj"].to_pylist() == ["77", None]


def test_a_kpj_that_two_people_hold_tells_nobody() -> None:
    known = pa.Table.from_pylist([{"kpj": "5", "nik": nik(1)}, {"kpj": "5", "nik": nik(2)}], KNOWN)
    found = match(
        Sides(listed(1), invoiced(1), billed({"nik": None, "kpj": "5"}), known=known), JANUARY, EXACT
    )
    assert classes(found) == {"missing": 1, "extra": 1}


def test_a_nik_corrected_between_two_rosters_is_one_person_under_the_newer() -> None:
    old = pa.Table.from_pylist(
        [{"person_id": 1, "nik": nik(9), "roster_id": 0, "invoice_id": 1, "total_idr": PREMIUM}], INVOICED
    )
    assert classes(match(Sides(listed(1), old, billed(1)), JANUARY, EXACT)) == {"matched": 1}


def test_a_bill_without_names_calls_nobody_matched() -> None:
    found = match(
        Sides(listed(1, 2, 3, parked={3: "NO_TARIFF"}), invoiced(1, 2), None, paid(1), active=active(1)),
        JANUARY,
        EXACT,
        dt.date(2026, 2, 9),
    )
    assert classes(found) == {"not_named": 1, "paid_not_active": 1, "parked": 1}
    assert found.sides.people_billed is None and found.sides.billed_idr is None


@pytest.mark.parametrize(("off", "expected"), [(0, "matched"), (5, "matched"), (6, "amount_differs")])
def test_tolerance_holds_per_person_up_to_its_rupiah(off: int, expected: str) -> None:
    five = Tolerance(dt.date(2025, 10, 1), 5, 0, "test", True, "0" * 64)
    rows = billed({"nik": nik(1), "total_idr": PREMIUM + off})
    assert classes(match(Sides(listed(1), invoiced(1), rows), JANUARY, five)) == {expected: 1}


def test_the_digest_is_of_what_was_compared_and_not_of_the_order_it_came_in() -> None:
    def digest(people: Sequence[int], idr: int = PREMIUM) -> str:
        sides = Sides(listed(*people), invoiced(*((one, idr) for one in people)), billed(*people[::-1]))
        return match(sides, JANUARY, EXACT).sha256

    assert digest([1, 2, 3]) == digest([3, 1, 2])
    assert digest([1, 2, 3]) != digest([1, 2]) != digest([1, 2], PREMIUM + 1)


def test_a_month_of_nobody_has_every_class_with_nobody_in_it() -> None:
    found = match(Sides(listed(), invoiced(), billed()), JANUARY, EXACT)
    assert classes(found) == {} and list(found.classes) == list(match_classes())


PEOPLE = st.integers(1, 12)
AMOUNTS = st.integers(1, 10**9)


@settings(max_examples=40)
@given(
    st.sets(PEOPLE), st.sets(PEOPLE), st.lists(st.tuples(PEOPLE, AMOUNTS), max_size=12),
    st.lists(st.tuples(st.one_of(PEOPLE, st.none()), AMOUNTS), max_size=12), st.sets(PEOPLE),
)  # fmt: skip
def test_everybody_has_one_class_and_the_differences_explain_every_rupiah(
    on_roster: set[int],
    parked_ones: set[int],
    lines: list[tuple[int, int]],
    rows: list[tuple[int | None, int]],
    insured: set[int],
) -> None:
    bill = billed(*({"nik": one and nik(one), "kpj": None, "total_idr": idr} for one, idr in rows))
    reasons = dict.fromkeys(parked_ones, "NO_TARIFF")
    sides = Sides(
        listed(*on_roster, parked=reasons), invoiced(*lines), bill, paid(1), active=active(*insured)
    )
    found = match(sides, JANUARY, EXACT, dt.date(2026, 2, 9))
    people = on_roster | {one for one, _ in lines} | {one for one, _ in rows if one}
    nobody = sum(one is None for one, _ in rows)
    assert sum(figures.people for figures in found.classes.values()) == len(people) + nobody
    assert found.sides.invoiced_idr == sum(idr for _, idr in lines)
    assert found.sides.billed_idr == sum(idr for _, idr in rows)
    told = found.differences.to_pylist()
    assert found.sides.expected_idr - found.sides.billed_idr == sum(
        row["invoiced_idr"] + row["noted_idr"] - row["billed_idr"] for row in told
    )
    assert len({row["nik"] for row in told if row["nik"]}) == len([row for row in told if row["nik"]])
