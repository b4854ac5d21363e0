"""Batches: the same rows give the same name, other columns are refused, parents are named."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from upath import UPath

from sigap.domain.batch import BatchRef
from sigap.domain.datasets import LINES, SCHEMAS
from sigap.domain.period import Period
from sigap.errors import LakeError
from sigap.lake import Lake

MONTH = Period(2026, 1)


def lines(people: int, first: int = 1) -> pa.Table:
    """Invoice lines of that many invented people."""
    ids = list(range(first, first + people))
    values = {
        "person_id": ids,
        "period": ["2026-01"] * people,
        "payer_set": ["APBD_KOTA"] * people,
        "share_no": [1] * people,
        "funding_source": ["APBD_KOTA"] * people,
        "wadah_code": ["SG"] * people,
        "income_band": [1] * people,
        "jkk_idr": [10_000] * people,
        "jkm_idr": [6_800] * people,
        "total_idr": [16_800] * people,
        "tariff": ["jkk@2015-07-01,jkm@2015-07-01"] * people,
    }
    return pa.table(values, schema=LINES)


@pytest.fixture(params=["folder", "memory"])
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> Lake:
    """A lake in a folder, and one in an object store."""
    root = UPath(tmp_path) if request.param == "folder" else UPath(f"memory://{tmp_path.name}")
    return Lake(root)


def test_the_same_rows_give_the_same_batch(lake: Lake) -> None:
    first = lake.write("billing.lines", MONTH, lines(3))
    in_other_order_of_columns = lines(3).select(list(reversed(LINES.names)))
    assert lake.write("billing.lines", MONTH, in_other_order_of_columns) == first
    assert lake.write("billing.lines", MONTH, lines(4)).sha256 != first.sha256


def test_rows_may_come_table_by_table(lake: Lake) -> None:
    ref = lake.write("billing.lines", MONTH, (lines(2, first) for first in (1, 3, 5)))
    assert ref.rows == 6 and lake.read(ref).equals(lines(6))
    assert lake.write("billing.lines", MONTH, iter(())).rows == 0


def test_nothing_is_written_when_a_later_table_fails(lake: Lake) -> None:
    def broken() -> Iterator[pa.Table]:
        yield lines(2)
        raise LakeError("The second table is damaged.")

    with pytest.raises(LakeError, match="second table"):
        lake.write("billing.lines", MONTH, broken())
    assert not (lake.root / "billing.lines").exists()


def test_rows_come_back_as_they_were_written(lake: Lake) -> None:
    ref = lake.write("billing.lines", MONTH, lines(5))
    assert lake.read(ref).equals(lines(5))
    assert lake.read(ref, ["person_id"]).column_names == ["person_id"]
    assert [row["person_id"] for row in lake.find(ref, pc.field("person_id") == 4)] == [4]


def test_several_batches_are_read_in_the_order_given(lake: Lake) -> None:
    refs = [lake.write("billing.lines", MONTH, lines(2, first)) for first in (11, 1)]
    assert lake.read_all("billing.lines", refs)["person_id"].to_pylist() == [11, 12, 1, 2]
    assert lake.read_all("billing.lines", []).schema.equals(LINES)


def test_other_columns_are_refused_and_nothing_is_left(lake: Lake) -> None:
    with pytest.raises(LakeError, match="total_idr"):
        lake.write("billing.lines", MONTH, lines(1).drop(["total_idr"]))
    assert not (lake.root / "billing.lines").exists()


def test_a_missing_batch_is_named_without_its_rows(lake: Lake) -> None:
    gone = BatchRef("billing.lines", "2026-01", str(lake.root / "gone.parquet"), 1, "0" * 64)
    with pytest.raises(LakeError, match=r"billing\.lines .* of 2026-01 is not in the lake"):
        lake.read(gone)


def test_a_manifest_names_parents_and_versions(tmp_path: Path) -> None:
    lake = Lake(UPath(tmp_path))
    parent = lake.write("billing.lines", MONTH, lines(1))
    child = lake.write("billing.lines", MONTH, lines(2), [parent], {"code": "abc"})
    (manifest,) = tmp_path.glob(f"billing.lines/2026-01/{child.sha256}.*.json")
    content = json.loads(manifest.read_text())
    assert content["parents"] == [parent.as_dict()]
    assert (lake.parents(child), lake.parents(parent)) == ([parent], [])
    assert content["versions"] == {"code": "abc"}


def test_writers_of_the_same_rows_do_not_get_into_each_others_way(tmp_path: Path) -> None:
    lake, rows = Lake(UPath(tmp_path)), lines(2_000)
    with ThreadPoolExecutor(8) as pool:
        refs = set(pool.map(lambda _: lake.write("billing.lines", MONTH, rows), range(64)))
    assert len(refs) == 1
    assert not list(tmp_path.rglob("*.part"))


def test_the_name_does_not_depend_on_how_the_rows_were_handed_over(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sigap.lake.draft._GROUP_ROWS", 4)
    whole = lake.write("billing.lines", MONTH, lines(9))
    for size in (1, 3, 8):
        pieces = (lines(9).slice(first, size) for first in range(0, 9, size))
        assert lake.write("billing.lines", MONTH, pieces) == whole
    assert [piece.num_rows for piece in lake.scan(whole, ["person_id"])] == [4, 4, 1]


def test_a_batch_is_scanned_in_its_order_with_the_columns_asked_for(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sigap.lake.draft._GROUP_BYTES", 1)  # every table is a row group of its own
    ref = lake.write("billing.lines", MONTH, (lines(2, first) for first in (1, 3)))
    pieces = list(lake.scan(ref, ["tariff", "person_id"]))
    assert [piece.column_names for piece in pieces] == [["tariff", "person_id"]] * 2
    assert pa.concat_tables(pieces)["person_id"].to_pylist() == [1, 2, 3, 4]


def test_a_column_that_an_old_batch_lacks_is_null(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SCHEMAS, "billing.lines", pa.schema(list(LINES)[:-1]))
    old = lake.write("billing.lines", MONTH, lines(2).drop(["tariff"]))
    monkeypatch.undo()
    (scanned,) = lake.scan(old, ["person_id", "tariff"])
    for rows in (scanned, lake.read(old, ["person_id", "tariff"])):
        assert rows.column_names == ["person_id", "tariff"]
        assert rows["tariff"].to_pylist() == [None, None]
    assert lake.find(old, pc.field("person_id") == 2, ["tariff"]) == [{"tariff": None}]


def test_a_draft_that_is_not_sealed_leaves_nothing(lake: Lake, tmp_path: Path) -> None:
    with lake.draft("billing.lines", MONTH) as draft:
        draft.add(lines(2))
    assert not (lake.root / "billing.lines").exists()
    assert not list(tmp_path.rglob("*.part"))
