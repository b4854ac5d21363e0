"""A proposed catalog entry: columns told by headers and by content, written as YAML that can be read back."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigap.errors import SourceError
from sigap.sources.catalog import load_catalog
from sigap.sources.content import count_dates, looks
from sigap.sources.draft import draft_entry
from sigap.sources.entry import read_entry
from sigap.sources.propose import Proposal, propose_entry
from sigap.sources.reader import SheetTop
from sigap.sources.refusals import CatalogError

PEOPLE = [
    ("1", "3275014101990007", "Kenari Rahasia", "17-08-1999", "P", "Jl. Mawar 1", "Jatiasih", "081234567890"),
    ("2", "3275021512800002", "Murai Sunyi", "15-12-1980", "L", "Kp. Rawa 7", "Jakasampurna", "081234567891"),
    ("3", "3275035010750003", "Pipit Teduh", "10-10-1975", "P", "Gg. Melati 3", "Jatirasa", "081234567892"),
]
Line = tuple[str, ...]
HEADER: Line = ("No", "No. KTP", "Nama Sopir", "Tgl Lahir", "L/P", "Alamat", "Kelurahan", "No. HP")


def page(sheet: str, lines: list[list[str]]) -> SheetTop:
    return SheetTop(sheet, False, lines)


def top(header: Line = HEADER, people: Sequence[Line] = PEOPLE, sheet: str = "Data") -> SheetTop:
    return page(sheet, [["DAFTAR SOPIR ANGKOT"], [""], list(header), *map(list, people)])


def propose(*tops: SheetTop, group: str = "associations") -> Proposal:
    return propose_entry(tops, "daftar.xlsx", group, load_catalog())


def meanings(proposal: Proposal) -> dict[str, str]:
    return {column.header: column.meaning for column in proposal.columns}


def test_columns_are_known_by_their_headers() -> None:
    proposal = propose(top())
    assert (proposal.sheets, proposal.header_lines, proposal.missing) == (("Data",), (3,), ())
    assert meanings(proposal) == {
        "No": "ignore",
        "No. KTP": "nik",
        "Nama Sopir": "full_name",
        "Tgl Lahir": "birth_date",
        "L/P": "sex",
        "Alamat": "address",
        "Kelurahan": "kelurahan",
        "No. HP": "phone",
    }
    sure = {column.meaning: column.confidence for column in proposal.columns}
    assert sure["nik"] == 1 and 0.6 <= sure["full_name"] < 1


@pytest.mark.parametrize("place", range(1, 8))
def test_a_column_under_a_word_that_nobody_knows_is_known_by_what_stands_below(place: int) -> None:
    header = tuple("Xyzzy" if at == place else text for at, text in enumerate(HEADER))
    (column,) = [one for one in propose(top(header)).columns if one.header == "Xyzzy"]
    expected = {1: "nik", 3: "birth_date", 4: "sex", 5: "address", 6: "kelurahan", 7: "phone"}
    assert column.meaning == expected.get(place, "extra")
    assert column.because == ("content" if place in expected else "")


def test_a_list_without_one_known_header_is_found_by_its_nik() -> None:
    proposal = propose(top(tuple("abcdefgh")))
    assert meanings(proposal)["b"] == "nik" and proposal.missing == ("full_name",)
    assert proposal.header_lines == (3,)


def test_a_known_header_above_other_content_is_less_sure() -> None:
    swapped = [(no, name, nik, *rest) for no, nik, name, *rest in PEOPLE]
    sure = {column.header: column.confidence for column in propose(top(people=swapped)).columns}
    assert sure["No. KTP"] < propose(top()).columns[1].confidence


def test_a_family_card_is_no_nik_though_it_has_as_many_digits() -> None:
    header, people = (*HEADER, "No. KK"), [(*one, f"327501010120000{at}") for at, one in enumerate(PEOPLE)]
    assert meanings(propose(top(header, people)))["No. KK"] == "kk"


@pytest.mark.parametrize("header", ["Agama", "No. Rekening", "Nama Bank", "E-mail", "NPWP", "Gol. Darah"])
def test_what_the_purpose_does_not_need_is_not_carried_on(header: str) -> None:
    people = [(*one, "x") for one in PEOPLE]
    assert meanings(propose(top((*HEADER, header), people)))[header] == "minimise"


def test_an_address_of_the_net_is_not_carried_on_whatever_stands_above_it() -> None:
    people = [(*one, f"warga{at}@contoh.id") for at, one in enumerate(PEOPLE)]
    assert meanings(propose(top((*HEADER, "Xyzzy"), people)))["Xyzzy"] == "minimise"


def test_a_list_that_stands_in_several_sheets_is_proposed_with_all_of_them(tmp_path: Path) -> None:
    proposal = propose(top(sheet="Jatiasih"), top(sheet="Rawalumbu"), page("Catatan", [["halo"]]))
    assert proposal.sheets == ("Jatiasih", "Rawalumbu")
    assert "every_sheet: true" in draft_entry(proposal, "sopir")


@pytest.mark.parametrize(
    "lines", [[], [["halo", "dunia"]], [["1", "2", "3"], ["4", "5", "6"]], [["Kepada Yth."]]]
)
def test_what_is_no_list_is_refused_with_one_sentence(lines: list[list[str]]) -> None:
    with pytest.raises(SourceError, match=r"daftar\.xlsx is no list"):
        propose(page("Data", lines))


@pytest.mark.parametrize(
    ("cells", "order", "proved"),
    [
        (["17-08-1999", "01-02-1980"], "dmy", (1, 0, 1)),
        (["08/17/1999", "01/02/1980"], "mdy", (0, 1, 1)),
        (["01.02.1980", "03.04.1981"], "dmy", (0, 0, 2)),
        (["17/08/1999", "08/17/1999"], "dmy", (1, 1, 0)),
        (["1999-08-17", "17 Agustus 1999", "13/25/1980"], "dmy", (0, 0, 1)),
    ],
)
def test_a_day_above_twelve_decides_the_order_of_dates(
    cells: list[str], order: str, proved: tuple[int, int, int]
) -> None:
    count = count_dates(cells)
    assert (count.order, (count.day_first, count.month_first, count.unclear)) == (order, proved)


@pytest.mark.parametrize(
    ("name", "cell", "fits"),
    [
        ("kelurahan", "Kel. JATI ASIH", True),
        ("kelurahan", "Jakasampurna", True),
        ("kelurahan", "Menteng", False),
        ("kecamatan", "Kec Bekasi  Barat", True),
        ("nik", "3275.0141.0199.0007", True),
        ("nik", "3275013299990007", False),
        ("birth_date", "17 Agustus 1990", True),
        ("birth_date", "17-08-1890", False),
        ("phone", "+62 812-3456-7890", True),
        ("phone", "3275014101990007", False),
        ("sex", "Perempuan", True),
        ("minimise", "warga@contoh.id", True),
    ],
)
def test_what_a_cell_looks_like(name: str, cell: str, fits: bool) -> None:
    assert looks()[name].fits(cell) is fits


def test_the_entry_loads_as_it_is_and_reads_its_own_file_again(tmp_path: Path) -> None:
    people = [(*one, "Islam", "x", "y") for one in PEOPLE]
    proposal = propose(top((*HEADER, "Agama", "Ukuran: L [besar]", "No\nSeri  #"), people))
    path = tmp_path / "sopir_angkot.yaml"
    path.write_text(draft_entry(proposal, path.stem), encoding="utf-8")
    entry = read_entry(path)
    found = {column.meaning for column in proposal.columns}
    assert set(entry.columns) == found - {"ignore", "minimise", "extra"}
    assert (entry.code, entry.group, entry.sector) == ("sopir_angkot", "associations", "sopir_angkot")
    required = {column.name for column in entry.columns.values() if column.required}
    assert required == {"nik", "full_name", "birth_date", "address", "kelurahan"}
    assert entry.columns["birth_date"].date_order == "dmy"
    assert (entry.ignore, entry.minimise, entry.template) == (("No",), ("Agama",), ())
    text = path.read_text()
    assert "100%, B, by its header" in text and "#   J  Ukuran: L [besar]" in text
    path.write_text(text.replace("# template:", "template:"), encoding="utf-8")
    assert read_entry(path).template[-1] == "No Seri #"


def test_what_was_not_found_stands_in_the_entry_for_a_person_to_fill_in(tmp_path: Path) -> None:
    header, people = HEADER[2:], [one[2:] for one in PEOPLE]
    path = tmp_path / "sopir.yaml"
    path.write_text(draft_entry(propose(top(header, people)), "sopir"), encoding="utf-8")
    assert "nik: {headers: [], required: true}  # NOT FOUND" in path.read_text()
    with pytest.raises(CatalogError, match="has no headers for nik"):
        read_entry(path)


@pytest.mark.parametrize("code", [one.code for one in load_catalog().values() if one.group == "associations"])
def test_the_templates_of_the_known_senders_are_understood(code: str) -> None:
    columns = [column for column in load_catalog()[code].columns.values() if column.name != "place_code"]
    header = tuple(column.headers[0] for column in columns)
    proposal = propose(page("", [list(header), ["x"] * len(header)]))
    assert meanings(proposal) == {column.headers[0]: column.name for column in columns}


@pytest.mark.parametrize(("group", "code"), [("memberships", "memberships"), ("payments", "payments")])
def test_other_lists_are_proposed_with_their_own_columns(tmp_path: Path, group: str, code: str) -> None:
    header = [column.headers[0] for column in load_catalog()[code].columns.values()]
    path = tmp_path / f"{code}.yaml"
    path.write_text(draft_entry(propose(page("", [header, ["1"] * len(header)]), group=group), code))
    assert set(read_entry(path).columns) == set(load_catalog()[code].columns)


@given(st.lists(st.lists(st.text(max_size=20), max_size=6), max_size=8))
def test_any_content_gives_a_proposal_or_one_sentence(lines: list[list[str]]) -> None:
    try:
        proposal = propose(page("Data", lines))
    except SourceError:
        return
    draft_entry(proposal, "sopir")


def test_no_value_of_a_cell_stands_in_the_entry() -> None:
    text = draft_entry(propose(top()), "sopir")
    for person in PEOPLE:
        assert not [value for value in person[1:] if len(value) > 1 and value in text]
