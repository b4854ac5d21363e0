"""The movement of a month balances, whoever joins, leaves, moves, is corrected or costs another amount."""

from collections.abc import Mapping

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sigap.billing.movement import (
    CORRECTED,
    DIMENSIONS,
    ENTRIES,
    STOOD,
    WHY,
    Figure,
    Movement,
    move,
    refuse_other_invoices,
    refuse_unbalanced,
)
from sigap.domain.period import Period
from sigap.errors import BillingError

Row = Mapping[str, object]


def stood(person: int, **facts: object) -> Row:
    usual = {
        "payer_set": "APBD_KOTA", "funding_source": "APBD_KOTA", "kecamatan_code": "32.75.02",
        "sector": "becak", "heads": 1, "total_idr": 16_800,
    }  # fmt: skip
    return {"person_id": person, **usual, **facts}


def table(rows: list[Row], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema)


def moved(
    before: list[Row], now: list[Row], corrected: list[Row] | None = None, why: list[Row] | None = None
) -> Movement:
    return move(
        table(before, STOOD), table(corrected or [], CORRECTED), table(now, STOOD), table(why or [], WHY)
    )


def test_joined_and_left_lead_from_one_month_to_the_next() -> None:
    why = [{"person_id": 1, "reason_code": "DECEASED"}]
    found = moved([stood(1), stood(2), stood(3)], [stood(2), stood(4)], why=why)
    assert found.figure("opening") == Figure(3, 50_400)
    assert found.figure("joined") == Figure(1, 16_800)
    assert found.figure("left") == Figure(-2, -33_600)
    assert found.figure("closing") == Figure(2, 33_600)
    reasons = [row["reason_code"] for row in found.rows("all") if row["kind"] == "left"]
    assert reasons == ["DECEASED", "NOT_LISTED"]


def test_the_golden_month_adds_up_to_the_rupiah() -> None:
    # 11,666 x 16,800 = 195,988,800 (domain brief 10.2)
    now = [stood(person) for person in range(11_666)]
    found = moved([], now)
    assert found.figure("joined") == found.figure("closing") == Figure(11_666, 195_988_800)


def test_who_was_credited_has_left_by_the_correction_and_not_a_second_time() -> None:
    credit = stood(1, heads=-1, total_idr=-16_800, reason_code="DECEASED")
    found = moved([stood(1), stood(2)], [stood(2)], [credit])
    assert (found.figure("corrected"), found.figure("left")) == (Figure(-1, -16_800), Figure(0, 0))


def test_who_was_left_out_and_is_billed_now_has_joined_by_the_correction() -> None:
    debit = stood(3, reason_code="LEFT_OUT")
    found = moved([stood(2)], [stood(2), stood(3)], [debit])
    assert (found.figure("corrected"), found.figure("joined")) == (Figure(1, 16_800), Figure(0, 0))


def test_another_amount_of_who_stayed_is_a_line_of_its_own() -> None:
    other = {"payer_set": "DBHCHT", "funding_source": "DBHCHT", "total_idr": 8_400}
    found = moved([stood(1), stood(2)], [stood(1, total_idr=20_000), stood(2, **other)])
    changed = [
        (row["reason_code"], row["people"], row["total_idr"])
        for row in found.rows("all")
        if row["kind"] == "changed"
    ]
    assert changed == [("PAYER", 0, -8_400), ("TARIFF", 0, 3_200)]
    assert found.figure("moved_out", "payer", "APBD_KOTA") == Figure(-1, -16_800)
    assert found.figure("moved_in", "payer", "DBHCHT") == Figure(1, 8_400)


def test_who_lives_elsewhere_now_moves_from_one_kecamatan_to_the_other() -> None:
    found = moved([stood(1)], [stood(1, kecamatan_code="32.75.01")])
    assert found.figure("moved_out", "kecamatan", "32.75.02") == Figure(-1, -16_800)
    assert found.figure("moved_in", "kecamatan", "32.75.01") == Figure(1, 16_800)
    assert found.figure("changed") == Figure(0, 0)


