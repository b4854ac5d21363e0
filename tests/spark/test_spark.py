"""Linking on Spark keeps the pairs that linking on DuckDB keeps; what cannot work is refused in time."""

import os
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sigap.engine import connect
from sigap.errors import SettingsError
from sigap.identity import spark_session
from sigap.identity.cascade import Linked, link_records
from sigap.identity.compared import Compared
from sigap.identity.model import Model, load_model
from sigap.identity.normalise import standardise
from sigap.identity.spark import SparkSearch, search_of
from sigap.identity.terms import Terms
from sigap.settings import load_settings
from sigap.synth.labelled import Labelled, draw_labelled
from spark.conftest import Cluster

pytestmark = pytest.mark.spark

MODEL = load_model()
WEIGHED = 'SELECT kind, "left", "right", match_weight FROM weighed WHERE NOT is_same_nik'


class Watched(SparkSearch):
    """A search on Spark that remembers what Spark itself weighed: kind, record_l, record_r, match_weight."""

    def __init__(self, master: str, folder: Path) -> None:
        super().__init__(master, folder)
        self.weighed: list[pa.Table] = []

    def _predict(self, place: Path, sides: list[str], model: Model, kind: str, least: float) -> None:
        super()._predict(place, sides, model, kind, least)
        found = pq.read_table(place / "found")
        self.weighed.append(found.append_column("kind", pa.array([kind] * found.num_rows, pa.string())))


@pytest.fixture(scope="module")
def drawn() -> Labelled:
    return draw_labelled(1200, 4000, "careless", 5)


def linked(
    workers: pa.Table,
    members: pa.Table,
    find: SparkSearch | None = None,
    before: Compared | None = None,
) -> tuple[Linked, pa.Table]:
    """What linking gives, and the pairs that were found and kept with the weights that DuckDB gave them."""
    with connect() as connection:
        tables(connection, workers, members)
        result = link_records(connection, MODEL, before=before, find=find)
        return result, connection.sql(WEIGHED).to_arrow_table()


def tables(connection: duckdb.DuckDBPyConnection, workers: pa.Table, members: pa.Table) -> None:
    for name, rows in {"worker": workers.sort_by("record"), "member": members}.items():
        connection.register(f"{name}_records", rows)
        standardise(connection, f"{name}_records", name, Terms.from_json(MODEL.terms))


def test_a_cluster_of_two_workers_links_as_duckdb_links(
    cluster: Cluster, drawn: Labelled, tmp_path: Path
) -> None:
    find = Watched(cluster.master, tmp_path / "link")
    try:
        result, kept = linked(drawn.workers, drawn.members, find)
        theirs = pa.concat_tables(find.weighed)
        assert cluster.state()["coresused"] == 2, "both workers take part"
        month = drawn.workers.slice(100), drawn.members.slice(0, 3800)
        after, _ = linked(*month, find, before=result.compared)
    finally:
        find.close()
    expected, _ = linked(drawn.workers, drawn.members)
    assert {name for name, count in expected.counts.items() if count > 10} >= {
        "rows_same", "rows_review", "membership_same", "membership_review",
    }, "hardly a pair was judged: this test would prove nothing"  # fmt: skip
    assert result.pairs.equals(expected.pairs)
    assert result.entities.equals(expected.entities)
    assert kept.num_rows > 100
    assert furthest(kept, theirs) < 1e-6
    assert after.pairs.equals(linked(*month)[0].pairs), "a month after another"
    assert list((tmp_path / "link").iterdir()) == [], "nobody's record stays behind"


def furthest(kept: pa.Table, theirs: pa.Table) -> float:
    """By how much the weights of DuckDB and of Spark differ at most; every pair kept was weighed by both."""
    with connect() as connection:
        connection.register("kept", kept)
        connection.register("theirs", theirs)
        off, unknown = connection.sql(
            "SELECT max(abs(kept.match_weight - t.match_weight)), count(*) FILTER (record_l IS NULL) "
            "FROM kept LEFT JOIN theirs AS t "
            "ON (t.kind, t.record_l, t.record_r) = (kept.kind, kept.left, kept.right)"
        ).fetchall()[0]
    assert unknown == 0
    return float(off)


