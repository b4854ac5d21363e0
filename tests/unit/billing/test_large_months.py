"""The shortcuts that a large month takes give what the long way gives."""

from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sigap.billing.invoice import digest_lines, draft_invoices, lines_of
from sigap.billing.payers import load_payers
from sigap.billing.price import BILLED, Priced, count_people, price_people
from sigap.billing.tariffs import load_tariffs
from sigap.domain.period import Period

NIKS = ["3275010101800001", "3275010101800002", "3275010101800001", None, None]


def decisions(*people: dict[str, Any]) -> pa.Table:
    usual = {"outcome": "subsidised", "sector": "pasar", "funding_source": "APBD_KOTA", "wadah_code": "SG"}
    rows = [
        {"person_id": number, "nik": f"{number:016d}", "rank": number, "was_checked": True, **usual, **person}
        for number, person in enumerate(people, 1)
    ]
    return pa.Table.from_pylist(rows)


def price(table: pa.Table) -> Priced:
    payers = load_payers()
    csr = replace(payers["APBD_KOTA"], code="CSR", kind="CSR", wadah_code="SC")
    both = replace(payers, by_code={**payers.by_code, "CSR": csr})
    return price_people(table, BILLED.empty_table(), load_tariffs(), both, Period(2026, 1), ())


@pytest.mark.parametrize(
    "change",
    [
        str,  # digits alone, which are compared as numbers
        lambda nik: f"A{nik[1:]}",
        lambda nik: f"{nik}0000",  # digits, but more than a number holds
    ],
)
def test_a_nik_that_stands_twice_is_found_whatever_it_is_made_of(change: object) -> None:
    assert callable(change)
    people = [{"nik": nik and change(nik)} for nik in NIKS]
    parked = price(decisions(*people)).parked
    assert parked.select(["person_id", "reason_code"]).to_pylist() == [
        {"person_id": number, "reason_code": "NIK_TWICE"} for number in (1, 3)
    ]


def test_niks_that_are_one_number_but_not_one_text_are_not_the_same() -> None:
    assert price(decisions({"nik": "0123"}, {"nik": "123"})).parked.num_rows == 0


def test_lines_are_those_of_their_invoice_in_any_order() -> None:
    csr = {"funding_source": "CSR", "wadah_code": "SC"}
    lines = price(decisions(*[csr if number % 3 else {} for number in range(50)])).lines
    shuffled = lines.take([place * 37 % 50 for place in range(50)])
    for code, wadah in (("APBD_KOTA", "SG"), ("CSR", "SC"), ("CSR", "SG"), ("APBDES", "SD")):
        wanted = [
            row for row in shuffled.to_pylist() if (row["funding_source"], row["wadah_code"]) == (code, wadah)
        ]
        assert lines_of(shuffled, code, wadah).to_pylist() == wanted
        kept = lines_of(lines, code, wadah)
        assert digest_lines(lines_of(shuffled, code, wadah)) == digest_lines(kept)
        assert kept.num_rows == len(wanted)
    city = pc.equal(lines["funding_source"], "APBD_KOTA")
    drafts = [
        draft_invoices(rows.filter(mask), load_payers(), Period(2026, 1))
        for rows, mask in ((lines, city), (shuffled, pc.equal(shuffled["funding_source"], "APBD_KOTA")))
    ]
    assert drafts[0] == drafts[1]
    assert [draft.people for draft in drafts[0]] == [17]


@pytest.mark.parametrize(("ids", "people"), [([], 0), ([5], 1), ([5, 3, 5, -1], 3)])
def test_people_are_counted_once(ids: list[int], people: int) -> None:
    assert count_people(pa.table({"person_id": pa.chunked_array([ids], pa.int64())})) == people
