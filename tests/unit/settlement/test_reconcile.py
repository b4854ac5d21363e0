"""A bill against our lines: every NIK in one class, and totals that balance."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from sigap.settlement import CLASSES, reconcile

NIKS = [f"327501010180{serial:04d}" for serial in range(1, 13)]
AMOUNTS = st.integers(min_value=1, max_value=10**9)
LINES = st.dictionaries(st.sampled_from(NIKS), AMOUNTS)
BILL = st.lists(st.tuples(st.sampled_from(NIKS), AMOUNTS))


def lines_of(amounts: dict[str, int]) -> pa.Table:
    schema = pa.schema([("nik", pa.string()), ("person_id", pa.int64()), ("total_idr", pa.int64())])
    rows = [
        {"nik": nik, "person_id": NIKS.index(nik) + 1, "total_idr": amount} for nik, amount in amounts.items()
    ]
    return pa.Table.from_pylist(rows, schema)


def bill_of(rows: list[tuple[str, int]]) -> pa.Table:
    schema = pa.schema([("nik", pa.string()), ("total_idr", pa.int64())])
    return pa.Table.from_pylist([{"nik": nik, "total_idr": amount} for nik, amount in rows], schema)


def test_each_way_of_not_agreeing_has_its_class() -> None:
    found = reconcile(
        lines_of({NIKS[0]: 16_800, NIKS[1]: 16_800, NIKS[2]: 16_800}),
        bill_of([(NIKS[0], 16_800), (NIKS[2], 8_400), (NIKS[3], 16_800)]),
    )
    classes = dict(zip(found.rows["nik"].to_pylist(), found.rows["class"].to_pylist(), strict=True))
    assert classes == {NIKS[0]: "matched", NIKS[1]: "missing", NIKS[2]: "amount_differs", NIKS[3]: "extra"}
    assert found.classes == dict.fromkeys(CLASSES, 1)
    assert found.differences["person_id"].to_pylist() == [2, 3, None]


def test_somebody_billed_twice_differs_and_is_counted() -> None:
    found = reconcile(lines_of({NIKS[0]: 16_800}), bill_of([(NIKS[0], 16_800), (NIKS[0], 16_800)]))
    assert found.classes["amount_differs"] == 1
    assert found.rows["billed_idr"].to_pylist() == [33_600]
    assert found.repeated_rows == 1


def test_classes_are_all_named_when_nothing_was_compared() -> None:
    found = reconcile(lines_of({}), bill_of([]))
    assert found.classes == dict.fromkeys(CLASSES, 0)
    assert (found.invoiced_idr, found.billed_idr) == (0, 0)


@settings(deadline=None)
@given(LINES, BILL)
def test_every_nik_has_exactly_one_class_and_totals_balance(
    lines: dict[str, int], bill: list[tuple[str, int]]
) -> None:
    found = reconcile(lines_of(lines), bill_of(bill))
    niks = found.rows["nik"].to_pylist()
    assert sorted(niks) == sorted(set(lines) | {nik for nik, _ in bill})
    assert set(found.rows["class"].to_pylist()) <= set(CLASSES)
    assert found.invoiced_idr == sum(lines.values())
    assert found.billed_idr == sum(amount for _, amount in bill)
    differences = found.differences.to_pylist()
    assert found.invoiced_idr - found.billed_idr == sum(
        row["invoiced_idr"] - row["billed_idr"] for row in differences
    )
    assert found.repeated_rows == len(bill) - len({nik for nik, _ in bill})
