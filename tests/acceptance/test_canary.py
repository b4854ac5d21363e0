"""People planted in every source, in good rows and in bad ones, are named nowhere but where they belong."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from acceptance.home import Home, make_home
from sigap.domain.source import SourceEntry
from sigap.sources.catalog import load_catalog
from sigap_stack.postgres import Postgres

PERIOD = "2026-01"
NIK, PHONE = "3275011708809991", "081299988877"
CANARY = {
    "nik": NIK,
    "full_name": "Zulkenari Ujicoba",
    "birth_date": "1980-08-17",
    "birth_place": "Kenariwangi",
    "sex": "L",
    "address": "Gang Kenari 77",
    "kelurahan": "Kranji",
    "kecamatan": "Bekasi Barat",
    "desil": "2",
    "phone": PHONE,
    "mother_name": "Siti Kenari",
    "kk": "3275010101018889",
    "dtks_id": "777000111222",
    "kpj": "99988877711",
    "segment": "BPU",
    "status": "AKTIF",
    "payer_code": "SG01",
    "payer_name": "Kenari Sejahtera",
    "programmes": "JKK,JKM",
    "coverage_start": "2025-01-01",
    "coverage_end": "2026-12-31",
    "last_paid_month": "2025-12",
    "as_of_date": "2026-01-02",
}
SYLLABLES = ("ba", "ci", "du", "fe", "go", "ha", "ki", "lu", "me")  # a stranger's name for each good row
TOKENS = ("kenari", NIK, PHONE, "3275010101018889", "777000111222", "99988877711")
FLAWS = (
    {},
    {"nik": ""},
    {"nik": "3.27501E+15"},
    {"nik": "0000000000000000"},
    {"nik": "Kenari tidak punya KTP"},
    {"birth_date": "30-02-Kenari"},
    {"birth_date": "17/25/1980"},
    {"full_name": ""},
    {"kelurahan": "Kampung Kenari", "kecamatan": "Kenari Kidul"},
    {"sex": "kenari", "desil": "kenari", "segment": "kenari", "status": "kenari"},
    {"address": '=HYPERLINK("kenari")', "full_name": "+Kenari\u202e\x07"},
)
TABLES = ("audit.outcome", "sources.delivery", "quality.validation", "quality.duplicate", "audit.approval")


@pytest.fixture(scope="module")
def home(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = make_home(postgres, tmp_path_factory.mktemp("canary"))
    for entry in load_catalog().values():
        if entry.kind in ("workers", "memberships"):
            plant(home, entry)
    return home


def plant(home: Home, entry: SourceEntry) -> None:
    """Three files of one sender: a list, one whose header changed, one that is torn in the canary's line."""
    folder = home.inbox / PERIOD / entry.group
    folder = folder / entry.code if entry.group == "associations" else folder
    folder.mkdir(parents=True, exist_ok=True)
    columns = [name for name in entry.columns if name in CANARY]
    headers = [entry.columns[name].headers[0] for name in columns]
    lines = [[{**CANARY, **flaw}[name] for name in columns] for flaw in FLAWS]
    write(folder / "daftar.csv", [headers, *lines, *good_lines(entry, columns)])
    changed = [
        f"{header} peserta ybs" if name == "full_name" else header
        for name, header in zip(columns, headers, strict=True)
    ]
    if entry.kind == "memberships":
        return  # the month waits for a person when an extract cannot be read
    write(folder / "berubah.csv", [changed, *lines])
    write(folder / "rusak.csv", [headers, [*lines[0], *["Kenari"] * 30]])
    write(folder / "tanpa judul.csv", lines)


def good_lines(entry: SourceEntry, columns: list[str]) -> Iterator[list[str]]:
    """Enough rows without a flaw that the list is used. All list the same people, of whom none is insured."""
    for number in range(1, 40) if entry.kind == "workers" else range(41, 80):
        day = f"{number % 28 + 1:02d}"
        person = CANARY | {
            "nik": f"327501{day}0880{number:04d}",
            "birth_date": f"1980-08-{day}",
            "kpj": f"999{number:08d}",
            "full_name": f"{SYLLABLES[number % 9]}{SYLLABLES[number // 9]}no Zulkenari",
            "mother_name": f"Kenari{SYLLABLES[number // 9]}{SYLLABLES[number % 9]}",
            "phone": f"0813000{number:05d}",
            "kk": f"327501010101{number:04d}",
        }
        yield [person[name] for name in columns]


def write(path: Path, lines: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)


def test_the_canary_is_named_in_no_message_report_event_or_record(
    home: Home, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    said = [home.run(*command) for command in COMMANDS]
    assert [one.returncode for one in said] == [0] * len(COMMANDS), said[-1].stderr
    batches = b"".join(path.read_bytes() for path in (home.path / "archive").rglob("*") if path.is_file())
    assert b"Zulkenari" in batches  # the canary did arrive
    places = {
        f"sigap {command[0]}": one.stdout + one.stderr for command, one in zip(COMMANDS, said, strict=True)
    }
    places |= {"logged": caplog.text, "past the command line": "".join(capfd.readouterr())}
    places |= {str(path): path.read_text(encoding="utf-8") for path in reports(home)}
    places |= dict(records(home))
    assert len(places) > 20
    named = {
        place: [token for token in TOKENS if token in content.casefold()] for place, content in places.items()
    }
    assert not {place: tokens for place, tokens in named.items() if tokens}


COMMANDS = (
    ("collect", PERIOD),
    ("check", PERIOD),
    ("delivery", "list", PERIOD),
    ("status", PERIOD),
    ("link", PERIOD),
    ("decide", PERIOD),
    ("month", PERIOD, "--approve-as", "demo"),
    ("status", PERIOD, "--json"),
)


def reports(home: Home) -> Iterator[Path]:
    """The quality report and the lineage: what others than the programme's own people may read."""
    found = [
        path
        for folder in ("data_docs", "lineage")
        for path in (home.path / folder).rglob("*")
        if path.is_file()
    ]
    assert any(path.suffix == ".html" for path in found) and any(path.suffix == ".jsonl" for path in found)
    yield from found


def records(home: Home) -> Iterator[tuple[str, str]]:
    """Every row of the tables that keep what was done, and to which files."""
    engine = create_engine(make_url(home.warehouse_url).set(drivername="postgresql+psycopg"))
    with engine.connect() as connection:
        for name in TABLES:
            rows = connection.execute(
                text(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM {name} t")
            ).scalar_one()
            yield name, rows
    engine.dispose()
