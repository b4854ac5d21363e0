import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from upath import UPath

from sigap.errors import ReportingError
from sigap.reporting.folder import file_name, put


def test_file_name_is_safe_when_the_number_holds_slashes() -> None:
    assert file_name("SIGAP/SG/2026-01/0001", ".xlsx") == "SIGAP-SG-2026-01-0001.xlsx"
    assert file_name("../../etc/passwd", ".pdf") == "etc-passwd.pdf"


def test_publish_leaves_the_file_alone_when_the_bytes_are_the_same(tmp_path: Path) -> None:
    folder = UPath(tmp_path / "2026-01")
    first = put(folder, "a.pdf", b"one")
    before = Path(first.uri).stat()

    assert put(folder, "a.pdf", b"one") == first
    assert Path(first.uri).stat().st_ino == before.st_ino
    assert first.sha256 == hashlib.sha256(b"one").hexdigest()


def test_publish_replaces_in_one_move_when_the_bytes_differ(tmp_path: Path) -> None:
    folder = UPath(tmp_path / "2026-01")
    put(folder, "a.pdf", b"one")
    put(folder, "a.pdf", b"two")

    assert [(path.name, path.read_bytes()) for path in Path(folder).iterdir()] == [("a.pdf", b"two")]


def test_publish_works_in_an_object_store() -> None:
    file = put(UPath("memory://documents/2026-01"), "a.pdf", b"one")

    assert UPath(file.uri).read_bytes() == b"one"


def test_publish_says_what_to_do_when_the_folder_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "2026-01").write_text("in the way")

    with pytest.raises(ReportingError, match="SIGAP_DOCUMENTS"):
        put(UPath(tmp_path / "2026-01"), "a.pdf", b"one")


def test_publish_bears_two_runs_that_write_the_same_file_at_once(tmp_path: Path) -> None:
    folder = UPath(tmp_path / "2026-01")

    def write(turn: int) -> None:
        put(folder, "a.pdf", b"%d" % (turn // 4) * 100_000)

    with ThreadPoolExecutor(8) as runs:
        assert list(runs.map(write, range(400))) == [None] * 400

    assert [path.name for path in Path(folder).iterdir()] == ["a.pdf"]
