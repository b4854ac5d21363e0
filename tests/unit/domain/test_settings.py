"""Deployment facts are named when they cannot be used, and never quoted."""

from pathlib import Path

import pytest

from sigap.errors import SettingsError
from sigap.settings import Settings, load_settings


@pytest.mark.parametrize("inbox", ["nix://user:secret@host/inbox", "s3://user:secret@bucket/inbox"])
def test_a_store_that_cannot_be_opened_is_named_without_its_address(inbox: str) -> None:
    kind = inbox.partition("://")[0]
    with pytest.raises(SettingsError, match=f"inbox is of kind {kind}://.*SIGAP_INBOX") as refused:
        Settings(inbox=inbox).place("inbox")
    assert "secret" not in str(refused.value)


def test_a_catalog_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGAP_CATALOG", str(tmp_path / "tidak_ada"))
    with pytest.raises(SettingsError, match="SIGAP_CATALOG"):
        load_settings()
    monkeypatch.delenv("SIGAP_CATALOG")
    assert Settings(home=tmp_path).catalog_dir == tmp_path / "catalog"
    assert Settings(home=tmp_path, catalog=tmp_path).catalog_dir == tmp_path


def test_places_stand_below_the_home_unless_they_are_named(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, lake="memory://lake")
    assert Path(str(settings.place("inbox"))) == tmp_path / "inbox"
    assert str(settings.place("lake")) == "memory://lake"
