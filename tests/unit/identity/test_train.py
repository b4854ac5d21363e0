"""A model is trained from a former one; what the rows do not show keeps its weight."""

import copy
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sigap.errors import IdentityError
from sigap.identity.model import load_model
from sigap.identity.train import read_tree, train_people, write_model
from sigap.synth.labelled import draw_labelled

ABOUT: dict[str, Any] = {"on": dt.date(2026, 11, 22), "by": "tester", "reason": "a test"}


@pytest.fixture(scope="module")
def former() -> dict[str, Any]:
    tree = read_tree()
    tree["splink"]["max_iterations"] = 3
    tree["training"] |= {"u_pairs": 50_000, "blocks": tree["training"]["blocks"][:1]}
    return tree


def written(folder: Path, workers: pa.Table, members: pa.Table) -> tuple[Path, Path]:
    paths = folder / "workers.parquet", folder / "members.parquet"
    for path, table in zip(paths, (workers, members), strict=True):
        pq.write_table(table, path)
    return paths


@pytest.fixture(scope="module")
def trained(former: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    drawn = draw_labelled(2_000, 4_000, seed=7)
    paths = written(tmp_path_factory.mktemp("train"), drawn.workers, drawn.members)
    before = copy.deepcopy(former)
    tree = train_people(*paths, former, **ABOUT)
    assert former == before
    return tree


def levels(tree: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for comparison in tree["splink"]["comparisons"]:
        for level in comparison["comparison_levels"]:
            if not level.get("is_null_level"):
                yield comparison["output_column_name"], level


def test_what_agrees_speaks_for_one_person_and_what_differs_against(
    trained: dict[str, Any], tmp_path: Path
) -> None:
    write_model(trained, tmp_path / "2026-11-22.json")
    for comparison in load_model(tmp_path / "2026-11-22.json").comparisons:
        known = [level for level in comparison.levels if level.number >= 0]
        assert known[0].weight > 0 > known[-1].weight, comparison.name


def test_conditions_blocks_and_fixed_weights_are_taken_over(
    trained: dict[str, Any], former: dict[str, Any]
) -> None:
    for (name, old), (_, new) in zip(levels(former), levels(trained), strict=True):
        assert old["sql_condition"] == new["sql_condition"], name
        for side in ("m", "u"):
            if old[f"fix_{side}_probability"]:
                assert old[f"{side}_probability"] == new[f"{side}_probability"], name
    assert trained["splink"]["comparisons"] != former["splink"]["comparisons"]
    kept = ("thresholds", "training")
    assert {name: trained[name] for name in kept} == {name: former[name] for name in kept}
    assert trained["trained"] == {
        "on": "2026-11-22",
        "by": "tester",
        "reason": "a test",
        "rows": "2000 × 4000",
    }


def test_the_file_differs_from_the_former_only_where_something_was_learned(
    trained: dict[str, Any], tmp_path: Path
) -> None:
    for name in ("one", "two"):
        write_model(trained, tmp_path / f"{name}.json")
    text = (tmp_path / "one.json").read_text(encoding="utf-8")
    assert text == (tmp_path / "two.json").read_text(encoding="utf-8")
    assert json.loads(text) == trained and "linker_uid" not in text
    assert all(len(line) < 400 for line in text.splitlines())


def test_lists_that_have_nobody_in_common_teach_nothing(former: dict[str, Any], tmp_path: Path) -> None:
    drawn = draw_labelled(40, 40, seed=8)
    paths = written(tmp_path, drawn.workers.slice(0, 3), drawn.members.slice(0, 2))
    with pytest.raises(IdentityError, match="nothing to learn"):
        train_people(*paths, former, **ABOUT)


def test_a_file_that_is_no_table_of_records_is_refused(former: dict[str, Any], tmp_path: Path) -> None:
    paths = written(tmp_path, pa.table({"record": [1]}), pa.table({"record": [1]}))
    with pytest.raises(IdentityError, match=r"workers\.parquet lacks birth_date"):
        train_people(*paths, former, **ABOUT)
