"""Editions of region codes in a real warehouse: loaded once, from csv, used from their day on."""

import datetime as dt
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from sigap.cli import app
from sigap.domain.period import Period
from sigap.domain.region import nik_prefixes, shipped_regions
from sigap.errors import QualityError
from sigap.pipeline.regions import Held, list_editions, load_edition, regions_in_force
from sigap.pipeline.resources import Resources
from sigap.warehouse.tables import quality

NEW_YEAR = dt.date(2026, 1, 1)
LAYERS = {  # invented places in the layout of the npm package idn-area-data
    "provinces.csv": "code,name\n33,Jawa Tengah\n",
    "regencies.csv": "code,province_code,name\n33.02,33,Kabupaten Uji\n",
    "districts.csv": 'code,regency_code,name\n33.02.24,33.02,"Uji, Timur"\n33.02.25,33.02,Uji Barat\n',
    "villages.csv": (
        "code,district_code,name\n33.02.24.1001,33.02.24,Uji Satu\n33.02.25.2001,33.02.25,Uji Dua\n"
    ),
}


def files(folder: Path, contents: dict[str, str], encoding: str = "utf-8") -> list[Path]:
    for name, content in contents.items():
        (folder / name).write_text(content, encoding=encoding, newline="")
    return [folder / name for name in contents]


def load(resources: Resources, paths: list[Path], name: str = "Uji 1/2026", day: dt.date = NEW_YEAR) -> Held:
    return load_edition(paths, name, day, "idn-area-data", False, "dina", resources)


def stored(resources: Resources) -> list[tuple[str, str, str | None]]:
    kept = quality.region.c
    with resources.warehouse.connect() as connection:
        wanted = select(kept.region_code, kept.name, kept.bps_code).order_by(kept.region_code)
        return [tuple(row) for row in connection.execute(wanted)]


@pytest.mark.parametrize("dots", [True, False])
def test_an_edition_is_loaded_from_the_files_of_all_levels_with_dots_or_without(
    resources: Resources, tmp_path: Path, dots: bool
):
    contents = LAYERS if dots else {name: text.replace(".", "") for name, text in LAYERS.items()}
    held = load(resources, files(tmp_path, contents))
    assert held.regions == {"provinces": 1, "regencies": 1, "kecamatan": 2, "kelurahan": 2}
    assert stored(resources) == [
        ("33", "Jawa Tengah", None),
        ("33.02", "Kabupaten Uji", None),
        ("33.02.24", "Uji, Timur", None),
        ("33.02.24.1001", "Uji Satu", None),
        ("33.02.25", "Uji Barat", None),
        ("33.02.25.2001", "Uji Dua", None),
    ]
    shipped, loaded = list_editions(resources)
    assert (shipped.actor, loaded.actor) == (None, "dina")
    assert loaded == held


def test_a_single_file_may_bring_the_numbers_of_bps(resources: Resources, tmp_path: Path):
    lines = ("code,name,bps_code", "32.75.02,Bekasi Barat,3275060", "32.75.02.1005,Jakasampurna,3275060003")
    load(resources, files(tmp_path, {"kota.csv": "\ufeff" + "\r\n".join(lines)}))
    assert stored(resources)[1] == ("32.75.02.1005", "Jakasampurna", "3275060003")


def test_an_edition_counts_from_the_month_of_its_first_day(resources: Resources, tmp_path: Path):
    load(resources, files(tmp_path, LAYERS), day=dt.date(2026, 2, 28))
    with resources.warehouse.connect() as connection:
        before, after = (regions_in_force(connection, Period(2026, month)) for month in (1, 2))
    shipped = shipped_regions()
    assert before.sha256 == shipped.sha256
    assert after.sha256 != shipped.sha256
    assert after.places.num_rows == shipped.places.num_rows + 5, "Jawa Tengah stands in both"
    new = set(nik_prefixes(after)["prefix"].to_pylist()) - set(nik_prefixes(before)["prefix"].to_pylist())
    assert new == {"3302", "330224", "330225"}


