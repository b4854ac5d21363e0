"""A month of the social registry, fetched in pieces from a real database and from files."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from sqlalchemy import func, select

from sigap.domain.period import Period
from sigap.errors import SettingsError, SourceError
from sigap.pipeline.collect import collect, list_deliveries
from sigap.pipeline.extract import extract, fetch_unit, finish_extract, plan_extract, standing
from sigap.pipeline.resources import Resources
from sigap.warehouse.tables import audit, sources
from sigap_stack.postgres import Postgres, ensure_database

MARCH = Period(2026, 3)
COLUMNS = (
    "idsemesta", "nik", "nokk", "nama", "tgl_lahir", "jenis_kelamin", "alamat", "kelurahan", "kecamatan",
    "desil", "is_nonaktif", "keterangan_meninggal",
)  # fmt: skip
KECAMATAN = ("Bekasi Barat", "Bekasi Timur", None)
CANARY = "Kenari Ujicoba"


def people(number: int) -> list[tuple[object, ...]]:
    return [
        (
            1000 + n,
            3275010101900000 + n,
            f"3275010101{n:06d}",
            f"{CANARY} {n}",
            "1990-01-01",
            "L",
            "Jl. Uji 1",
            "Kranji",
            KECAMATAN[n % 3],
            1 + n % 5,
            None,
            None,
        )
        for n in range(number)
    ]


def quiet(verb: str, detail: str) -> None:
    pass


@pytest.fixture
def lay_registry(postgres: Postgres, request: pytest.FixtureRequest) -> Callable[[int], str]:
    """A registry's database as its keeper would open it: numbers as numbers, dates as dates."""

    def lay(number: int) -> str:
        name = f"registry_{abs(hash(request.node.name)) % 10**8}"
        ensure_database(postgres.url("postgres"), name)
        with psycopg.connect(postgres.url(name)) as connection:
            connection.execute("DROP TABLE IF EXISTS dtsen")
            connection.execute(
                "CREATE TABLE dtsen (idsemesta bigint, nik bigint, nokk text, nama text, tgl_lahir date,"
                " jenis_kelamin text, alamat text, kelurahan text, kecamatan text, desil int,"
                " is_nonaktif text, keterangan_meninggal text)"
            )
            connection.cursor().executemany(
                f"INSERT INTO dtsen VALUES ({', '.join(['%s'] * len(COLUMNS))})", people(number)
            )
        return postgres.url(name)

    return lay


def reading(resources: Resources, registry: str) -> Resources:
    return replace(resources, settings=resources.settings.model_copy(update={"registry": registry}))


def fetched(resources: Resources) -> int:
    """How many units were fetched so far: each leaves an outcome."""
    outcome = audit.outcome.c
    wanted = select(func.count()).where(
        outcome.verb == "extract", outcome.subject.like("unit %"), outcome.status == "ok"
    )
    with resources.warehouse.connect() as connection:
        return connection.execute(wanted).scalar_one()


def test_every_row_of_the_table_is_in_exactly_one_unit_and_arrives_as_text(
    resources: Resources, lay_registry: Callable[[int], str]
) -> None:
    resources = reading(resources, lay_registry(100))
    found = extract(MARCH, resources, quiet, page_rows=7)
    assert (found.units, found.done, found.rows) == (15, 15, 100)
    assert found.file is not None
    rows = pq.read_table(found.file)
    assert sorted(rows["idsemesta"].to_pylist()) == [str(1000 + n) for n in range(100)]
    assert set(rows.schema.types) == {pa.string()}
    assert rows["nik"][0].as_py().startswith("32750101019") and len(rows["nik"][0].as_py()) == 16
    result = collect(MARCH, list_deliveries(MARCH, "dtks", resources)[0], resources)
    assert (result.outcome, result.batch.rows if result.batch else 0) == ("accepted", 100)


def test_a_crash_costs_only_the_unit_at_work(
    resources: Resources, lay_registry: Callable[[int], str]
) -> None:
    resources = reading(resources, lay_registry(60))
    units = plan_extract(MARCH, resources, page_rows=10)
    for unit_id in units[:2]:
        fetch_unit(MARCH, unit_id, resources)
    with pytest.raises(SourceError, match="4 of 6 units"):
        finish_extract(MARCH, resources)
    assert plan_extract(MARCH, resources) == units[2:]
    assert extract(MARCH, resources, quiet).rows == 60
    assert fetched(resources) == 6


def test_a_killed_extract_goes_on_where_it_stopped(
    resources: Resources, lay_registry: Callable[[int], str], home: Path
) -> None:
    registry = lay_registry(40)
    command = [sys.executable, "-m", "sigap", "registry", "extract", "2026-03", "--page-rows", "1"]
    environment = os.environ | {"SIGAP_REGISTRY": registry}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        deadline = time.monotonic() + 60
        while fetched(resources) < 3 and time.monotonic() < deadline and running.poll() is None:
            time.sleep(0.02)
        running.send_signal(signal.SIGKILL)
    before = fetched(resources)
    assert 3 <= before < 40
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert "40 rows in 40 units" in ended.stdout
    assert fetched(resources) <= 41  # at most the unit at work was fetched again
    assert CANARY not in ended.stdout + ended.stderr


