"""Who pays: complete, with references, or refused."""

from pathlib import Path

import pytest

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
    assert city.unverified_on(Period(2025, 12)) == unverified
    assert city.unverified_on(Period(2026, 1)) == [*unverified, "APBD_KOTA/pagu@2026-01-01"]
