"""What holds for all lists, whoever is on them."""

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sigap.domain.datasets import DECISIONS, PERSON_MEMBERSHIPS, PERSONS
from sigap.domain.period import Period
from sigap.entitlement.decisions import COVER, DOUBTS, OUTCOMES, Decisions, count_differences, decide_people
from sigap.entitlement.rules import COVER_REASONS, Place, load_rules
from sigap.errors import EntitlementError

MONTH = Period(2026, 1)
RULES = load_rules(MONTH).model_copy(
    update={"places_quota": (Place(funding_source="APBD_KOTA", wadah_code="SG", quota=4),)}
)


def nik(person_id: int) -> str:
    return f"327501410186{person_id:04d}"


@st.composite
def months(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    listed = draw(st.sets(st.integers(1, 30), max_size=25))
    covered = draw(st.sets(st.integers(1, 30), max_size=6))
    days = st.one_of(st.none(), st.dates(dt.date(1955, 1, 1), dt.date(2010, 1, 1)))
    persons = [
        {
            "person_id": number,
            "nik": nik(number),
            "full_name": "WARGA",
            "birth_date": draw(days),
            "regency_code": draw(st.sampled_from(["32.75", "32.75", "00.00", None])),
            "desil": draw(st.sampled_from([None, 1, 3, 4, 5, 6, 10])),
            "conflict": draw(st.sampled_from([None, None, None, "NIK_NAME_CONFLICT"])),
            "is_inactive": draw(st.sampled_from([False, False, True])),
            "is_deceased": draw(st.sampled_from([False, False, True])),
        }
        for number in sorted(listed)
    ]
    previous = [
        {"person_id": number, "nik": nik(number), "full_name": "WARGA", "desil": 2, "outcome": "subsidised"}
        for number in sorted(covered)
    ]
    memberships = [
        {
            "person_id": draw(st.sampled_from(sorted(listed | covered) or [1])),
            "delivery_id": "m",
            "sheet": "s",
            "row": row,
            "segment": draw(st.sampled_from(["PU", "BPU", "BPU", "JAKON", "PMI"])),
            "status": draw(st.sampled_from(["AKTIF", "NONAKTIF", "KELUAR"])),
            "payer_name": draw(st.sampled_from([None, "MANDIRI", "CSR", "PEMERINTAH KOTA BEKASI"])),
            "coverage_end": draw(st.sampled_from([None, dt.date(2025, 6, 30), dt.date(2026, 12, 31)])),
            "last_paid_month": draw(st.sampled_from([None, "2025-06", "2025-09", "2025-10", "2025-12"])),
            "as_of_date": draw(st.sampled_from([None, dt.date(2025, 11, 1), dt.date(2025, 12, 27)])),
        }
        for row in range(draw(st.integers(0, 12)))
    ]
    return persons, memberships, previous


def decide(
    persons: list[dict[str, Any]], memberships: list[dict[str, Any]], previous: list[dict[str, Any]]
) -> Decisions:
    return decide_people(
        pa.Table.from_pylist(persons, PERSONS),
        pa.Table.from_pylist(memberships, PERSON_MEMBERSHIPS),
        pa.Table.from_pylist(previous, DECISIONS),
        RULES,
        MONTH,
    )


def is_elsewhere(membership: dict[str, Any]) -> bool:
    ours = membership["segment"] == "BPU" and membership["payer_name"] == "PEMERINTAH KOTA BEKASI"
    ended = membership["coverage_end"] is not None and membership["coverage_end"] < MONTH.first_day
    return membership["status"] == "AKTIF" and not ended and not ours


ACTIVE: dict[str, Any] = {
    "person_id": 1,
    "delivery_id": "m",
    "sheet": "s",
    "segment": "PU",
    "status": "AKTIF",
}
ENDED_AND_UNDATED = [
    {**ACTIVE, "row": 0, "payer_name": None, "last_paid_month": None, **told}
    for told in (
        {"coverage_end": dt.date(2025, 6, 30), "as_of_date": dt.date(2025, 11, 1)},
        {"coverage_end": None, "as_of_date": None},
    )
]
COVERED = [{"person_id": 1, "nik": nik(1), "full_name": "WARGA", "desil": 2, "outcome": "subsidised"}]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example(([], ENDED_AND_UNDATED, COVERED))
@given(months())
def test_every_month_is_decided_completely_and_the_same_way_twice(
    month: tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    persons, memberships, previous = month
    decided = decide(*month)
    rows = decided.rows.to_pylist()
    covered = {row["person_id"] for row in previous}

    assert [row["person_id"] for row in rows] == sorted({row["person_id"] for row in persons} | covered)
    assert sum(decided.counts[outcome] for outcome in OUTCOMES) == decided.counts["persons"] == len(rows)
    assert sum(decided.reasons.values()) == len(rows)
    assert all(row["reason_code"] and row["rule"] for row in rows)

    subsidised = {row["person_id"] for row in rows if row["outcome"] == "subsidised"}
    assert len(subsidised) <= 4
    assert not subsidised & {row["person_id"] for row in memberships if is_elsewhere(row)}
    for row in rows:
        is_subsidised = row["outcome"] == "subsidised"
        assert (row["funding_source"] is not None) == (row["wadah_code"] is not None) == is_subsidised
        assert (row["membership_row"] is not None) == (row["reason_code"] in COVER_REASONS)
        assert (row["outcome"] == "already_covered") == (row["reason_code"] in COVER)
        if row["person_id"] in covered:
            assert row["change"] == ("stayed" if is_subsidised else "left")
            assert row["reason_code"] not in DOUBTS, "a doubt is no reason to leave"
        else:
            assert row["change"] == ("joined" if is_subsidised else None)

    kept = decided.coverage.to_pylist()
    assert sorted(row["row"] for row in kept) == [
        row["row"] for row in memberships if row["person_id"] in {row["person_id"] for row in rows}
    ], "every membership of everybody who was decided about is kept once"
    against = {row["person_id"] for row in kept if row["cover_reason"]}
    assert sorted(row["person_id"] for row in kept if row["is_chosen"]) == sorted(against)

    again = decide(persons[::-1], memberships[::-1], previous[::-1])
    assert again.rows == decided.rows
    assert again.coverage == decided.coverage


def test_a_person_listed_twice_is_refused() -> None:
    twice = [{"person_id": 1, "nik": nik(1), "full_name": "WARGA"}] * 2
    with pytest.raises(EntitlementError, match="Run link again"):
        decide(twice, [], [])


def test_a_reason_without_a_rule_is_refused() -> None:
    deciding = {code: rule for code, rule in RULES.deciding.items() if code != "DATA_INCOMPLETE"}
    person = {"person_id": 1, "nik": nik(1), "full_name": "WARGA", "regency_code": "32.75"}
    with pytest.raises(EntitlementError, match="has no rule"):
        decide_people(
            pa.Table.from_pylist([person], PERSONS),
            PERSON_MEMBERSHIPS.empty_table(),
            DECISIONS.empty_table(),
            RULES.model_copy(update={"deciding": deciding}),
            MONTH,
        )


def test_differences_are_counted_by_person() -> None:
    def rows(*outcomes: tuple[int, str]) -> pa.Table:
        return pa.Table.from_pylist(
            [{"person_id": i, "outcome": outcome} for i, outcome in outcomes], DECISIONS
        )

    same = rows((1, "subsidised"), (2, "held"))
    assert count_differences(same, same) == 0
    assert count_differences(same, rows((1, "subsidised"), (2, "waiting"), (3, "held"))) == 2