def test_a_finished_extract_is_left_alone(resources: Resources, lay_registry: Callable[[int], str]) -> None:
    resources = reading(resources, lay_registry(9))
    first = extract(MARCH, resources, quiet)
    assert extract(MARCH, resources, quiet) == first
    assert fetched(resources) == first.units
    assert standing(MARCH, resources) == replace(first, file=None)


def test_a_registry_that_changed_meanwhile_is_refused_and_planned_anew_on_request(
    resources: Resources, lay_registry: Callable[[int], str]
) -> None:
    address = lay_registry(30)
    resources = reading(resources, address)
    units = plan_extract(MARCH, resources, page_rows=10)
    with psycopg.connect(address) as connection:
        connection.execute("DELETE FROM dtsen WHERE idsemesta = 1003")
    with pytest.raises(SourceError, match="the registry has changed"):
        for unit_id in units:
            fetch_unit(MARCH, unit_id, resources)
    with resources.warehouse.connect() as connection:
        assert "failed" in connection.execute(select(sources.extract_unit.c.state)).scalars().all()
    assert extract(MARCH, resources, quiet, again=True, page_rows=10).rows == 29


def test_a_unit_whose_file_was_changed_is_fetched_again(
    resources: Resources, lay_registry: Callable[[int], str], tmp_path: Path
) -> None:
    resources = reading(resources, lay_registry(12))
    for unit_id in plan_extract(MARCH, resources, page_rows=4):
        fetch_unit(MARCH, unit_id, resources)
    piece = sorted((tmp_path / "home" / "lake" / "extracts").rglob("*.parquet"))[0]
    piece.write_bytes(b"other")
    with pytest.raises(SourceError, match="fetches that unit anew"):
        finish_extract(MARCH, resources)
    assert extract(MARCH, resources, quiet).rows == 12
    assert not list((tmp_path / "home" / "lake" / "extracts").rglob("*.parquet"))


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_a_file_is_fetched_in_the_same_pieces_as_a_table(
    resources: Resources, lay_registry: Callable[[int], str], tmp_path: Path, ending: str
) -> None:
    rows = pa.table(
        {
            name: [str(v) if v is not None else None for v in values]
            for name, values in zip(COLUMNS, zip(*people(50), strict=True), strict=True)
        }
    )
    file = tmp_path / f"dtsen.{ending}"
    if ending == "csv":
        pa_csv.write_csv(rows, file)
    else:
        pq.write_table(rows, file)
    from_file = extract(MARCH, reading(resources, str(file)), quiet, page_rows=8)
    from_table = extract(Period(2026, 4), reading(resources, lay_registry(50)), quiet, page_rows=8)
    assert (from_file.units, from_file.rows) == (from_table.units, from_table.rows)
    assert from_file.file and from_table.file
    found, wanted = (pq.read_table(one).sort_by("idsemesta") for one in (from_file.file, from_table.file))
    assert found["nama"].to_pylist() == wanted["nama"].to_pylist()


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        ("UPDATE dtsen SET idsemesta = 1001", "a key that is filled and unique"),
        ("DELETE FROM dtsen", "the registry has no rows"),
        ("ALTER TABLE dtsen DROP COLUMN kecamatan", "columns of the registry are called like kecamatan"),
        ("DROP TABLE dtsen", "no table dtsen"),
    ],
)
def test_a_registry_that_cannot_be_divided_is_refused_without_quoting_anybody(
    resources: Resources, lay_registry: Callable[[int], str], spoil: str, sentence: str
) -> None:
    address = lay_registry(5)
    with psycopg.connect(address) as connection:
        connection.execute(spoil)
    with pytest.raises(SourceError, match=sentence) as refused:
        extract(MARCH, reading(resources, address), quiet)
    assert CANARY not in str(refused.value) and address not in str(refused.value)


def test_an_address_that_leads_nowhere_is_refused_without_its_password(
    resources: Resources, tmp_path: Path
) -> None:
    for address in (
        "postgresql://pembaca:rahasia@127.0.0.1:1/dtsen",
        "nonsense://rahasia@x/y",
        str(tmp_path / "rahasia.csv"),
    ):
        with pytest.raises(SourceError) as refused:
            extract(MARCH, reading(resources, address), quiet)
        assert not any(part in str(refused.value) for part in ("pembaca", "127.0.0.1", "@"))


def test_without_a_registry_the_message_says_what_to_set(resources: Resources) -> None:
    with pytest.raises(SettingsError, match="SIGAP_REGISTRY"):
        plan_extract(MARCH, resources)
