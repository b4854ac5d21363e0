"""Pricing and grouping: every subsidised person once, to the rupiah, in any order."""

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sigap.billing.invoice import digest_lines, draft_invoices, lines_of, refuse_over_pagu
from sigap.billing.payers import Payers, load_payers
from sigap.billing.price import BILLED, Priced, price_people
from sigap.billing.tariffs import Tariffs, load_tariffs
from sigap.domain.datasets import LINES
from sigap.domain.period import Period
from sigap.errors import BillingError

JANUARY = Period(2026, 1)
SECTORS = ("ojek_daring", "becak", "pasar", "nelayan", None, "tidak_dikenal")


def two_payers() -> Payers:
    """The city, and a fund that the discount reaches."""
    payers = load_payers()
    csr = replace(payers["APBD_KOTA"], code="CSR", kind="CSR", wadah_code="SC")
    return replace(payers, by_code={**payers.by_code, "CSR": csr})


def decisions(*people: dict[str, Any]) -> pa.Table:
    usual = {"outcome": "subsidised", "sector": "pasar", "funding_source": "APBD_KOTA", "wadah_code": "SG"}
    rows = [
        {"person_id": number, "nik": f"{number:016d}", "was_checked": True, **usual, **person}
        for number, person in enumerate(people, 1)
    ]
    texts = [(name, pa.string()) for name in ("nik", *usual)]
    schema = pa.schema([("person_id", pa.int64()), *texts, ("rank", pa.int32()), ("was_checked", pa.bool_())])
    return pa.Table.from_pylist(rows, schema=schema)


def price(
    table: pa.Table,
    period: Period = JANUARY,
    *,
    payers: Payers | None = None,
    billed: pa.Table | None = None,
    started: tuple[str, ...] = (),
    tariffs: Tariffs | None = None,
) -> Priced:
    stands = BILLED.empty_table() if billed is None else billed
    return price_people(table, stands, tariffs or load_tariffs(), payers or two_payers(), period, started)


def test_a_line_says_which_dated_values_made_it() -> None:
    city, csr = price(
        decisions({}, {"sector": "becak", "funding_source": "CSR", "wadah_code": "SC"})
    ).lines.to_pylist()
    assert (city["total_idr"], city["tariff"]) == (16_800, "jkk@2015-07-01,jkm@2015-07-01")
    assert (csr["total_idr"], csr["tariff"]) == (
        8_400,
        "jkk@2015-07-01,jkm@2015-07-01,discount/transport@2026-01-01",
    )


@pytest.mark.parametrize(
    ("people", "says"),
    [
        ([], "subsidises nobody"),
        ([{}, {"outcome": "waiting"}], "1 persons of 2026-01 are not subsidised"),
        ([{}, {"outcome": None}], "1 persons of 2026-01 are not subsidised"),
        ([{"person_id": 7}, {"person_id": 7}], "1 persons stand more than once"),
    ],
)
def test_a_roster_that_cannot_be_priced_is_refused(people: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(BillingError, match=says):
        price(decisions(*people))


person = st.fixed_dictionaries({"sector": st.sampled_from(SECTORS)})


@settings(deadline=None, max_examples=25)
@given(st.lists(person, min_size=1, max_size=30), st.integers(0, 24), st.randoms())
def test_every_person_has_one_line_and_lines_add_up_in_any_order(
    people: list[dict[str, Any]], months: int, random: Any
) -> None:
    period = Period(2025, 12).plus(months)
    table = decisions(*people)
    lines = price(table, period).lines
    assert lines.schema == LINES
    assert sorted(lines["person_id"].to_pylist()) == list(range(1, len(people) + 1))
    [draft] = draft_invoices(lines, two_payers(), period)
    assert draft.total_idr == draft.jkk_idr + draft.jkm_idr == 16_800 * len(people)
    order = list(range(len(people)))
    random.shuffle(order)
    [again] = draft_invoices(price(table.take(order), period).lines, two_payers(), period)
    assert again == draft


def test_each_funding_source_and_wadah_has_its_own_invoice() -> None:
    csr = {"funding_source": "CSR", "wadah_code": "SC", "sector": "becak"}
    lines = price(decisions({}, csr, {})).lines
    city, other = draft_invoices(lines, two_payers(), JANUARY)
    assert (city.funding_source, city.people, city.total_idr) == ("APBD_KOTA", 2, 33_600)
    assert (other.funding_source, other.wadah_code, other.total_idr) == ("CSR", "SC", 8_400)
    assert city.lines_sha256 == digest_lines(lines_of(lines, "APBD_KOTA", "SG"))


def test_the_digest_is_over_person_period_jkk_and_jkm() -> None:
    import hashlib

    lines = price(decisions({}, {})).lines
    text = b"1,2026-01,10000,6800\n2,2026-01,10000,6800\n"
    assert digest_lines(lines) == hashlib.sha256(text).hexdigest()


@pytest.mark.parametrize(("before", "over"), [(2_400_000_000 - 16_800, 0), (2_400_000_000 - 16_799, 1)])
def test_the_pagu_may_be_reached_but_not_passed(before: int, over: int) -> None:
    if not over:
        refuse_over_pagu(JANUARY, "APBD_KOTA", before, 16_800, load_payers())
        return
    with pytest.raises(BillingError, match=r"over its pagu of Rp2\.400\.000\.000 by Rp1 "):
        refuse_over_pagu(JANUARY, "APBD_KOTA", before, 16_800, load_payers())


def test_a_year_without_a_pagu_is_refused() -> None:
    with pytest.raises(BillingError, match="the pagu has no value in force in 2031-01"):
        load_payers()["APBD_KOTA"].pagu_on(Period(2031, 1))