def test_spark_in_this_process_links_as_duckdb_links(tmp_path: Path) -> None:
    drawn = draw_labelled(200, 600, "careless", 9)
    with search_of("local[2]", tmp_path) as find:
        result, _ = linked(drawn.workers, drawn.members, find)
    assert result.pairs.num_rows > 50
    assert result.pairs.equals(linked(drawn.workers, drawn.members)[0].pairs)


def test_words_are_as_alike_on_spark_as_in_duckdb(drawn: Labelled, tmp_path: Path) -> None:
    from sigap.identity.spark_dialect import in_spark

    with connect() as connection:
        tables(connection, drawn.workers, drawn.members)
        pairs = connection.sql(
            "WITH whole AS (SELECT l.name AS one, r.name AS other FROM worker AS l JOIN member AS r "
            "ON (l.record + r.record) % 40 = 0 WHERE one IS NOT NULL AND other IS NOT NULL), "
            "every AS (FROM whole UNION ALL SELECT split_part(one, ' ', 1), split_part(other, ' ', 1) "
            "FROM whole UNION ALL SELECT one, one || ' A' FROM whole) "
            "SELECT one, other, jaro_winkler_similarity(one, other) AS alike FROM every"
        )
        pairs.write_parquet(str(tmp_path / "pairs.parquet"))
    session = spark_session.start_session("local[2]")
    try:
        from splink.backends.spark import SparkAPI

        SparkAPI(spark_session=session)  # brings Splink's functions
        session.read.parquet(str(tmp_path / "pairs.parquet")).createOrReplaceTempView("pairs")
        alike = in_spark("jaro_winkler_similarity(one, other)")
        row = session.sql(
            f"SELECT count(*) AS pairs, count_if(alike >= 0.7) AS near, "
            f"max(abs(alike - ours)) FILTER (WHERE alike >= 0.7 OR ours >= 0.7) AS off "
            f"FROM (SELECT alike, {alike} AS ours FROM pairs)"
        ).first()
        hamming = in_spark("hamming('1234567890123456', '1234567980123456')")
        assert session.sql(f"SELECT {hamming} AS places").first()["places"] == 2
    finally:
        session.stop()
    assert row["pairs"] > 100_000
    assert row["near"] > 1_000
    assert row["off"] < 1e-12


def test_a_master_that_does_not_answer_is_refused_at_once(tmp_path: Path) -> None:
    begun = time.monotonic()
    with (
        pytest.raises(SettingsError, match=r"Nothing answers at spark://127\.0\.0\.1:9 "),
        search_of("spark://127.0.0.1:9", tmp_path),
    ):
        pass
    assert time.monotonic() - begun < 10


def test_a_master_without_workers_is_refused_in_time(
    lonely_master: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark_session, "_WORKERS_S", 3)
    with pytest.raises(SettingsError, match=r"No worker of spark://.* took the work within 3 seconds"):
        spark_session.start_session(lonely_master.master)


def test_without_pyspark_the_file_to_install_is_named() -> None:
    script = "from sigap.identity.spark_session import ask_for_spark; ask_for_spark('local[2]')"
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    run = subprocess.run(
        [sys.executable, "-c", script], env=plain, capture_output=True, text=True, check=False
    )
    assert "PySpark is not installed. Install requirements-spark.txt" in run.stderr


def test_without_java_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with (
        pytest.raises(SettingsError, match=r"there is no Java\. Install Java 17"),
        search_of("local[2]", tmp_path),
    ):
        pass


def test_duckdb_needs_nothing(tmp_path: Path) -> None:
    with search_of("duckdb", tmp_path / "link") as find:
        assert find is None
    assert not (tmp_path / "link").exists()


@pytest.mark.parametrize("engine", ["spark", "spark://nobody", "local", "local[0]", "spark://a b:7077"])
def test_an_engine_that_does_not_exist_is_refused_with_those_that_do(
    engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGAP_LINK_ENGINE", engine)
    with pytest.raises(SettingsError, match=r"SIGAP_LINK_ENGINE \(duckdb, or Spark as spark://host:port"):
        load_settings()
