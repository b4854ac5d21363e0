from pathlib import Path

import pytest
from upath import UPath

from sigap.domain.period import Period
from sigap.errors import SourceError
from sigap.sources.archive import archive, fingerprint
from sigap.sources.inbox import list_files, list_strangers, locate

PERIOD = Period(2026, 1)
FILES = (
    "associations/becak/b.xls",
    "associations/becak/a.csv",
    "associations/pasar/c.xlsx",
    "associations/x.csv",
    "dtks/d.csv",
)
NOISE = (
    "dtks/~$d.xlsx", "dtks/.DS_Store", "dtks/.~lock.d.csv#", "dtks/e.csv.part", "dtks/Thumbs.db",
    "associations/.git/a.csv", "associations/__MACOSX/a.csv",
)  # fmt: skip


@pytest.fixture(params=["local", "memory"])
def inbox(request: pytest.FixtureRequest, tmp_path: Path) -> UPath:
    root = UPath(tmp_path) if request.param == "local" else UPath(f"memory://{tmp_path.name}")
    for name in (*FILES, *NOISE):
        file = root / str(PERIOD) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    return root


def test_files_of_a_group_are_listed_in_order_without_the_noise(inbox: UPath) -> None:
    assert list_files(inbox, PERIOD, "associations") == [
        "associations/becak/a.csv",
        "associations/becak/b.xls",
        "associations/pasar/c.xlsx",
        "associations/x.csv",
    ]
    assert list_files(inbox, PERIOD, "dtks") == ["dtks/d.csv"]
    assert list_files(inbox, PERIOD, "memberships") == []


def test_what_lies_outside_the_groups_is_named(inbox: UPath) -> None:
    for name in ("asosiasi/becak/a.xls", "daftar.xlsx", "truth/t.parquet", ".DS_Store"):
        file = inbox / str(PERIOD) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    assert list_strangers(inbox, PERIOD) == ["asosiasi", "daftar.xlsx"]
    assert list_strangers(inbox, PERIOD.previous()) == []


def test_a_listed_path_names_its_file_and_source(inbox: UPath) -> None:
    found = locate(inbox, PERIOD, "associations/becak/b.xls")
    assert (found.group, found.code, found.file_name) == ("associations", "becak", "b.xls")
    assert found.file.read_text() == "associations/becak/b.xls"
    assert locate(inbox, PERIOD, "dtks/d.csv").code == "dtks"
    assert locate(inbox, PERIOD, "associations/x.csv").code == "associations"


def test_a_missing_inbox_and_an_empty_one_are_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no folder .*2026-01\. Put the files of 2026-01 there"):
        list_files(UPath(tmp_path / "inbox"), PERIOD, "dtks")
    (tmp_path / "2026-01" / "dtks").mkdir(parents=True)
    (tmp_path / "2026-01" / "dtks" / ".DS_Store").touch()
    with pytest.raises(SourceError, match=r"2026-01 is empty"):
        list_files(UPath(tmp_path), PERIOD, "dtks")


@pytest.mark.parametrize(
    "path",
    [
        "../2025-12/dtks/d.csv",
        "dtks/../../secret.csv",
        "/etc/passwd",
        "dtks",
        "",
        "dtks\\d.csv",
        "lain/d.csv",
        "dtks/none.csv",
    ],
)
def test_a_path_that_is_not_below_the_month_is_refused(inbox: UPath, path: str) -> None:
    with pytest.raises(SourceError):
        locate(inbox, PERIOD, path)


def test_an_unknown_group_is_refused(inbox: UPath) -> None:
    with pytest.raises(SourceError, match="'lain' is no folder of the inbox"):
        list_files(inbox, PERIOD, "lain")


def test_links_out_of_the_inbox_are_not_followed(tmp_path: Path) -> None:
    outside, month = tmp_path / "outside", tmp_path / "inbox" / "2026-01"
    outside.mkdir()
    (outside / "secret.csv").write_text("NIK")
    (month / "dtks").mkdir(parents=True)
    (month / "associations").mkdir()
    (month / "dtks" / "real.csv").write_text("NIK")
    (month / "dtks" / "link.csv").symlink_to(outside / "secret.csv")
    (month / "dtks" / "folder").symlink_to(outside)
    (month / "associations" / "becak").symlink_to(outside)
    (month / "memberships").symlink_to(outside)
    inbox = UPath(tmp_path / "inbox")
    assert list_files(inbox, PERIOD, "dtks") == ["dtks/real.csv"]
    assert list_files(inbox, PERIOD, "associations") == list_files(inbox, PERIOD, "memberships") == []
    for path in (
        "dtks/link.csv",
        "dtks/folder/secret.csv",
        "associations/becak/secret.csv",
        "memberships/secret.csv",
    ):
        with pytest.raises(SourceError, match="is a link"):
            locate(inbox, PERIOD, path)


@pytest.mark.parametrize("scheme", ["local", "memory"])
def test_bytes_are_kept_under_their_digest_and_never_written_again(tmp_path: Path, scheme: str) -> None:
    file = UPath(tmp_path / "a.csv")
    file.write_bytes(b"NIK\n")
    place = UPath(tmp_path / "archive") if scheme == "local" else UPath(f"memory://archive-{tmp_path.name}")
    known = fingerprint(file)
    kept = archive(file, known.sha256, place)
    assert known.size_bytes == 4 and kept.read_bytes() == b"NIK\n"
    assert kept == place / known.sha256[:2] / known.sha256
    kept.unlink()
    kept.write_bytes(b"kept")
    assert archive(file, known.sha256, place).read_bytes() == b"kept"
    assert [item.name for item in kept.parent.iterdir()] == [known.sha256]


def test_a_file_that_changes_while_it_is_read_is_not_kept(tmp_path: Path) -> None:
    file, place = UPath(tmp_path / "a.csv"), UPath(tmp_path / "archive")
    file.write_bytes(b"half")
    known = fingerprint(file)
    file.write_bytes(b"half and the rest")
    with pytest.raises(SourceError, match=r"a\.csv changed while it was read"):
        archive(file, known.sha256, place)
    assert [path for path in Path(place).rglob("*") if path.is_file()] == []
