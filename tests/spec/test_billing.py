"""Legal cases of billing, from the tables in tests/spec/billing."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from sigap.billing.invoice import draft_invoices
from sigap.billing.payers import load_payers
from sigap.billing.price import price_people
from sigap.billing.tariffs import load_tariffs
from sigap.domain.period import Period
from sigap.reporting.words import terbilang

TABLES = Path(__file__).parent / "billing"


def cases(table: str) -> list[Any]:
    found = yaml.safe_load((TABLES / f"{table}.yaml").read_text(encoding="utf-8"))
    assert found, f"{table}.yaml holds no case: this test would prove nothing"
    assert all(case["reference"] for case in found)
    return [pytest.param(case, id=case["name"]) for case in found]


@pytest.mark.parametrize("case", cases("premium"))
def test_premium_of_a_person_month(case: dict[str, Any]) -> None:
    period, person, tariffs = Period.parse(case["period"]), case["person"], load_tariffs()
    band = person.get("band", tariffs.programme_band(period))
    group = tariffs.sector_groups[person["sector"]]
    premium = tariffs.premium_on(period, band, group, person["funding"])
    assert {"jkk": premium.jkk_idr, "jkm": premium.jkm_idr} == case["expect"]


@pytest.mark.parametrize("case", cases("invoice"))
def test_what_the_city_owes(case: dict[str, Any]) -> None:
    people, drafts = case["people"], []
    decisions = pa.table(
        {
            "person_id": pa.array(range(people), pa.int64()),
            "outcome": pa.repeat("subsidised", people),
            "sector": pa.array(["ojek_daring", "pasar"] * (people // 2) + ["becak"] * (people % 2)),
            "funding_source": pa.repeat("APBD_KOTA", people),
            "wadah_code": pa.repeat("SG", people),
        }
    )
    for later in range(case.get("months", 1)):
        period = Period.parse(case["period"]).plus(later)
        lines = price_people(decisions, load_tariffs(), load_payers(), period)
        drafts += draft_invoices(lines, load_payers(), period)
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
