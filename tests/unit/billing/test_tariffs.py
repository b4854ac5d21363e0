"""Dated values: refused without a date or a reference, in force from month to month."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigap.billing.dated import NotInForceError, read_dated, value_in_force
from sigap.billing.premium import discounted
from sigap.billing.tariffs import FOLDER, load_tariffs
from sigap.domain.period import Period
from sigap.errors import BillingError

ENTRY = {"value": 1, "reference": "PP 1", "verified": False}


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[str, str, str], Path]:
    def change(name: str, old: str, new: str) -> Path:
        folder = Path(shutil.copytree(FOLDER, tmp_path / f"tariffs-{name}"))
        before = (folder / name).read_text(encoding="utf-8")
        assert old in before
        (folder / name).write_text(before.replace(old, new), encoding="utf-8")
        return folder

    return change


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("jkm.yaml", 'reference: "PP 44/2015 Pasal 34"', 'reference: ""', "has no reference"),
        ("jkm.yaml", "2015-07-01:", "mulai:", "is no date"),
        ("jkm.yaml", "2015-07-01:", "2015-07-02:", "must begin and end with a month"),
        ("discount.yaml", "2027-03-31", "2027-03-30", "must begin and end with a month"),
        ("discount.yaml", "MANDIRI, percent: 50", "MANDIRI, percent: 150", "is no discount"),
        ("policy.yaml", "verified: false", "verified:", "lacks `value` or `verified`"),
        ("jkk.yaml", "band: 2,", "band: 1,", "every band stands once"),
        ("discount.yaml", "APBD, percent: 0, verified: false", "APBD, percent: 0", "`verified` mark"),
        ("discount.yaml", "kind: DBHCHT", "kind: CSR", "names MANDIRI, APBN, APBD, DBHCHT, APBDES, CSR once"),
        ("discount.yaml", "2026-12-31", "2026-03-31", "ends before it begins"),
        ("jht.yaml", "value: 2", "value: 2.5", "is no rate"),
        ("jkm.yaml", "value: 6800", "value: 6800.5", "is no premium"),
        ("jkk.yaml", "from_income: 1100000", "from_income: 1300000", "the bands rise"),
        ("policy.yaml", "[JKK, JKM]", "[JKK, JKN]", "are no programmes"),
        ("sectors.yaml", "other:", "others:", "lists no sectors of other"),
        ("jkm.yaml", "values:", "values: [", "cannot be read as YAML"),
    ],
)
def test_a_value_that_cannot_be_justified_is_refused(
    changed: Callable[[str, str, str], Path], name: str, old: str, new: str, says: str
) -> None:
    with pytest.raises(BillingError, match=says):
        load_tariffs(changed(name, old, new))


@pytest.mark.parametrize(
    ("period", "fund_kind", "expected"),
    [
        (Period(2025, 12), "APBD", ["income_band@2025-10-01"]),
        (Period(2026, 1), "APBD", ["income_band@2025-10-01", "discount/not_for/APBD"]),
        (Period(2026, 1), "MANDIRI", ["income_band@2025-10-01", "discount/transport@2026-01-01"]),
    ],
)
def test_figures_that_nobody_has_seen_in_their_source_are_named(
    period: Period, fund_kind: str, expected: list[str]
) -> None:
    assert load_tariffs().unverified_on(period, fund_kind) == expected


def test_a_figure_that_was_checked_is_named_no_more(changed: Callable[[str, str, str], Path]) -> None:
    checked = changed("policy.yaml", "verified: false", "verified: true")
    assert load_tariffs(checked).unverified_on(Period(2025, 12), "APBD") == []
    doubted = changed("jkk.yaml", "premium: 10000, verified: true", "premium: 10000, verified: false")
    assert "jkk@2015-07-01" in load_tariffs(doubted).unverified_on(Period(2025, 12), "APBD")


def test_every_change_of_a_file_changes_the_digest(changed: Callable[[str, str, str], Path]) -> None:
    assert load_tariffs(changed("jkm.yaml", "value: 6800", "value: 6900")).sha256 != load_tariffs().sha256


def test_a_month_before_the_first_value_is_refused() -> None:
    with pytest.raises(BillingError, match="no value in force in 2015-06"):
        load_tariffs().premium_on(Period(2015, 6), 1, None, "APBD")


def test_the_newest_value_in_force_applies() -> None:
    from datetime import date

    values = read_dated({date(2020, 1, 1): ENTRY, date(2026, 2, 1): {**ENTRY, "value": 2}}, "x.yaml", int)
    found = {str(p): value_in_force(values, p) for p in (Period(2019, 12), Period(2026, 1), Period(2026, 2))}
    assert [value and value.value for value in found.values()] == [None, 1, 2]


def test_a_sector_without_a_group_is_refused_only_where_the_discount_could_apply() -> None:
    tariffs = load_tariffs()
    assert tariffs.premium_on(Period(2026, 5), 1, None, "APBD").total_idr == 16_800
    assert tariffs.premium_on(Period(2025, 11), 1, None, "MANDIRI").total_idr == 16_800
    with pytest.raises(BillingError, match=r"sectors\.yaml"):
        tariffs.premium_on(Period(2026, 5), 1, None, "MANDIRI")


@given(st.integers(0, 10**9), st.integers(0, 99))
def test_a_discount_never_drops_a_fraction_of_a_rupiah(amount: int, percent: int) -> None:
    if amount * percent % 100:
        with pytest.raises(BillingError, match="fraction"):
            discounted(amount, percent)
    else:
        assert discounted(amount, percent) * 100 == amount * (100 - percent)


def test_a_kind_of_fund_of_which_the_law_is_not_read_has_no_price() -> None:
    with pytest.raises(NotInForceError, match="says nothing about funds of kind 'HIBAH'"):
        load_tariffs().premium_on(Period(2026, 5), 1, "other", "HIBAH")


def test_a_folder_without_a_file_names_it(tmp_path: Path) -> None:
    with pytest.raises(BillingError, match=r"lacks discount\.yaml, jht\.yaml"):
        load_tariffs(tmp_path)


def test_the_discount_is_never_of_old_age_savings() -> None:
    half = load_tariffs().premium_on(Period(2026, 2), 2, "transport", "MANDIRI", ("JKK", "JKM", "JHT"))
    assert (half.jkk_idr, half.jkm_idr, half.jht_idr) == (6_000, 3_400, 24_000)
    assert half.tariff == "jkk@2015-07-01,jkm@2015-07-01,jht@2015-07-01,discount/transport@2026-01-01"


def test_a_programme_that_no_invoice_can_carry_stops_the_month(
    changed: Callable[[str, str, str], Path],
) -> None:
    tariffs = load_tariffs(changed("policy.yaml", "[JKK, JKM]", "[JKK, JKM, JHT]"))
    with pytest.raises(BillingError, match="invoices carry JKK and JKM"):
        tariffs.programme_premium(Period(2026, 1), "other", "APBD")


@given(st.integers(1, 33), st.sampled_from(["transport", "other"]), st.integers(0, 60))
def test_no_band_and_no_month_leaves_a_fraction(band: int, group: str, months: int) -> None:
    period = Period(2025, 10).plus(months)
    full = load_tariffs().premium_on(period, band, group, "APBD")
    own = load_tariffs().premium_on(period, band, group, "MANDIRI")
    assert own.total_idr in (full.total_idr, full.total_idr // 2)
    assert full.jkk_idr >= 10_000
    assert full.jkm_idr == 6_800
