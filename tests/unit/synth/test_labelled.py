"""Labelled data: the same bytes for a seed, the shares a profile says, a truth that tells people apart."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sigap.domain.datasets import RECORDS
from sigap.domain.nik import decode_niks
from sigap.engine import connect
from sigap.errors import SettingsError
from sigap.synth.labelled import Labelled, draw_labelled, profile_names, write_labelled
from sigap.synth.labelled.profiles import profile
from sigap.synth.places import sector_codes

WORKERS, MEMBERS = 40_000, 60_000


@pytest.fixture(scope="module")
def standing() -> Labelled:
    return draw_labelled(WORKERS, MEMBERS)


@pytest.fixture
def engine(standing: Labelled) -> duckdb.DuckDBPyConnection:
    return engine_of(standing)


def engine_of(labelled: Labelled) -> duckdb.DuckDBPyConnection:
    """`workers` and `members` as written, with `person`, `kind` (registry or association) and the words."""
    connection = connect()
    for name in ("workers", "members"):
        connection.register(f"{name}_rows", getattr(labelled, name))
        connection.register(f"{name}_truth", getattr(labelled, f"truth_{name}"))
        connection.execute(
            f"CREATE TABLE {name} AS SELECT *, lower(full_name) AS name, person // 4 AS family,"
            "CASE source WHEN 'dtks' THEN 'registry' ELSE 'association' END AS kind"
            f" FROM {name}_rows JOIN {name}_truth USING (record)"
        )
    return connection


def one(connection: duckdb.DuckDBPyConnection, statement: str) -> float:
    return float(connection.sql(statement).fetchall()[0][0])


def digests(files: Mapping[str, Path]) -> dict[str, str]:
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}


def test_a_seed_gives_the_same_bytes_and_another_seed_other_people(tmp_path: Path) -> None:
    first = write_labelled(tmp_path / "first", 800, 1500, seed=3)
    again = write_labelled(tmp_path / "again", 800, 1500, seed=3)
    other = write_labelled(tmp_path / "other", 800, 1500, seed=4)
    assert digests(first) == digests(again)
    assert not set(digests(first).values()) & set(digests(other).values())
    niks = [set(pq.read_table(files["members"])["nik"].to_pylist()) for files in (first, other)]
    assert len(niks[0] & niks[1]) < 15


def test_what_is_streamed_into_files_is_what_is_drawn_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = draw_labelled(700, 1300, "careless", 5)
    monkeypatch.setattr("sigap.synth.labelled._CHUNK", 256)
    files = write_labelled(tmp_path, 700, 1300, "careless", 5)
    assert pq.ParquetFile(files["members"]).num_row_groups == 6, "one piece would prove nothing"
    for name, path in files.items():
        assert pq.read_table(path).equals(getattr(drawn, name)), name


def test_the_tables_have_the_columns_of_records_and_the_sizes_asked_for(standing: Labelled) -> None:
    for table, rows in ((standing.workers, WORKERS), (standing.members, MEMBERS)):
        assert table.schema == RECORDS
        assert table.num_rows == rows
    assert set(standing.workers["source"].to_pylist()) == {"dtks", *sector_codes()}
    assert set(standing.members["source"].to_pylist()) == {"memberships"}


def test_every_record_has_one_person(standing: Labelled) -> None:
    for rows, truth in (
        (standing.workers, standing.truth_workers),
        (standing.members, standing.truth_members),
    ):
        records = list(range(1, rows.num_rows + 1))
        assert rows["record"].to_pylist() == truth["record"].to_pylist() == records
        assert truth["person"].null_count == 0


def test_the_order_of_the_rows_tells_nothing(engine: duckdb.DuckDBPyConnection) -> None:
    neighbours = "SELECT person, lag(family) OVER (ORDER BY record) AS before, family FROM members"
    assert one(engine, f"SELECT count(*) FROM ({neighbours}) WHERE family = before") < 10


def test_people_stand_in_lists_and_memberships_as_often_as_the_profile_says(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    assert one(engine, "SELECT avg((kind = 'registry')::INT) FROM workers") == pytest.approx(0.75, abs=0.01)
    people = "SELECT person, count(*) AS rows, count(DISTINCT source) AS lists FROM workers GROUP BY person"
    assert one(engine, f"SELECT avg((rows > 1)::INT) FROM ({people})") == pytest.approx(0.10, abs=0.01)
    assert one(engine, f"SELECT count(*) FROM ({people}) WHERE rows <> lists") == 0
    insured = "SELECT DISTINCT person, person IN (SELECT person FROM members) AS is_insured FROM workers"
    assert one(engine, f"SELECT avg(is_insured::INT) FROM ({insured})") == pytest.approx(0.40, abs=0.01)
    memberships = "SELECT person, count(*) AS rows FROM members GROUP BY person"
    assert one(engine, f"SELECT avg((rows = 2)::INT) FROM ({memberships})") == pytest.approx(0.03, abs=0.005)
    assert one(engine, f"SELECT max(rows) FROM ({memberships})") == 2


@pytest.mark.parametrize("name", profile_names())
def test_what_is_missing_is_missing_as_often_as_the_profile_says(name: str, standing: Labelled) -> None:
    labelled = standing if name == "standing" else draw_labelled(20_000, 20_000, name)
    engine = engine_of(labelled)
    for kind, table in (("registry", "workers"), ("association", "workers"), ("members", "members")):
        said = profile(name).tree[kind]
        where = "" if kind == "members" else f"WHERE kind = '{kind}'"
        rows = one(engine, f"SELECT count(*) FROM {table} {where}")
        expected = {
            "nik IS NULL AND nik_digits IS NULL": said["nik"]["missing"],
            "nik_digits IS NOT NULL": said["nik"]["excel"] + said["nik"]["short"],
            "birth_date IS NULL": said["birth_date"]["missing"],
            "sex IS NULL": said["sex"]["missing"],
            "kelurahan_code IS NULL": said["place"]["missing"],
            "kk IS NOT NULL": said["kk"]["present"],
            "mother_name IS NOT NULL": said["mother"]["present"],
            "phone IS NOT NULL": said["phone"]["present"],
        }
        for condition, share in expected.items():
            found = one(engine, f"SELECT avg(({condition})::INT) FROM {table} {where}")
            tolerance = 4 * (max(share * (1 - share), 0.002) / rows) ** 0.5
            assert found == pytest.approx(share, abs=tolerance), (kind, condition)


@pytest.mark.parametrize("kind", ["registry", "association"])
def test_what_is_wrong_is_wrong_as_often_as_the_profile_says(
    kind: str, engine: duckdb.DuckDBPyConnection
) -> None:
    """Seen on insured people, whose membership is wrong now and then itself."""
    said, members = profile("standing").tree[kind], profile("standing").tree["members"]
    pairs = f"FROM workers AS w JOIN members AS m USING (person) WHERE w.kind = '{kind}'"
    kept = 1 - sum(said["nik"][flaw] for flaw in ("missing", "excel", "short"))
    differ = one(engine, f"SELECT avg((w.nik <> m.nik)::INT) {pairs}")
    assert differ == pytest.approx(said["nik"]["wrong"] / kept + members["nik"]["wrong"], abs=0.01)
    renamed = one(engine, f"SELECT avg((w.name <> m.name)::INT) {pairs}")
    altered = 1 - (1 - said["name"]["altered"]) * (1 - members["name"]["altered"])
    assert renamed == pytest.approx(altered, abs=0.025)
    swapped = "day(w.birth_date) = month(m.birth_date) AND month(w.birth_date) = day(m.birth_date)"
    swaps = one(engine, f"SELECT avg(({swapped} AND w.birth_date <> m.birth_date)::INT) {pairs}")
    shares = said["birth_date"]["swapped"] + members["birth_date"]["swapped"]
    assert swaps == pytest.approx(shares, abs=0.008)
    redated = one(engine, f"SELECT avg((w.birth_date <> m.birth_date)::INT) {pairs}")
    flaws = sum(share for part in (said, members) for share in part["birth_date"].values())
    assert redated == pytest.approx(flaws - said["birth_date"]["missing"], abs=0.015)


def test_niks_are_numbers_somebody_could_have(standing: Labelled) -> None:
    for table in (standing.workers, standing.members):
        nik = table["nik"].drop_null()
        states = decode_niks(nik, pa.array(["text"] * len(nik)))["nik_state"].to_pylist()
        assert states.count("valid") / len(states) > 0.995
    engine = engine_of(standing)
    digits = "SELECT DISTINCT length(nik_digits) FROM workers WHERE nik_digits IS NOT NULL"
    assert engine.sql(digits).fetchall() == [(15,)]
    assert one(engine, "SELECT count(*) FROM workers WHERE nik IS NOT NULL AND nik_digits IS NOT NULL") == 0
    serials = "SELECT avg((right(nik, 4)::INT >= 9000)::INT) FROM members"
    assert one(engine, serials) > 0.99, "invented people have serials that real registration does not reach"


def test_twins_are_two_people_with_one_birth_date_and_one_mother(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    everybody = (
        "SELECT person, any_value(family) AS family, mode(birth_date) AS birth_date, mode(nik) AS nik,"
        "mode(lower(mother_name)) AS mother FROM (FROM workers UNION ALL BY NAME FROM members)"
        " GROUP BY person"
    )
    twins = (
        f"FROM ({everybody}) AS a JOIN ({everybody}) AS b ON a.family = b.family AND a.person + 1 = b.person"
        " AND a.birth_date = b.birth_date"
    )
    pairs = one(engine, f"SELECT count(*) {twins}")
    people = one(engine, f"SELECT count(*) FROM ({everybody})")
    # Of four in a family 3.2 % have twins, and both of a pair stand in the tables less often than one.
    assert 0.002 < pairs / people < 0.009
    assert one(engine, f"SELECT avg((a.mother = b.mother)::INT) {twins}") > 0.75
    neighbours = "abs(a.nik::BIGINT - b.nik::BIGINT) = 1"
    assert 0.4 < one(engine, f"SELECT avg(({neighbours})::INT) {twins}") < 0.9


def test_families_namesakes_and_shared_niks_occur(engine: duckdb.DuckDBPyConnection) -> None:
    same_day = (
        "SELECT count(*) FROM workers AS w JOIN members AS m ON w.name = m.name"
        " AND w.birth_date = m.birth_date AND w.family <> m.family"
    )
    assert one(engine, same_day) > 15
    same_nik = "SELECT count(*) FROM workers AS w JOIN members AS m USING (nik) WHERE w.family <> m.family"
    assert 1 <= one(engine, same_nik) < 200
    households = "SELECT kk FROM workers WHERE kk IS NOT NULL GROUP BY kk HAVING count(DISTINCT person) > 1"
    assert one(engine, f"SELECT count(*) FROM ({households})") > 2000
    siblings = "FROM workers AS w JOIN members AS m ON w.family = m.family AND w.person <> m.person"
    assert one(engine, f"SELECT count(*) {siblings} AND lower(w.mother_name) = lower(m.mother_name)") > 1000
    new_year = "SELECT avg((strftime(birth_date, '%m-%d') = '01-01')::INT) FROM members"
    assert one(engine, f"{new_year} WHERE birth_date < '1966-01-01'") == pytest.approx(0.0247, abs=0.006)
    newcomers = "SELECT avg((left(nik, 4) <> '3275')::INT) FROM members"
    assert 0.03 < one(engine, newcomers) < 0.14


def test_frequent_names_are_frequent_and_most_names_are_rare(engine: duckdb.DuckDBPyConnection) -> None:
    first = "SELECT split_part(name, ' ', 1) AS word, count(*) AS rows FROM members GROUP BY word"
    assert 0.03 < one(engine, f"SELECT max(rows) / {MEMBERS} FROM ({first})") < 0.09
    assert one(engine, "SELECT count(DISTINCT name) / count(*) FROM members") > 0.6
    words = "SELECT avg((len(string_split(name, ' ')) BETWEEN 1 AND 4)::INT) FROM members"
    assert one(engine, words) > 0.999
    capitals = "SELECT avg((full_name = upper(full_name))::INT) FROM workers WHERE kind = "
    assert one(engine, f"{capitals} 'registry'") == 1
    assert one(engine, f"{capitals} 'association'") == pytest.approx(0.45, abs=0.03)


def test_profiles_differ_and_an_unknown_one_is_refused() -> None:
    assert profile_names()[0] == "standing"
    assert len(profile_names()) >= 3
    with pytest.raises(SettingsError, match="standing, careless"):
        draw_labelled(10, 100, "no such profile")


def test_too_few_members_are_refused() -> None:
    with pytest.raises(SettingsError, match="5000 workers need at least"):
        draw_labelled(5000, 1000)
