"""A membership extract that says more of its holders, from its file to the link; and one that does not."""

from pathlib import Path
from typing import Any

import pytest

from sigap.audit.origin import newest_link
from sigap.domain.period import Period
from sigap.pipeline.link import link
from sigap.pipeline.month import GROUPS, check_all, collect_all
from sigap.pipeline.resources import Resources
from sigap.pipeline.usable import usable_batches
from sigap.settings import load_settings

JANUARY = Period(2026, 1)
WORKERS = "NIK;Nama Pedagang;Tanggal Lahir;Alamat Rumah;Kelurahan;Kecamatan;L/P;Nama Ibu Kandung;No. HP\n"
LISTED = (
    "3275014101750001;SITI AMINAH;01-01-1975;Jl. Uji 1;Kranji;Bekasi Barat;P;Karsih;0812-9000-4455\n"
    "3275015708860002;RINA UJICOBA;17-08-1986;Jl. Uji 2;Kranji;Bekasi Barat;P;Suminten;0813-9000-4466\n"
)
MEMBERS = (
    "nik;kpj;nama;tanggal_lahir;segmen;status;npp_or_wadah;coverage_start;coverage_end;last_paid_month;"
    "as_of_date"
)
MORE = ";jenis_kelamin;nama_ibu_kandung;no_hp;kelurahan;kecamatan;no_kk"
# Held for its NIK: what is left of it stands for nobody, the name and the day are common.
HOLDER = ";10000000001;SITI AMINAH;1975-01-01;PU;AKTIF;JJ1;2020-01-01;;2025-12;2025-12-27"
STRANGER = "3275011203700003;10000000002;BUDI SUMARNA;1970-03-12;PU;AKTIF;JJ1;2020-01-01;;2025-12;2025-12-27"
KNOWN = ";Perempuan;KARSIH;6281290004455;Kel. Kranji;Bks Brt;"
WRONG = ";tidak jelas;;bukan nomor;Antah;Berantah;12"


@pytest.fixture
def resources(home: Path) -> Resources:
    return Resources.open(load_settings(), "test")


def linked(resources: Resources, more: str, told: str) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """The checked membership of a month that tells so much more, the conflict of each person, and the
    memberships that are somebody's.
    """
    month = Path(str(resources.settings.place("inbox"))) / str(JANUARY)
    files = {"associations/pasar/daftar.csv": WORKERS + LISTED}
    lines = (MEMBERS + more, HOLDER + told, STRANGER + ";" * more.count(";"))
    files["memberships/jan.csv"] = "\n".join(lines)
    for path, content in files.items():
        (month / path).parent.mkdir(parents=True, exist_ok=True)
        (month / path).write_text(content, encoding="utf-8")
    collect_all(JANUARY, GROUPS, resources, lambda *_: None)
    check_all(JANUARY, resources, lambda *_: None)
    persons = resources.lake.read(link(JANUARY, resources)).to_pylist()
    with resources.warehouse.connect() as connection:
        (checked,) = [
            one for one in usable_batches(connection, JANUARY) if one.dataset == "quality.memberships"
        ]
        found = newest_link(connection, JANUARY)
    assert found is not None
    conflicts = {row["full_name"]: row["conflict"] for row in persons}
    return (
        resources.lake.read(checked).to_pylist()[0],
        conflicts,
        resources.lake.read(found.memberships)["kpj"].to_pylist(),
    )


def test_what_an_extract_says_of_a_holder_tells_whose_the_membership_is(resources: Resources) -> None:
    row, conflicts, memberships = linked(resources, MORE, KNOWN)
    assert (row["outcome"], row["reasons"], row["warnings"]) == ("held", "NIK_MISSING", "")
    told = ("sex", "mother_name", "phone", "kelurahan_code", "kecamatan_code", "kk")
    assert [row[name] for name in told] == [
        "P", "KARSIH", "6281290004455", "32.75.02.1002", "32.75.02", None,
    ]  # fmt: skip
    assert conflicts == {"SITI AMINAH": None, "RINA UJICOBA": None}
    assert memberships == ["10000000001"]


@pytest.mark.parametrize(("more", "told"), [("", ""), (MORE, WRONG)])
def test_an_extract_that_says_no_more_of_them_leaves_the_question_to_a_person(
    resources: Resources, more: str, told: str
) -> None:
    row, conflicts, memberships = linked(resources, more, told)
    assert (row["outcome"], row["reasons"]) == ("held", "NIK_MISSING")
    assert row["warnings"] == ("ADDRESS_UNKNOWN,SEX_UNKNOWN" if told else "")
    assert conflicts == {"SITI AMINAH": "LINK_DOUBTFUL", "RINA UJICOBA": None}
    assert memberships == []
