"""`sigap shadow`: what other tariffs would move, told by payer, sector and programme, and nothing written."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from sigap import cli
from sigap.billing.tariffs import FOLDER, load_tariffs
from sigap.domain.period import Period
from sigap.errors import BillingError
from sigap.pipeline.resources import Resources
from sigap.pipeline.shadow import shadow

JANUARY, APRIL = Period(2026, 1), Period(2026, 4)
LayRoster = Callable[..., int]
Change = Callable[..., Path]


@pytest.fixture
def changed(tmp_path: Path) -> Change:
    """A folder of tariffs with one text of one file replaced."""

    def change(name: str, old: str, new: str) -> Path:
        folder = Path(shutil.copytree(FOLDER, tmp_path / "tarif-baru"))
        before = (folder / name).read_text(encoding="utf-8")
        assert old in before
        (folder / name).write_text(before.replace(old, new), encoding="utf-8")
        return folder

    return change


JKM_FROM_APRIL = (
    "jkm.yaml",
    "values:\n",
    'values:\n  2026-04-01: {value: 7000, reference: "PP contoh", verified: false}\n',
)


def state(resources: Resources) -> tuple[dict[str, int], dict[str, bytes]]:
    """How many rows each table has, and every file of the home with its bytes."""
    tables = (
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
        "WHERE schemaname !~ '^(pg_|information)'"
    )
    with resources.warehouse.connect() as connection:
        names = list(connection.execute(text(tables)).scalars())
        counts = {
            name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one() for name in names
        }
    files = [path for path in resources.settings.home.rglob("*") if path.is_file()]
    return counts, {str(path): path.read_bytes() for path in files}


def test_a_dearer_jkm_moves_everybody_by_the_difference_from_its_month_on(
    resources: Resources, lay_roster: LayRoster, changed: Change
) -> None:
    lay_roster("2026-01", subsidised=6)
    other = load_tariffs(changed(*JKM_FROM_APRIL))
    assert shadow(JANUARY, other, resources).moves.rows == []
    found = shadow(APRIL, other, resources)
    assert (found.roster_period, found.roster_people) == ("2026-01", 6)
    assert [
        (row.sector, row.component, row.people, row.before_idr, row.after_idr) for row in found.moves.rows
    ] == [(sector, "JKM", 2, 13_600, 14_000) for sector in ("becak", "ojek_daring", "pasar")]
    assert (found.moves.people, found.moves.before_idr, found.moves.moved_idr) == (6, 6 * 16_800, 6 * 200)
    assert "jkm@2026-04-01" in found.unverified
    assert found.parked == {}


def test_the_discount_for_apbd_would_halve_the_transport_workers_of_january(
    resources: Resources, lay_roster: LayRoster, changed: Change
) -> None:
    lay_roster("2026-01", subsidised=3)
    folder = changed("discount.yaml", "kind: APBD, percent: 0", "kind: APBD, percent: 50")
    found = shadow(JANUARY, load_tariffs(folder), resources)
    assert {(row.sector, row.component): row.moved_idr for row in found.moves.rows} == {
        (sector, component): -amount
        for sector in ("becak", "ojek_daring")
        for component, amount in {"JKK": 5_000, "JKM": 3_400}.items()
    }
    assert (found.moves.people, found.moves.after_idr) == (2, 16_800 + 2 * 8_400)


def test_whom_the_other_tariffs_cannot_price_is_named_with_the_reason(
    resources: Resources, lay_roster: LayRoster, changed: Change
) -> None:
    lay_roster("2026-01", subsidised=4)
    folder = changed("jkm.yaml", "    value: 6800", "    end: 2026-03-31\n    value: 6800")
    found = shadow(APRIL, load_tariffs(folder), resources)
    assert found.parked == {"NO_TARIFF": 4}
    assert (found.moves.people, found.moves.moved_idr) == (4, -4 * 16_800)


def test_without_a_roster_there_is_nobody_to_price(resources: Resources, lay_roster: LayRoster) -> None:
    lay_roster("2026-05")
    with pytest.raises(BillingError, match=r"No roster of 2026-04 or of a month before it"):
        shadow(APRIL, load_tariffs(), resources)


def test_the_command_writes_nothing_and_ends_with_the_total(
    home: Path,
    resources: Resources,
    lay_roster: LayRoster,
    changed: Change,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lay_roster("2026-01", subsidised=5)
    assert resources.settings.home == home

    def run(*words: object) -> tuple[int | str | None, str, str]:
        monkeypatch.setattr(sys, "argv", ["sigap", "shadow", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        return ended.value.code, " ".join(shown.out.split()), " ".join(shown.err.split())

    before, folder = state(resources), changed(*JKM_FROM_APRIL)
    code, out, _ = run("--tariffs", folder, "--period", "2026-04")
    assert code == 0
    assert "Total: Rp84.000 menjadi Rp85.000; 5 orang berubah, +Rp1.000." in out
    assert "Belum diverifikasi pada sumbernya: income_band@2025-10-01, jkm@2026-04-01" in out
    told = json.loads(run("--tariffs", folder, "--period", "2026-04", "--json")[1])
    assert (told["people"], told["moved_idr"], told["roster_period"]) == (5, 1_000, "2026-01")
    assert sum(row["moved_idr"] for row in told["moves"]) == 1_000

    (folder / "jkm.yaml").write_text("values: {}", encoding="utf-8")
    load_tariffs.cache_clear()
    code, _, err = run("--tariffs", folder, "--period", "2026-04")
    assert (code, err) == (1, "sigap: tariffs/jkm.yaml holds no value. Give one with a date and a reference.")
    code, _, err = run("--tariffs", home / "tidak-ada", "--period", "2026-04")
    assert code == 1 and "lacks discount.yaml, jht.yaml" in err
    assert state(resources) == before
