"""A city's own channels, tolerance, accounts and signatories, read in the place of the shipped ones."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from sigap.billing import accounts
from sigap.billing.accounts import load_chart
from sigap.domain.period import Period
from sigap.errors import SettingsError, SigapError
from sigap.reporting import office
from sigap.reporting.berita_acara_parties import parties_on
from sigap.reporting.office import office_on
from sigap.settings import load_settings
from sigap.settlement import channels, tolerance
from sigap.settlement.channels import load_channels
from sigap.settlement.tolerance import tolerance_on

DAY, MONTH = dt.date(2026, 1, 1), Period(2026, 1)
SHIPPED = {
    "channels.yaml": channels.FILE,
    "tolerance.yaml": tolerance.FILE,
    "accounts.yaml": accounts.FILE,
    "signatories.yaml": office._FILE,
}
READ: dict[str, Callable[[], object]] = {
    "channels.yaml": load_channels,
    "tolerance.yaml": lambda: tolerance_on(MONTH),
    "accounts.yaml": load_chart,
    "signatories.yaml": lambda: office_on(DAY),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    own = tmp_path / "kota"
    own.mkdir()
    monkeypatch.setenv("SIGAP_CONFIGURATION", str(own))
    return own


def put(folder: Path, name: str, old: str, new: str) -> None:
    text = SHIPPED[name].read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


def test_a_citys_own_files_are_read_in_the_place_of_the_shipped_ones(folder: Path) -> None:
    put(folder, "channels.yaml", "channel: bank", "channel: sp2d")
    put(folder, "tolerance.yaml", "total_idr: 0", "total_idr: 500")
    put(folder, "accounts.yaml", "2.1.06.02", "2.1.06.99")
    put(folder, "signatories.yaml", "place: Bekasi", "place: Depok")
    assert load_channels().counting(DAY) == "sp2d"
    assert tolerance_on(MONTH).total_idr == 500
    assert load_chart().payable == "2.1.06.99"
    assert office_on(DAY).place == "Depok"
    assert parties_on(DAY).first.title == "PIHAK PERTAMA"


def test_what_the_folder_lacks_is_the_shipped_file(folder: Path) -> None:
    put(folder, "tolerance.yaml", "total_idr: 0", "total_idr: 500")
    assert load_channels().counting(DAY) == "bank"
    assert office_on(DAY).place == "Bekasi"


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("channels.yaml", "confirm_days: 10", "confirm_day: 10", r": the key `confirm_days` is missing"),
        ("channels.yaml", "confirm_days: 10", "confirm_days: sepuluh", r", confirm_days: .*whole number"),
        ("channels.yaml", "accounts: {}", "accounts: {}\nwarna: biru", r": the key `warna` is not known"),
        ("channels.yaml", "'BPJS', ", "'BPJS(', ", r", ours: "),
        ("tolerance.yaml", "total_idr: 0", "total: 0", r", 2025-10-01: the key `total_idr` is missing"),
        ("tolerance.yaml", "total_idr: 0", "total_idr: -1", r", 2025-10-01: .*total_idr"),
        ("accounts.yaml", "cash:", "kas:", r": the key `cash` is missing"),
        ("accounts.yaml", "kind: liability", "kind: utang", r", payable: .*kind"),
        ("signatories.yaml", "  place: Bekasi", "  kota: Bekasi", r", 2025-01-01: the key `place`"),
        ("signatories.yaml", 'act_en: "Prepared by"', "en: x", r", 2025-01-01: .*`signatories`"),
        ("signatories.yaml", "2025-01-01:", "sekarang:", r", sekarang: .*the day"),
        ("accounts.yaml", "payable:", "payable: [", r", line \d+: this is no YAML"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_in_order_is_refused_by_file_and_key(
    folder: Path, name: str, old: str, new: str, says: str
) -> None:
    put(folder, name, old, new)
    with pytest.raises(SigapError, match=re.escape(name) + says):
        READ[name]()


def test_a_file_that_nothing_reads_is_refused(folder: Path) -> None:
    (folder / "channel.yaml").write_text("counts: {}", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"channel\.yaml, which nothing reads.*channels\.yaml"):
        load_channels()


def test_a_citys_folder_lies_in_its_home_and_holds_payers_and_rules_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "home" / "configuration"
    (own / "tariffs").mkdir(parents=True)
    (own / "payers.yaml").write_text("{}", encoding="utf-8")
    put(own, "tolerance.yaml", "total_idr: 0", "total_idr: 700")
    monkeypatch.setenv("SIGAP_HOME", str(tmp_path / "home"))
    settings = load_settings()
    assert (settings.payers, settings.tariffs) == (own / "payers.yaml", own / "tariffs")
    assert settings.rules is None
    assert tolerance_on(MONTH).total_idr == 700
    monkeypatch.setenv("SIGAP_PAYERS", str(tmp_path / "other.yaml"))
    (tmp_path / "other.yaml").write_text("{}", encoding="utf-8")
    assert load_settings().payers == tmp_path / "other.yaml", "a variable comes before the folder"


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_files_are_in_order(name: str) -> None:
    assert yaml.safe_load(SHIPPED[name].read_text(encoding="utf-8"))
    assert READ[name]()