@pytest.mark.parametrize(
    ("contents", "sentence"),
    [
        ({"a.csv": "kode,nama\n33,Uji\n"}, "another header"),
        ({"a.csv": "code;name\n33;Uji\n"}, "another header"),
        ({"a.csv": "code,name,NIK Budi\n33,Uji,x\n"}, "another header"),
        ({"a.csv": "code,name,name\n33,Uji,Uji\n"}, "another header"),
        ({"a.csv": ""}, "another header"),
        ({"a.csv": "code,name\n"}, "no regions"),
        ({"a.csv": "code,name\n33,Uji,zuviel\n"}, "more or fewer cells"),
        (
            {"a.csv": "code,name\n33,Uji\n33,Uji Lagi\n"},
            "a.csv, line 3: a code stands there for the second time",
        ),
        ({"a.csv": "code,name\n33,Uji\n", "b.csv": "code,name\n33,Uji\n"}, "b.csv, line 2: a code stands"),
        (
            {"a.csv": "code,name\n33.02,Uji\n34.02,Uji\n33.02.01.1001,Uji\n"},
            "line 4: the region above stands in no",
        ),
        ({"a.csv": "code,name\n33,Uji\n3302010,Uji\n"}, "line 3: a code has not 2, 4, 6 or 10"),
        ({"a.csv": "code,name\n33,\n"}, "line 2: a region has no name"),
        ({"a.csv": "code,name,bps_code\n33,Uji,33x\n"}, "line 2: a bps_code has not"),
        ({"a.csv": "code,name,bps_code\n33,Uji,33\n34,Uji,33\n"}, "line 3: a bps_code stands"),
        ({"a.csv": "code,province_code,name\n33.02,34,Uji\n"}, "line 2: a code does not begin"),
    ],
)
def test_a_table_with_a_fault_is_refused_in_one_sentence_and_nothing_is_kept(
    resources: Resources, tmp_path: Path, contents: dict[str, str], sentence: str
):
    with pytest.raises(QualityError, match=sentence) as refused:
        load(resources, files(tmp_path, contents))
    assert not {"Uji", "Budi", "zuviel"} & set(str(refused.value).replace(",", " ").split())
    assert stored(resources) == []
    assert len(list_editions(resources)) == 1


def test_a_file_that_is_not_utf_8_or_not_there_is_refused(resources: Resources, tmp_path: Path):
    with pytest.raises(QualityError, match="not UTF-8"):
        load(resources, files(tmp_path, {"a.csv": "code,name\n33,Jawa Tengah é\n"}, "cp1252"))
    with pytest.raises(QualityError, match="cannot be read"):
        load(resources, [tmp_path / "missing.csv"])


def test_an_edition_is_loaded_once_and_never_changed(resources: Resources, tmp_path: Path):
    paths = files(tmp_path, LAYERS)
    load(resources, paths)
    with pytest.raises(QualityError, match="is loaded already"):
        load(resources, paths[:1])
    with pytest.raises(QualityError, match="needs a name"):
        load(resources, paths, name=" ")
    assert len(stored(resources)) == 6
    for table in ("edition", "region"):
        with pytest.raises(DBAPIError) as refused, resources.warehouse.begin() as connection:
            connection.execute(text(f"DELETE FROM quality.{table}"))
        assert isinstance(refused.value.orig, psycopg.Error)
    with resources.warehouse.connect() as connection:
        assert connection.execute(select(func.count()).select_from(quality.region)).scalar_one() == 6


def test_the_command_loads_and_lists_editions(home: Path, tmp_path: Path):
    paths = [str(path) for path in files(tmp_path, LAYERS)]
    facts = ["--edition", "Uji 1/2026", "--valid-from", "2026-01-01", "--source", "uji"]
    run = CliRunner()
    loaded = run.invoke(app, ["regions", "load", *paths, *facts, "--as", "dina"])
    assert loaded.exit_code == 0, loaded.output
    assert "2 kecamatan, 2 kelurahan" in loaded.output
    listed = run.invoke(app, ["regions", "list"])
    assert listed.exit_code == 0, listed.output
    assert "Uji 1/2026" in listed.output
    assert "dina" in listed.output
    assert "SIGAP" in listed.output
