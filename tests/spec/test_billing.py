"""Legal cases of billing, from the tables in tests/spec/billing."""

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from sigap.billing.invoice import draft_invoices
from sigap.billing.payers import load_payers
from sigap.billing.price import BILLED, price_people
from sigap.billing.shares import PayerSet, read_set
from sigap.billing.tariffs import load_tariffs
from sigap.domain.period import Period
from sigap.reporting.words import terbilang

TABLES = Path(__file__).parent / "billing"


def cases(table: str) -> list[Any]:
    found = yaml.safe_load((TABLES / f"{table}.yaml").read_text(encoding="utf-8"))
    assert found, f"{table}.yaml holds no case: this test would prove nothing"
    assert all(case["reference"] for case in found)
    return [pytest.param(case, id=case["name"]) for case in found]


@pytest.mark.parametrize("case", [*cases("premium"), *cases("golden_months")])
def test_premium_of_a_person_month(case: dict[str, Any]) -> None:
    period, person, tariffs = Period.parse(case["period"]), case["person"], load_tariffs()
    band = person.get("band", tariffs.programme_band(period))
    group = tariffs.sector_groups[person["sector"]]
    premium = tariffs.premium_on(period, band, group, person["funding"])
    assert {"jkk": premium.jkk_idr, "jkm": premium.jkm_idr} == case["expect"]


@pytest.mark.parametrize("case", cases("bands"))
def test_a_band_from_its_lowest_to_its_highest_income(case: dict[str, Any]) -> None:
    period, tariffs = Period(2025, 12), load_tariffs()
    assert {tariffs.band_of(period, income) for income in (case["from"], case["to"])} == {case["band"]}
    premium = tariffs.premium_on(period, case["band"], "other", "MANDIRI", ("JKK", "JKM", "JHT"))
    assert {"jkk": premium.jkk_idr, "jkm": premium.jkm_idr, "jht": premium.jht_idr} == case["expect"]
    assert premium.total_idr == sum(case["expect"].values())


@pytest.mark.parametrize("case", cases("shares"))
def test_a_premium_divided_among_payers(case: dict[str, Any]) -> None:
    codes = [share["payer"] for share in case["shares"]]
    if len(codes) == 1:
        payer_set = PayerSet.of_one(codes[0], "APBD", "SG")
    else:
        entry = {"kind": "APBD", "wadah": {"code": "SG"}, "since": dt.date(2026, 1, 1), "verified": False}
        usual = {"remainder": codes[-1], "order": ["jkk", "jkm"]}
        payer_set = read_set("SET", {**entry, **usual, **case}, codes)
    split = payer_set.split(*case["of"])
    assert ("refused" if split is None else [list(part) for part in split]) == case["expect"]
    if split is not None:
        assert [sum(parts) for parts in zip(*split, strict=True)] == case["of"]


@pytest.mark.parametrize("case", cases("coverage"))
def test_months_of_a_bill(case: dict[str, Any]) -> None:
    payers, period = load_payers(TABLES / "payers.yaml"), Period.parse(case["period"])
    due = payers.months_due(case["set"], period, case.get("started", []))
    assert [str(month) for month in due] == case["due"]
    refused = payers.months_refused(case["set"], period)
    assert [str(month) for month in refused] == case.get("refused", [])


@pytest.mark.parametrize("case", cases("invoice"))
def test_what_the_city_owes(case: dict[str, Any]) -> None:
    people, drafts = case["people"], []
    decisions = pa.table(
        {
            "person_id": pa.array(range(people), pa.int64()),
            "nik": pa.array(range(people), pa.int64()).cast(pa.string()),
            "outcome": pa.repeat("subsidised", people),
            "sector": pa.array(["ojek_daring", "pasar"] * (people // 2) + ["becak"] * (people % 2)),
            "funding_source": pa.repeat("APBD_KOTA", people),
            "wadah_code": pa.repeat("SG", people),
            "rank": pa.array(range(people), pa.int32()),
            "was_checked": pa.repeat(True, people),
        }
    )
    for later in range(case.get("months", 1)):
        period = Period.parse(case["period"]).plus(later)
        none = BILLED.empty_table()
        priced = price_people(decisions, none, load_tariffs(), load_payers(), period, ["APBD_KOTA"])
        assert (priced.parked.num_rows, priced.prepaid) == (0, 0)
        drafts += draft_invoices(priced.lines, load_payers(), period)
    assert [draft.people for draft in drafts] == [people] * case.get("months", 1)
    total_idr = sum(draft.total_idr for draft in drafts)
    owed = {
        "jkk": sum(draft.jkk_idr for draft in drafts),
        "jkm": sum(draft.jkm_idr for draft in drafts),
        "total": total_idr,
        "terbilang": terbilang(total_idr),
    }
    assert {name: owed[name] for name in case["expect"]} == case["expect"]


@pytest.mark.parametrize("case", cases("due"))
def test_last_day_to_pay(case: dict[str, Any]) -> None:
    assert load_payers()["APBD_KOTA"].due_date(Period.parse(case["period"])) == case["expect"]
