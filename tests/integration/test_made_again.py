"""A copy of a document that was made again is still changed, and `verify` says what may explain it."""

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from sigap import cli
from sigap.domain.period import Period
from sigap.pipeline.hand_over import hand_over
from sigap.pipeline.report import report
from sigap.pipeline.resources import Resources
from sigap.pipeline.verify import verify

JANUARY = Period(2026, 1)
Renamed = tuple[Resources, Path]


def rename(entries: dict[str, Any]) -> None:
    entries["APBD_KOTA"]["payer_name"] = "Dinas Tenaga Kerja dan Transmigrasi"


def made_by(run: str, resources: Resources) -> Path:
    """The workbook of January as a run of `report` leaves it."""
    documents = report(JANUARY, dataclasses.replace(resources, run_id=run))
    return next(Path(one.uri) for one in documents if one.kind == "workbook")


def saved_again(file: Path, target: Path) -> Path:
    """The same sheets in other bytes, as a program leaves them that packs its files otherwise."""
    with ZipFile(file) as packed, ZipFile(target, "w") as unpacked:
        for name in packed.namelist():
            unpacked.writestr(name, packed.read(name))
    return target


def forged_from(file: Path, target: Path) -> Path:
    workbook = load_workbook(file, rich_text=True)
    workbook["Lampiran BNBA"]["K7"].value = 99
    workbook.save(target)
    return target


@pytest.fixture
def renamed(
    resources: Resources,
    lay_invoice: Callable[..., int],
    change_payers: Callable[..., Resources],
    tmp_path: Path,
) -> Renamed:
    """January as run-1 made it, in a copy that was saved again; and the payer has another name by now."""
    lay_invoice("2026-01", 6)
    copy = saved_again(made_by("run-1", resources), tmp_path / "salinan.xlsx")
    assert (verify(copy, resources).state, verify(copy, resources).hints) == ("matches", ())
    return change_payers(rename), copy


def test_a_copy_of_what_was_made_again_is_changed_and_told_by_which_run(
    renamed: Renamed, tmp_path: Path
) -> None:
    resources, copy = renamed
    newest = made_by("run-2", resources)
    made_by("run-3", resources)  # the same bytes: made by run-2
    verdict = verify(copy, resources)
    assert verdict.state == "changed" and verdict.places
    [hint] = verdict.hints
    assert (
        "dibuat ulang dengan isi lain" in hint.said
        and "(run run-2); yang berubah: data pembayar." in hint.said
    )
    assert "made again with changed payers.yaml" in hint.said_en
    again = verify(saved_again(newest, tmp_path / "baru.xlsx"), resources)
    assert (again.state, again.hints) == ("matches", ())


def test_a_copy_of_what_would_be_made_otherwise_now_is_sent_to_the_original(
    renamed: Renamed, resources: Resources
) -> None:
    now, copy = renamed
    verdict = verify(copy, now)
    assert verdict.state == "changed" and verdict.places
    [hint] = verdict.hints
    assert "akan dibuat lain sekarang" in hint.said and "(run run-1)" in hint.said
    assert verify(made_by("run-1", resources), now).said_en == "the same bytes as made"


def test_a_changed_amount_is_excused_by_nothing(
    renamed: Renamed, resources: Resources, tmp_path: Path
) -> None:
    now, copy = renamed
    forged = forged_from(copy, tmp_path / "ubah.xlsx")
    verdict = verify(forged, resources)
    assert (verdict.state, verdict.hints) == ("changed", ())
    made_by("run-2", now)
    verdict = verify(forged, now)
    assert verdict.state == "changed" and "lembar 'Lampiran BNBA', sel K7 (JKK (Rp))" in verdict.places


def test_a_list_that_was_handed_over_gets_no_hint(renamed: Renamed, tmp_path: Path) -> None:
    resources, _ = renamed
    [given] = hand_over(JANUARY, "bpjs", tmp_path / "keluar", resources, is_protected=False).files
    workbook = load_workbook(given.file)
    workbook.active["B3"].value = "3275010101809999"
    workbook.save(tmp_path / given.file.name)
    verdict = verify(tmp_path / given.file.name, resources)
    assert (verdict.state, verdict.hints) == ("changed", ())


def test_the_command_prints_the_note_and_still_ends_with_status_1(
    renamed: Renamed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    resources, copy = renamed
    made_by("run-2", resources)
    monkeypatch.setenv("SIGAP_HOME", str(resources.settings.home))
    monkeypatch.setenv("SIGAP_WAREHOUSE_URL", str(resources.settings.warehouse_url))
    monkeypatch.setenv("SIGAP_PAYERS", str(resources.settings.payers))
    monkeypatch.setattr(sys, "argv", ["sigap", "verify", str(copy)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    shown = capsys.readouterr().out
    assert ended.value.code == 1
    assert shown.startswith("BERUBAH SIGAP/SG/2026-01/0001: isinya berbeda di")
    assert "Catatan: dokumen ini dibuat ulang dengan isi lain pada" in shown
