"""Catalog entries: what they may say, and that the shipped ones understand how the senders write."""

from pathlib import Path

import pytest
import yaml

from sigap import sources
from sigap.domain.datasets import SCHEMAS
from sigap.domain.source import SourceEntry
from sigap.sources.catalog import entry_for, load_catalog
from sigap.sources.entry import read_entry
from sigap.sources.header import header_key
from sigap.sources.inbox import Received
from sigap.sources.refusals import CatalogError, UnknownSourceError

LAYOUTS = Path(sources.__file__).parents[1] / "synth" / "layouts.yaml"
GOOD = """
title: Paguyuban
kind: workers
columns:
  nik: {headers: [NIK, No KTP], required: true}
  full_name: [Nama]
"""


def entry(folder: Path, text: str) -> SourceEntry:
    path = folder / "contoh.yaml"
    path.write_text(text, encoding="utf-8")
    return read_entry(path)


def test_every_entry_of_the_catalog_can_be_read() -> None:
    entries = load_catalog()
    assert {"dtks", "memberships", "bpjs_bills", "payments"} < set(entries)
    for one in entries.values():
        assert set(one.columns) <= set(SCHEMAS[f"sources.{one.kind}"].names)
        assert one.title and len(one.sha256) == 64


def test_there_are_at_least_ten_associations_that_ask_for_the_same_columns() -> None:
    associations = [one for one in load_catalog().values() if one.group == "associations"]
    assert len(associations) >= 10
    needed = {"nik", "full_name", "birth_date", "address", "kelurahan", "kecamatan"}
    for one in associations:
        assert {column.name for column in one.columns.values() if column.required} == needed
        assert one.sector == one.code


