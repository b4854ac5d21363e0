"""The model's expressions score every pair as Splink's own predict does: weights, levels, nulls too."""

from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from splink import Linker
from splink.backends.duckdb import DuckDBAPI

from sigap.domain.datasets import EVIDENCE
from sigap.engine import connect
from sigap.errors import IdentityError
from sigap.identity.model import Model, load_model
from unit.identity.standard import draw_records

MODEL = load_model()
ALL_PAIRS = "l.record IS NOT NULL AND r.record IS NOT NULL"


def by_splink(left: pa.Table, right: pa.Table, rules: list[str]) -> duckdb.DuckDBPyRelation:
    """What Splink predicts for the pairs of these blocks."""
    api = DuckDBAPI(connect())
    tables = [api.register(table, dataset_display_name=name) for name, table in (("a", left), ("b", right))]
    told = {"blocking_rules_to_generate_predictions": rules, "retain_matching_columns": True}
    return Linker(tables, {**MODEL.splink, **told}, log_level=None).inference.predict().as_duckdbpyrelation()


def differences(left: pa.Table, right: pa.Table, rules: list[str], model: Model) -> list[Mapping[str, Any]]:
    """Per comparison and for the sum: pairs, largest difference to Splink, levels met, levels that differ."""
    scored = by_splink(left, right, rules).to_arrow_table()
    with connect() as connection:
        for name, table in {"a": left, "b": right, "scored": scored}.items():
            connection.register(name, table)
        weights = {"sum": (model.weight_sql(), "NULL", "match_weight", "NULL")}
        for each in model.comparisons:
            adjusted = f"mw_tf_adj_{each.name}" if any(level.tf_column for level in each.levels) else "0"
            theirs = f"mw_{each.name} + {adjusted}"
            weights[each.name] = (each.weight_sql(), each.level_sql(), theirs, f"gamma_{each.name}")
        found = [
            connection.sql(
                f"SELECT '{name}' AS what, count(*) AS pairs, max(abs(({ours}) - ({theirs}))) AS most, "
                f"list_sort(list(DISTINCT {gamma})) AS met, "
                f"count(*) FILTER (WHERE {level} IS DISTINCT FROM {gamma}) AS otherwise "
                "FROM scored JOIN a AS l ON l.record = record_l JOIN b AS r ON r.record = record_r"
            ).to_arrow_table()
            for name, (ours, level, theirs, gamma) in weights.items()
        ]
        return pa.concat_tables(found, promote_options="permissive").to_pylist()


def test_the_model_names_the_comparisons_that_evidence_is_kept_of() -> None:
    assert tuple(each.name for each in MODEL.comparisons) == EVIDENCE


def test_pairs_of_the_model_s_blocks_weigh_as_splink_weighs_them() -> None:
    found = differences(draw_records(500, 1), draw_records(700, 2), list(MODEL.blocks), MODEL)
    assert all(row["pairs"] > 10_000 for row in found)
    assert max(row["most"] for row in found) < 1e-6
    assert [row["what"] for row in found if row["otherwise"]] == []


def test_every_level_is_met_among_all_pairs_and_weighs_as_in_splink() -> None:
    found = differences(draw_records(300, 3), draw_records(300, 4), [ALL_PAIRS], MODEL)
    levels = {each.name: sorted(level.number for level in each.levels) for each in MODEL.comparisons}
    assert {row["what"]: row["met"] for row in found if row["what"] != "sum"} == levels
    assert max(row["most"] for row in found) < 1e-6
    assert [row["what"] for row in found if row["otherwise"]] == []


@settings(max_examples=3)
@given(st.integers(5, 20), st.integers(5, 20), st.integers(0, 2**32), st.integers(0, 2**32))
def test_for_all_records_every_pair_weighs_as_in_splink(
    few: int, many: int, seed: int, other_seed: int
) -> None:
    found = differences(draw_records(few, seed), draw_records(many, other_seed), [ALL_PAIRS], MODEL)
    assert {row["pairs"] for row in found} == {few * many}
    assert max(row["most"] for row in found) < 1e-6
    assert [row["what"] for row in found if row["otherwise"]] == []


def test_a_model_that_lacks_a_weight_is_refused(tmp_path: Any) -> None:
    path = tmp_path / "model.json"
    path.write_text('{"splink": {"probability_two_random_records_match": 0.1, "comparisons": []}}')
    with pytest.raises(IdentityError, match="blocking_rules_to_generate_predictions"):
        load_model(path)