def test_two_payers_of_one_person_count_one_person() -> None:
    shares = [
        stood(1, payer_set="BAGI", funding_source="APBD_KOTA", total_idr=10_000),
        stood(1, payer_set="BAGI", funding_source="APBD_PROVINSI", total_idr=6_800, heads=0),
    ]
    found = moved([], shares)
    assert found.figure("closing") == Figure(1, 16_800)
    assert found.figure("closing", "payer", "APBD_PROVINSI") == Figure(0, 6_800)


def test_nobody_and_nothing_balances() -> None:
    assert moved([], []).entries.num_rows == 0


def test_a_statement_that_does_not_balance_is_refused_with_its_figures() -> None:
    rows = [
        {"dimension": "all", "value": "", "kind": kind, "reason_code": "", "people": people, "total_idr": idr}
        for kind, people, idr in (("opening", 2, 33_600), ("joined", 1, 16_800), ("closing", 3, 50_000))
    ]
    with pytest.raises(BillingError, match=r"Rp50\.400.*Rp50\.000"):
        refuse_unbalanced(Movement(pa.Table.from_pylist(rows, schema=ENTRIES)))
    with pytest.raises(BillingError, match=r"Rp16\.800.*Rp33\.600"):
        refuse_other_invoices(moved([stood(1)], [stood(1)]), Period(2026, 2), 16_800, 33_600)


AMOUNTS = st.sampled_from([8_400, 16_800, 20_000])
PLACES = st.fixed_dictionaries(
    {
        "kecamatan_code": st.sampled_from(["32.75.01", "32.75.02", None]),
        "sector": st.sampled_from(["becak", "pasar", None]),
        "payer": st.sampled_from(["APBD_KOTA", "DBHCHT", "BAGI"]),
        "total_idr": AMOUNTS,
    }
)


def shares(person: int, facts: Row) -> list[Row]:
    facts = dict(facts)
    payer, idr = facts.pop("payer"), int(str(facts["total_idr"]))
    if payer != "BAGI":
        return [stood(person, **facts, payer_set=payer, funding_source=payer)]
    part = {**facts, "payer_set": "BAGI"}
    return [
        stood(person, **{**part, "funding_source": "APBD_KOTA", "total_idr": idr - 3_000}),
        stood(person, **{**part, "funding_source": "CSR", "total_idr": 3_000, "heads": 0}),
    ]


@settings(max_examples=25)
@given(
    before=st.dictionaries(st.integers(1, 12), PLACES),
    now=st.dictionaries(st.integers(1, 12), PLACES),
    credited=st.sets(st.integers(1, 12)),
    added=st.dictionaries(st.integers(1, 12), PLACES),
)
def test_every_random_month_balances(
    before: dict[int, Row], now: dict[int, Row], credited: set[int], added: dict[int, Row]
) -> None:
    stood_before = [row for person, facts in before.items() for row in shares(person, facts)]
    stood_now = [row for person, facts in now.items() for row in shares(person, facts)]
    corrected: list[Row] = [
        {
            **row,
            "heads": -int(str(row["heads"])),
            "total_idr": -int(str(row["total_idr"])),
            "reason_code": "DECEASED",
        }
        for row in stood_before
        if row["person_id"] in credited
    ]
    corrected += [
        {**row, "reason_code": "LEFT_OUT"}
        for person, facts in added.items()
        if person not in before
        for row in shares(person, facts)
    ]
    found = moved(stood_before, stood_now, corrected)  # refuses what does not balance
    opening, closing = found.figure("opening"), found.figure("closing")
    assert opening == Figure(len(before), sum(int(str(row["total_idr"])) for row in stood_before))
    assert closing == Figure(len(now), sum(int(str(row["total_idr"])) for row in stood_now))
    corrected_in = (set(before) - credited) | (set(added) - set(before))
    assert found.figure("joined").people == len(set(now) - corrected_in)
    assert -found.figure("left").people == len(corrected_in - set(now))
    for dimension in DIMENSIONS:
        parts = [row for row in found.rows(dimension) if row["kind"] != "closing"]
        assert sum(row["total_idr"] for row in parts) == closing.total_idr
        assert sum(row["people"] for row in parts) == closing.people