def test_the_catalog_understands_how_every_association_writes() -> None:
    layouts = yaml.load(LAYOUTS.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  (No stays a word)
    assert layouts, "no layout was found: this test would prove nothing"
    for code, layout in layouts.items():
        one = load_catalog()[code]
        meant = {header_key(text): column.name for column in one.columns.values() for text in column.headers}
        for name, header in layout["columns"].items():
            assert meant.get(header_key(header), "no") == name, f"{code}: {header}"
        assert one.columns["birth_date"].date_order == layout["date"][:3]


def test_an_entry_keeps_order_of_dates_and_defaults(tmp_path: Path) -> None:
    one = entry(
        tmp_path,
        GOOD.replace("kind: workers", "kind: workers\ndates: dmy")
        + "  birth_date: {headers: [Lahir], dates: mdy}\n",
    )
    assert one.columns["nik"].required and not one.columns["full_name"].required
    assert [column.date_order for column in one.columns.values()] == ["dmy", "dmy", "mdy"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("title:", "titel:"), "unknown keys in the entry: titel"),
        (("title: Paguyuban\n", ""), "lacks title"),
        (("kind: workers", "kind: pekerja"), "'pekerja' as kind; allowed are workers"),
        (("kind: workers", "kind: workers\ngroup: lain"), "'lain' as group"),
        (("full_name:", "nama_lengkap:"), "unknown keys in columns: nama_lengkap"),
        (("[Nama]", "[Nama, NO. KTP]"), "'NO. KTP' to both nik and full_name"),
        (("[Nama]", "[]"), "no headers for full_name"),
        (("[Nama]", "[No]"), "in quotes where YAML reads No as false"),
        (("[Nama]", "{headers: [Nama], wajib: true}"), "unknown keys in column full_name: wajib"),
        (("[Nama]", "{headers: [Nama], required: ya}"), "required of full_name"),
        (("[Nama]", "{headers: [Nama], dates: ddmmyy}"), "'ddmmyy' as dates of full_name"),
        (("[Nama]", "[Nama]\n  nik: [Nomor]"), "'nik' stands twice"),
        (("[Nama]", "[Nama]\nignore: [NAMA]"), "'NAMA' to both full_name and ignore"),
        (("[Nama]", "[Nama]\nexpect: {at_least: 9, at_most: 3}"), "limits that no delivery can meet"),
        (("[Nama]", "[Nama]\nexpect: {at_leest: 9}"), "unknown keys in expect: at_leest"),
        (("[Nama]", "[Nama]\nexpect: {at_least: satu}"), "'satu' as at_least"),
        (("[Nama]", "[Nama]\nevery_sheet: 1"), "1 as every_sheet"),
        (("title: Paguyuban", "title: 2026"), "2026 as title"),
        (("[Nama]", "[Nama"), "no valid YAML"),
        (("columns:", "columns: 3\nx:"), "unknown keys"),
        (("title: Paguyuban", "title:"), "lacks title"),
        (("[Nama]", "[Nama]\nminimise: [NAMA]"), "'NAMA' to both full_name and minimise"),
        (("[Nama]", "[Nama]\nignore: [Agama]\nminimise: [AGAMA]"), "'AGAMA' to both ignore and minimise"),
        (("[Nama]", "[Nama]\nminimise: Agama"), "list of headers for minimise"),
        (("[Nama]", "[Nama]\ntemplate: [NIK, Nama, N.I.K]"), "'NIK' twice in its template"),
        (("[Nama]", "[Nama]\ntemplate: [Nama, Alamat]"), "template without the required column nik"),
        (("[Nama]", "[Nama]\nseverity: {NIK_BAD: hold}"), "unknown keys in severity: NIK_BAD"),
        (("[Nama]", "[Nama]\nseverity: {ELIGIBLE: hold}"), "unknown keys in severity: ELIGIBLE"),
        (("[Nama]", "[Nama]\nseverity: {NIK_REGION: stop}"), "'stop' as severity of NIK_REGION"),
        (("[Nama]", "[Nama]\nnumbering: dukcapil"), "'dukcapil' as numbering; allowed are kemendagri, bps"),
        (("[Nama]", "[Nama]\nexpect: {max_duplicate_share: 1.5}"), "limits that no delivery can meet"),
        (("[Nama]", "[Nama]\nexpect: {max_change: 0}"), "limits that no delivery can meet"),
        (("[Nama]", "[Nama]\nexpect: {max_change: banyak}"), "'banyak' as max_change"),
    ],
)
def test_a_contradiction_is_refused_with_the_file_and_the_place(
    tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    assert entry(tmp_path, GOOD)
    assert change[0] in GOOD
    with pytest.raises(CatalogError) as error:
        entry(tmp_path, GOOD.replace(*change))
    assert str(error.value).startswith(f"{tmp_path / 'contoh.yaml'} ") and words in str(error.value)


def test_an_entry_says_what_is_not_carried_on_how_strict_it_is_and_how_it_numbers(tmp_path: Path) -> None:
    more = """
  place_code: [Kode Desa]
template: [NIK, Nama]
minimise: [Agama, "No. Rekening"]
severity: {NIK_REGION: hold, DOB_MISMATCH: info}
numbering: bps
expect: {max_duplicate_share: 0.02, max_change: 1.5}
"""
    one = entry(tmp_path, GOOD.rstrip() + more)
    assert (one.template, one.minimise) == (("NIK", "Nama"), ("Agama", "No. Rekening"))
    assert (one.severity, one.numbering) == ({"NIK_REGION": "hold", "DOB_MISMATCH": "info"}, "bps")
    assert (one.expect.max_duplicate_share, one.expect.max_change) == (0.02, 1.5)
    assert one.remembered == ()


def test_a_deployment_adds_senders_and_replaces_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "becak.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "gerobak.yaml").write_text(GOOD, encoding="utf-8")
    catalog, shipped = load_catalog(tmp_path), load_catalog()
    assert set(catalog) == {*shipped, "gerobak"} and list(catalog) == sorted(catalog)
    assert catalog["becak"].title == "Paguyuban" != shipped["becak"].title
    assert catalog["pasar"] == shipped["pasar"]


def test_an_entry_that_changes_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "gerobak.yaml"
    for title in ("Paguyuban", "Serikat"):
        path.write_text(GOOD.replace("Paguyuban", title), encoding="utf-8")
        assert load_catalog(tmp_path)["gerobak"].title == title


@pytest.mark.parametrize("folder", ["kosong", "tidak_ada"])
def test_a_city_without_entries_of_its_own_has_the_shipped_ones(tmp_path: Path, folder: str) -> None:
    (tmp_path / "kosong").mkdir()
    assert load_catalog(tmp_path / folder) == load_catalog()


def test_what_a_list_must_not_carry_further_is_named_for_every_list_of_persons() -> None:
    for one in load_catalog().values():
        if one.kind == "workers":
            dropped = {header_key(text) for text in one.minimise}
            assert {"agama", "norekening", "email", "npwp"} <= dropped, f"{one.code}: {sorted(dropped)}"


@pytest.mark.parametrize(
    ("group", "code"),
    [("associations", "paguyuban_baru"), ("associations", "dtks"), ("associations", "associations")],
)
def test_a_folder_that_no_entry_describes_is_refused(group: str, code: str) -> None:
    from upath import UPath

    with pytest.raises(UnknownSourceError, match=rf"daftar\.csv stands in {group}/, folder '{code}'.+becak"):
        entry_for(Received(UPath("daftar.csv"), group, code, "daftar.csv"), load_catalog())
