import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import AF_UNIX, socket

import pytest
from upath import UPath

from sigap.domain.period import Period
from sigap.errors import SourceError
from sigap.sources.archive import archive, fingerprint
from sigap.sources.inbox import list_files, list_strangers, locate
from sigap.sources.refusals import OutOfReachError

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


def test_a_month_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside" / "dtks").mkdir(parents=True)
    (tmp_path / "outside" / "dtks" / "secret.csv").write_text("NIK")
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "2026-01").symlink_to(tmp_path / "outside")
    inbox = UPath(tmp_path / "inbox")
    for look in (
        lambda: list_files(inbox, PERIOD, "dtks"),
        lambda: list_strangers(inbox, PERIOD),
        lambda: locate(inbox, PERIOD, "dtks/secret.csv"),
    ):
        with pytest.raises(SourceError, match="folder 2026-01 is a link"):
            look()


def test_an_inbox_that_is_itself_a_link_is_the_choice_of_who_runs_this(tmp_path: Path) -> None:
    (tmp_path / "disk" / "2026-01" / "dtks").mkdir(parents=True)
    (tmp_path / "disk" / "2026-01" / "dtks" / "a.csv").write_text("NIK")
    (tmp_path / "inbox").symlink_to(tmp_path / "disk")
    assert list_files(UPath(tmp_path / "inbox"), PERIOD, "dtks") == ["dtks/a.csv"]
    assert locate(UPath(tmp_path / "inbox"), PERIOD, "dtks/a.csv").file_name == "a.csv"


