"""`link-tables`: any model of Splink's form on two tables or within one; what cannot be linked is refused."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from splink import Linker
from splink.backends.duckdb import DuckDBAPI
from typer.testing import CliRunner

from sigap import cli
from sigap.engine import connect
from sigap.errors import IdentityError
from sigap.identity.model import Model, load_model
from sigap.identity.tables import link_tables

SHOPS = ("warung sari", "warung sarii", "toko maju", "toko jaya", "bengkel oto", "kios tani")


@pytest.fixture
def model(tmp_path: Path) -> Model:
    path = tmp_path / "shops.json"
    path.write_text(json.dumps({"splink": shop_settings()}))
    return load_model(path)


def shop_settings() -> dict[str, Any]:
    def level(condition: str, m: float, u: float, **more: Any) -> dict[str, Any]:
        known = {"m_probability": m, "u_probability": u}
        return {"sql_condition": condition, "label_for_charts": condition, **known, **more}

    def missing(column: str) -> dict[str, Any]:
        condition = f"{column}_l IS NULL OR {column}_r IS NULL"
        return {"sql_condition": condition, "label_for_charts": "missing", "is_null_level": True}

    frequency = {"tf_adjustment_column": "shop", "tf_adjustment_weight": 1.0}
    return {
        "link_type": "link_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": 0.1,
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": "l.street = r.street"},
            {"blocking_rule": "substr(l.shop, 1, 4) = substr(r.shop, 1, 4)"},
        ],
        "comparisons": [
            {
                "output_column_name": "shop",
                "comparison_levels": [
                    missing("shop"),
                    level("shop_l = shop_r", 0.8, 0.1, **frequency),
                    level("jaro_winkler_similarity(shop_l, shop_r) >= 0.9", 0.15, 0.05),
                    level("ELSE", 0.05, 0.85),
                ],
            },
            {
                "output_column_name": "street",
                "comparison_levels": [
                    missing("street"),
                    level("street_l = street_r", 0.9, 0.1),
                    level("ELSE", 0.1, 0.9),
                ],
            },
        ],
    }


def shops(count: int, start: int = 0) -> pa.Table:
    places = range(start, start + count)
    return pa.table(
        {
            "unique_id": [f"s{place:03}" for place in places],
            "shop": pa.array(
                [SHOPS[place % len(SHOPS)] if place % 7 else None for place in places], pa.string()
            ),
            "street": [f"jalan {place % 5}" for place in places],
            "remark": ["nobody compares this" for _ in places],
        }
    )


def written(folder: Path, name: str, table: pa.Table) -> Path:
    path = folder / name
    if path.suffix == ".csv":
        pyarrow.csv.write_csv(table, path)
    else:
        pq.write_table(table, path)
    return path


def by_splink(tables: list[pa.Table], settings: dict[str, Any]) -> set[tuple[str, str, float]]:
    api = DuckDBAPI(connect())
    registered = [api.register(table, dataset_display_name=f"t{n}") for n, table in enumerate(tables)]
    linker = Linker(registered, settings, log_level=None)
    rows = linker.inference.predict(threshold_match_probability=0.5).as_record_list()
    return {(row["unique_id_l"], row["unique_id_r"], round(row["match_weight"], 6)) for row in rows}


def found(path: Path) -> set[tuple[str, str, float]]:
    rows = pq.read_table(path).to_pylist()
    return {(row["unique_id_l"], row["unique_id_r"], round(row["match_weight"], 6)) for row in rows}


def test_two_tables_are_linked_as_splink_links_them(tmp_path: Path, model: Model) -> None:
    left, right = shops(40), shops(60, 100)
    out = tmp_path / "links.parquet"
    linked = link_tables(written(tmp_path, "a.parquet", left), written(tmp_path, "b.csv", right), model, out)
    expected = by_splink([left, right], shop_settings())
    assert (linked.left, linked.right, linked.links) == (40, 60, len(expected))
    assert len(expected) > 50
    assert found(out) == expected


def test_one_table_is_deduplicated_as_splink_does_it(tmp_path: Path, model: Model) -> None:
    out = tmp_path / "links.parquet"
    linked = link_tables(written(tmp_path, "a.parquet", shops(60)), None, model, out)
    expected = by_splink([shops(60)], {**shop_settings(), "link_type": "dedupe_only"})
    assert linked.right == 0 and linked.links == len(expected) > 50
    assert found(out) == expected


def test_the_evidence_adds_up_and_the_same_tables_give_the_same_file(tmp_path: Path, model: Model) -> None:
    files = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for rows, out in zip((shops(60), shops(60).take(list(range(59, -1, -1)))), files, strict=True):
        link_tables(written(tmp_path, "a.parquet", rows), None, model, out)
    assert files[0].read_bytes() == files[1].read_bytes()
    rows = pyarrow.csv.read_csv(files[0]).to_pylist()
    for row in rows:
        total = model.prior + row["weight_shop"] + row["weight_street"]
        assert row["match_weight"] == pytest.approx(total)
        assert row["match_probability"] == pytest.approx(1 / (1 + 2**-total))


def test_a_higher_probability_gives_fewer_links(tmp_path: Path, model: Model) -> None:
    left, out = written(tmp_path, "a.parquet", shops(60)), tmp_path / "links.parquet"
    some = link_tables(left, None, model, out).links
    assert 0 < link_tables(left, None, model, out, probability=0.8).links < some


@pytest.mark.parametrize(
    ("table", "refusal"),
    [
        (shops(0), "no rows"),
        (shops(10).drop_columns(["street"]), "lacks street"),
        (pa.concat_tables([shops(10), shops(1)]), "1 of 11 rows have no unique_id of their own"),
        (shops(10).set_column(0, "unique_id", pa.nulls(10, pa.string())), "10 of 10 rows have no unique_id"),
    ],
)
def test_a_table_that_cannot_be_linked_is_refused(
    tmp_path: Path, model: Model, table: pa.Table, refusal: str
) -> None:
    out = tmp_path / "links.parquet"
    with pytest.raises(IdentityError, match=refusal):
        link_tables(written(tmp_path, "a.parquet", table), None, model, out)
    assert not out.exists()


def test_a_block_that_explodes_is_refused_before_anything_is_compared(tmp_path: Path, model: Model) -> None:
    same = shops(2_000).set_column(2, "street", pa.array(["jalan"] * 2_000))
    out = tmp_path / "links.parquet"
    with pytest.raises(
        IdentityError, match=r"agree on l\.street = r\.street: .* more than 100,000"
    ) as refused:
        link_tables(written(tmp_path, "a.parquet", same), None, model, out, most_pairs=100_000)
    assert "warung" not in str(refused.value) and not out.exists()


def test_a_file_of_another_kind_is_refused(tmp_path: Path, model: Model) -> None:
    table = written(tmp_path, "a.parquet", shops(5))
    with pytest.raises(IdentityError, match=r"links\.xlsx is neither"):
        link_tables(table, None, model, tmp_path / "links.xlsx")
    (tmp_path / "b.parquet").write_text("no Parquet")
    with pytest.raises(IdentityError, match="cannot be read as parquet"):
        link_tables(table, tmp_path / "b.parquet", model, tmp_path / "links.csv")
    with pytest.raises(IdentityError, match="no probability"):
        link_tables(table, None, model, tmp_path / "links.csv", probability=50)


def test_a_csv_is_text_and_a_model_with_dates_says_so(tmp_path: Path) -> None:
    path, settings = tmp_path / "dated.json", shop_settings()
    settings["comparisons"][0]["comparison_levels"][2]["sql_condition"] = "year(shop_l) = year(shop_r)"
    path.write_text(json.dumps({"splink": settings}))
    with pytest.raises(IdentityError, match="Parquet files with typed columns"):
        link_tables(written(tmp_path, "a.csv", shops(5)), None, load_model(path), tmp_path / "links.csv")


def test_the_command_links_and_says_how_many(tmp_path: Path, model: Model) -> None:
    left, out = written(tmp_path, "a.csv", shops(40)), tmp_path / "links.csv"
    arguments = ["link-tables", str(left), "--out", str(out), "--model", str(tmp_path / "shops.json")]
    ended = CliRunner().invoke(cli.app, arguments)
    assert ended.exit_code == 0, ended.output
    assert "links among 40 rows" in ended.output and out.exists()
