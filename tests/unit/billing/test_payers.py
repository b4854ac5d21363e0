"""Who pays: complete, with references, or refused."""

from pathlib import Path

import pytest

from sigap.billing.payer import wadah_names
from sigap.billing.payers import FILE, load_payers
from sigap.domain.period import Period
from sigap.errors import BillingError


def test_the_city_pays_from_separate_accounts_into_wadah_sg() -> None:
    city = load_payers()["APBD_KOTA"]
    assert (city.wadah_code, city.jkk_account.code, city.jkm_account.code) == (
        "SG",
        "5.1.02.02.02.0006",
        "5.1.02.02.02.0007",
    )
    assert "diisi oleh BPJS" in city.payee_account
    assert city.legal_basis


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  payer_name: Pemerintah Kota Bekasi\n", "", "'payer_name' is missing"),
        ('reference: "KUA-PPAS APBD Perubahan 2025"', "reference: ", "has no reference"),
        ('reference: "Panduan kepesertaan BPJS Ketenagakerjaan, online.flipbuilder.com/kduhm/fxda hlm. 59"',
         "reference: null", "each need a reference"),
    ],
)  # fmt: skip
def test_a_payer_that_is_not_complete_is_refused(tmp_path: Path, old: str, new: str, says: str) -> None:
    before = FILE.read_text(encoding="utf-8")
    assert old in before
    file = tmp_path / "payers.yaml"
    file.write_text(before.replace(old, new), encoding="utf-8")
    with pytest.raises(BillingError, match=says):
        load_payers(file)


def test_parts_that_nobody_has_seen_in_their_source_are_named() -> None:
    city = load_payers()["APBD_KOTA"]
    unverified = ["APBD_KOTA/account_jkk", "APBD_KOTA/account_jkm", "APBD_KOTA/due"]
    coverage = "APBD_KOTA/coverage@2025-01-01"
    assert city.unverified_on(Period(2025, 12)) == [*unverified, coverage]
    assert city.unverified_on(Period(2026, 1)) == [
        *unverified, "APBD_KOTA/pagu@2026-01-01", coverage,
    ]  # fmt: skip


SEVERAL = Path(__file__).parents[2] / "spec" / "billing" / "payers.yaml"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("wadah: {code: SD", "wadah: {code: SX", "'SX' is no wadah. Known are SG, SA, SD, SL, SC, SB"),
        ("{months: 6, first: 4}", "{months: 4, first: 4}", "4 months from month 4 on is no phase"),
        ("{months: 6, first: 4}", "{months: 6, first: 13}", "is no phase"),
        ('number: "PKS/7/2026", ', 'number: "", ', "the agreement needs number, date, start"),
        ("percent: 67", "percent: 66", "make up 99"),
        ("percent: 67", "percent: 0", "more than 0"),
        ("remainder: APBD_KOTA  #", "remainder: CSR  #", "`remainder` names the payer of the set"),
        ("  remainder: APBD_KOTA  # pays what rounding leaves over\n", "", "'remainder' is missing"),
        ("order: [jkk, jkm]", "order: [jkk, jkk]", "`order` names jkk and jkm"),
        ("payer: CSR, rupiah", "payer: DBHCHT, rupiah", "billed over different months"),
        ("payer: CSR, rupiah", "payer: SIAPA, rupiah", "names two payers of this file"),
        ("- {payer: APBD_KOTA}", "- {payer: APBD_KOTA, rupiah: 4800}", "so it has no fixed rupiah"),
        ("rupiah: 12000", "rupiah: 12000.5", "is no share"),
        ("KOTA_CSR:\n  kind: APBD", "KOTA_CSR:\n  kind: APBN", "kind is that of one of its payers"),
        ('reference: "Perjanjian contoh"\n', 'reference: ""\n', "has no reference"),
        ("value: 1000000000", "value: 1.5e9", "is no pagu"),
    ],
)
def test_a_rule_of_several_payers_that_is_not_whole_is_refused(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    before = SEVERAL.read_text(encoding="utf-8")
    assert old in before
    file = tmp_path / "payers.yaml"
    file.write_text(before.replace(old, new), encoding="utf-8")
    with pytest.raises(BillingError, match=says):
        load_payers(file)


def test_a_file_that_is_no_file_of_payers_is_refused(tmp_path: Path) -> None:
    (tmp_path / "payers.yaml").write_text("[", encoding="utf-8")
    with pytest.raises(BillingError, match="is no file of payers"):
        load_payers(tmp_path / "payers.yaml")


def test_what_a_set_rests_on_that_nobody_has_seen_is_named() -> None:
    named = load_payers(SEVERAL).unverified_on("KOTA_PROVINSI", Period(2026, 5))
    assert {"KOTA_PROVINSI/shares@2026-04-01", "APBD_PROVINSI/due", "APBD_KOTA/due"} <= set(named)


def test_every_known_wadah_has_a_meaning() -> None:
    assert set(wadah_names()) == {"SG", "SA", "SD", "SL", "SC", "SB"}
    assert wadah_names()["SG"] == load_payers()["APBD_KOTA"].wadah_name