NAMES = (
    "daftar\n2026.csv", "a\x1b[31mb.csv", "a\u202evsc.exe.csv", "a\u200b.csv", "a\x07b.csv",
    "a\\..\\b.csv", "andr\udce9.csv", "\r.csv",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_with_signs_that_nobody_sees_is_not_taken_and_breaks_no_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    folder = tmp_path / "2026-01" / "dtks"
    folder.mkdir(parents=True)
    (folder / "real.csv").write_text("NIK")
    (folder / name).write_text("NIK")
    with caplog.at_level(logging.WARNING):
        assert list_files(UPath(tmp_path), PERIOD, "dtks") == ["dtks/real.csv"]
    (warning,) = caplog.messages
    assert "has a name with signs that nobody sees" in warning and warning.endswith("under a plain name.")
    assert warning.isprintable() and warning.encode()
    with pytest.raises(SourceError) as refusal:
        locate(UPath(tmp_path), PERIOD, f"dtks/{name}")
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize(
    "name", ["a" * 251 + ".csv", "Daftar Ñame – 李 \U0001f600 \u00a0.csv", "=1+1 & <b>'\".csv"]
)
def test_a_name_that_is_only_long_or_strange_is_taken(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "inbox" / "2026-01" / "dtks"
    folder.mkdir(parents=True)
    (folder / name).write_text("NIK")
    inbox = UPath(tmp_path / "inbox")
    assert list_files(inbox, PERIOD, "dtks") == [f"dtks/{name}"]
    found = locate(inbox, PERIOD, f"dtks/{name}")
    known = fingerprint(found.file)
    assert found.file_name == name
    assert archive(found.file, known.sha256, UPath(tmp_path / "archive")).read_text() == "NIK"


def test_strangers_with_odd_names_are_named_in_plain_signs(tmp_path: Path) -> None:
    (tmp_path / "2026-01" / "a\nb\u202e").mkdir(parents=True)
    assert list_strangers(UPath(tmp_path), PERIOD) == ["a<U+000A>b<U+202E>"]


def test_names_that_differ_in_case_only_are_two_files(tmp_path: Path) -> None:
    folder = tmp_path / "2026-01" / "dtks"
    folder.mkdir(parents=True)
    for name in ("List.csv", "list.csv", "LIST.CSV"):
        (folder / name).write_text(name)
    files = list_files(UPath(tmp_path), PERIOD, "dtks")
    assert files == ["dtks/LIST.CSV", "dtks/List.csv", "dtks/list.csv"]
    assert len({fingerprint(locate(UPath(tmp_path), PERIOD, file).file).sha256 for file in files}) == 3


@contextmanager
def a_socket(path: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(path.parent)  # the name of a socket may have 108 letters
    with socket(AF_UNIX) as made:
        made.bind(path.name)
        os.chdir(before)
        yield


def test_pipes_sockets_devices_and_loops_are_named_and_never_opened(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "2026-01" / "dtks"
    folder.mkdir(parents=True)
    (folder / "real.csv").write_text("NIK")
    os.mkfifo(folder / "pipe.csv")
    (folder / "loop.csv").symlink_to("loop.csv")
    (folder / "round").symlink_to(".")
    (folder / "zero.csv").symlink_to("/dev/zero")
    (folder / "list.xlsx").mkdir()
    (folder / "list.xlsx" / "a.csv").write_text("NIK")
    (folder / Path(*"abcdefghijklm")).mkdir(parents=True)
    (folder / Path(*"abcdefghijklm") / "deep.csv").write_text("NIK")
    with a_socket(folder / "s.csv"), caplog.at_level(logging.WARNING):
        assert list_files(UPath(tmp_path), PERIOD, "dtks") == ["dtks/real.csv"]
    told = dict(message.split(" ", 1) for message in caplog.messages)
    assert told.keys() == {
        f"dtks/{name}"
        for name in ("pipe.csv", "loop.csv", "round", "zero.csv", "list.xlsx", "s.csv", "a/b/c/d/e/f/g/h/i/j")
    }
    assert told["dtks/pipe.csv"].startswith("is no plain file, so it was not taken in. Put the file itself")
    assert "is a folder under the name of a list" in told["dtks/list.xlsx"]
    for name in ("pipe.csv", "loop.csv", "list.xlsx"):
        with pytest.raises(SourceError, match=rf"dtks/{name} is "):
            locate(UPath(tmp_path), PERIOD, f"dtks/{name}")


@contextmanager
def without_rights() -> Iterator[None]:
    """As an account that may read only what everybody may: root may read everything."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def test_what_may_not_be_read_is_named(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    folder = tmp_path / "2026-01" / "dtks"
    (folder / "closed").mkdir(parents=True)
    (folder / "a.csv").write_text("NIK")
    for place in (tmp_path, *list(tmp_path.parents)[:3]):
        place.chmod(place.stat().st_mode | 0o055)
    (folder / "a.csv").chmod(0)
    (folder / "closed").chmod(0)
    with without_rights(), caplog.at_level(logging.WARNING):
        assert list_files(UPath(tmp_path), PERIOD, "dtks") == ["dtks/a.csv"]
        with pytest.raises(OutOfReachError, match=r"a\.csv cannot be read \(Permission denied\)\. Give this"):
            fingerprint(locate(UPath(tmp_path), PERIOD, "dtks/a.csv").file)
    assert caplog.messages == ["dtks/closed cannot be looked into. Give this account the right to read it."]
    (folder / "closed").chmod(0o700)


def test_a_file_that_vanishes_or_turns_into_something_else_is_named(tmp_path: Path) -> None:
    file, secret = tmp_path / "a.csv", tmp_path / "secret.csv"
    secret.write_text("rahasia")
    with pytest.raises(OutOfReachError, match=r"a\.csv is gone\. Put it back"):
        fingerprint(UPath(file))
    file.symlink_to(secret)
    with pytest.raises(OutOfReachError, match=r"a\.csv cannot be read"):
        fingerprint(UPath(file))
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(OutOfReachError, match=r"a\.csv is no plain file"):
        fingerprint(UPath(file))
    file.unlink()
    file.write_text("NIK")
    known = fingerprint(UPath(file))
    file.unlink()
    file.symlink_to(secret)
    with pytest.raises(OutOfReachError):
        archive(UPath(file), known.sha256, UPath(tmp_path / "archive"))
    assert [path for path in (tmp_path / "archive").rglob("*") if path.is_file()] == []


def test_a_file_without_end_is_read_to_a_limit_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sigap.sources.archive._LARGEST", 2_000_000)
    (tmp_path / "a.csv").write_bytes(b"x" * 3_000_000)
    with pytest.raises(
        OutOfReachError, match=r"a\.csv is larger than .* GiB\. Have it sent in several files"
    ):
        fingerprint(UPath(tmp_path / "a.csv"))


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
