"""Where an address lies, however it is written."""

import string

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigap.domain.region import REGIONS, Regions, add_editions, city, shipped_regions
from sigap.engine import connect
from sigap.quality.places import ADDRESS, OUTSIDE, atlas, find_places
from sigap.quality.spelling import place_key, spell_cells

SCHEMA = pa.schema([(name, pa.string()) for name in ADDRESS])
CITY = city().regency_code
KELURAHAN = {place.name: place for place in city().kelurahan}


def find(
    *addresses: dict[str, str | None], numbering: str = "kemendagri", regions: Regions | None = None
) -> list[dict[str, object]]:
    """What each address means, in the order given."""
    rows = pa.Table.from_pylist([dict.fromkeys(ADDRESS) | one for one in addresses], schema=SCHEMA)
    with connect() as connection:
        connection.execute("SET threads = 1")
        found = find_places(connection, rows, atlas(regions or shipped_regions()), numbering)
    assert found.num_rows == len({tuple(row.values()) for row in rows.to_pylist()})
    meanings = {tuple(row[name] for name in ADDRESS): row for row in found.to_pylist()}
    return [meanings[tuple(row[name] for name in ADDRESS)] for row in rows.to_pylist()]


def codes(row: dict[str, object]) -> tuple[object, object, object]:
    return row["kelurahan_code"], row["kecamatan_code"], row["regency_code"]


def said(row: dict[str, object]) -> list[str]:
    return [name for name in ("is_unknown", "is_respelled", "is_code_unknown") if row[name]]


def at(kelurahan: str | None = None, kecamatan: str | None = None, kabupaten: str | None = None) -> dict:
    return {"kelurahan": kelurahan, "kecamatan": kecamatan, "kabupaten": kabupaten}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Jaka Sampurna", "Jakasampurna"),
        ("KEL. JAKA SAMPURNA", "Jakasampurna"),
        ("kelurahan  jakasampurna ", "Jakasampurna"),
        ("Kec.Medan Satria", "Medansatria"),
        ("Desa Jati-Bening Baru", "Jatibening Baru"),
        ("KECAMATAN PONDOK GEDE", "Pondokgede"),
        ("Pd. Gede", "Pondokgede"),
        ("Rw. Lumbu", "Rawalumbu"),
        ("Ds. Cikiwul", "Cikiwul"),
    ],
)
def test_place_key_is_the_same_however_the_name_is_written(written, name):
    assert place_key(written) == place_key(name)


@pytest.mark.parametrize("name", ["Kelapa Dua", "Desakota", "Kecapi", "Rawa Tembaga"])
def test_place_key_keeps_names_that_only_begin_like_another_word(name):
    assert place_key(name) == name.upper().replace(" ", "")


def test_names_stay_distinct_when_folded():
    keys = [place_key(place.name) for place in city().kelurahan]
    assert len(set(keys)) == 56, (
        "two kelurahan fold to one key: the kelurahan's name alone would be ambiguous"
    )
    assert "" not in keys
    aliases = {place_key(name) for name in city().aliases}
    assert place_key(city().regency_name) in aliases
    assert not aliases & {place_key(name) for name in (*city().unclear, "Kabupaten Bekasi")}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (at("Jaka Sampurna"), ("32.75.02.1005", "32.75.02", CITY)),
        (at("JAKASAMPURNA", "BEKASIBARAT"), ("32.75.02.1005", "32.75.02", CITY)),
        (at("Kel. Jakasampurna", "Bks Barat"), ("32.75.02.1005", "32.75.02", CITY)),
        (at("Kranji", "Bekasi Brt"), ("32.75.02.1002", "32.75.02", CITY)),
        (at("Jatiwaringin", "Pd. Gede"), ("32.75.08.1001", "32.75.08", CITY)),
        (at("Jati Waringin", "Pondok Gede"), ("32.75.08.1001", "32.75.08", CITY)),
        (at("Kali Baru", "Kec. Medan Satria"), ("32.75.06.1004", "32.75.06", CITY)),
        (at("Kel Jatiasih RW 03"), ("32.75.09.1002", "32.75.09", CITY)),
        (at("Kel. Jatiasih RT.001/RW.003", "Jati Asih"), ("32.75.09.1002", "32.75.09", CITY)),
        (at("Pengasinan", "Rawa Lumbu"), ("32.75.05.1002", "32.75.05", CITY)),
        (at("Jakasampurna, Bekasi Barat"), ("32.75.02.1005", "32.75.02", CITY)),
        (at("Kel. Jakasampurna Kec. Bks Barat"), ("32.75.02.1005", "32.75.02", CITY)),
        (at("Jakasampurna (Bekasi Barat)", None, "Kota Bks"), ("32.75.02.1005", "32.75.02", CITY)),
        (at(None, "Jakasampurna - Bekasi Barat"), ("32.75.02.1005", "32.75.02", CITY)),
        (at(None, None, "Jakasampurna, Bekasi Barat, Kota Bekasi"), ("32.75.02.1005", "32.75.02", CITY)),
        (at("Bintara Jaya"), ("32.75.02.1004", "32.75.02", CITY)),
        (at("Bintara"), ("32.75.02.1001", "32.75.02", CITY)),
        (at("Kota Baru"), ("32.75.02.1003", "32.75.02", CITY)),
        (at("Jatiasih", "Jatiasih"), ("32.75.09.1002", "32.75.09", CITY)),
        (at("Kp. Rawa Bambu Kel. Kalibaru"), ("32.75.06.1004", "32.75.06", CITY)),
    ],
)
def test_an_address_in_the_city_is_found_however_it_is_written(address, expected):
    (row,) = find(address)
    assert codes(row) == expected
    assert said(row) == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (at(None, "Rawa Lumbu"), (None, "32.75.05", CITY)),
        (at("Kec. Medan Satria"), (None, "32.75.06", CITY)),  # also a kelurahan; the word says which is meant
        (at("Bks Barat"), (None, "32.75.02", CITY)),
        (at("Perum Indah", "Bekasi Barat"), (None, "32.75.02", CITY)),
        (at(None, None, "Kota Bks"), (None, None, CITY)),
        (at("Xyzabc", "Qwerty"), (None, None, None)),
        (at("Krnaijj", "Bksi Brtt"), (None, None, None)),
        (at("Xyzabc", None), (None, None, None)),
        (at(None, None, "Bekasi"), (None, None, None)),
        (at(None, None, "Jawa Barat"), (None, None, None)),
        (at("NULL", "-", "N/A"), (None, None, None)),
        (at("Kranji", "Bekasi Timur"), ("32.75.02.1002", "32.75.02", CITY)),  # it lies in Bekasi Barat
        (at("Kranji", "Xyzabc"), ("32.75.02.1002", "32.75.02", CITY)),
        (at("Krnji", "Bekasi Timur"), (None, "32.75.01", CITY)),  # not read against what is plainly written
    ],
)
def test_what_cannot_be_found_warns_and_is_not_said_to_lie_elsewhere(address, expected):
    (row,) = find(address)
    assert codes(row) == expected
    assert said(row) == ["is_unknown"]


@pytest.mark.parametrize(
    "address",
    [
        at("Setiamekar", "Tambun Selatan"),
        at("Pengasinan", "Sawangan"),  # the city has a kelurahan of that name
        at("Kranji", "Bekasi Barat", "Kabupaten Bekasi"),
        at("Kranji", None, "Kab. Banyumas"),
        at(None, None, "DKI Jakarta"),
        at("Kranji, Purwokerto Timur, Banyumas"),
    ],
)
def test_a_place_elsewhere_is_outside_when_it_is_plainly_named(address):
    (row,) = find(address)
    assert codes(row) == (None, None, OUTSIDE)
    assert said(row) == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (at("Jaka Sempurna"), "32.75.02.1005"),
        (at("Jaka Sempurna", "Bekasi Barat"), "32.75.02.1005"),
        (at("Bntara", "Bekasi Barat"), "32.75.02.1001"),
        (at("Krajni", "Bekasi Barat"), "32.75.02.1002"),
        (at("Kranji", "Bekassi Barat"), "32.75.02.1002"),
        (at("Pekayonjaya", "Bekasi Selatan", "Kota Bekassi"), "32.75.04.1001"),
        (at("Bjong Rawalumbuh"), "32.75.05.1001"),
    ],
)
def test_a_near_spelling_is_read_and_said(address, expected):
    (row,) = find(address)
    assert row["kelurahan_code"] == expected
    assert said(row) == ["is_respelled"]


@pytest.mark.parametrize(
    "name",
    [
        "Jakisampurna",  # Jakasampurna or Jatisampurna
        "Jatiranggo",  # Jatirangga or Jatiranggon
        "Jatimulya",  # a kelurahan of the neighbour, two letters from Jakamulya
        "Ciminong",  # two letters wrong in a short name
        "Krnj",
        "Bintara Raya Indah",
    ],
)
def test_a_spelling_that_could_be_two_names_or_a_place_elsewhere_is_not_read(name):
    (row,) = find(at(name))
    assert (row["kelurahan_code"], said(row)) == (None, ["is_unknown"])


@st.composite
def typos(draw: st.DrawFn) -> tuple[str, str]:
    """A kelurahan and its name with one letter wrong, missing, too many, or two swapped."""
    name = draw(st.sampled_from(sorted(KELURAHAN)))
    key = place_key(name)
    at = draw(st.integers(0, len(key) - 1))
    letter = draw(st.sampled_from(string.ascii_uppercase))
    spoilt = draw(
        st.sampled_from(
            [
                key[:at] + letter + key[at + 1 :],
                key[:at] + key[at + 1 :],
                key[:at] + letter + key[at:],
                key[:at] + key[at : at + 2][::-1] + key[at + 2 :],
            ]
        )
    )
    return name, spoilt


@given(st.lists(typos(), min_size=1, max_size=40))
def test_one_wrong_letter_never_makes_another_kelurahan_of_it(spoilt):
    known = atlas(shipped_regions()).known
    read = spell_cells([text for _, text in spoilt], "kelurahan", known)
    for (name, text), found in zip(spoilt, read, strict=True):
        key = found.keys["kelurahan"]
        assert key in (place_key(name), text, ""), f"{text} was read as {key}"


def test_every_name_is_itself_and_no_near_spelling_of_another():
    for place, row in zip(KELURAHAN.values(), find(*(at(name) for name in KELURAHAN)), strict=True):
        assert (row["kelurahan_code"], said(row)) == (place.code, [])


CODES = [
    ("32.75.02.1005", ("32.75.02.1005", "32.75.02", CITY), []),
    ("3275021005", ("32.75.02.1005", "32.75.02", CITY), []),
    (" 32.75.02 ", (None, "32.75.02", CITY), ["is_unknown"]),
    ("327502", (None, "32.75.02", CITY), ["is_unknown"]),
    ("3275", (None, None, CITY), ["is_unknown"]),
    ("32", (None, None, None), ["is_unknown"]),
    ("3216", (None, None, OUTSIDE), []),
    ("32.16.06.2003", (None, None, OUTSIDE), []),  # known as far as the edition goes
    ("9104011001", (None, None, OUTSIDE), []),
    ("3275060", (None, None, None), ["is_unknown", "is_code_unknown"]),  # a number of BPS
    ("3275060005", (None, None, None), ["is_unknown", "is_code_unknown"]),
    ("32.75.13", (None, None, None), ["is_unknown", "is_code_unknown"]),
    ("9804", (None, None, None), ["is_unknown", "is_code_unknown"]),
    ("abc", (None, None, None), ["is_unknown", "is_code_unknown"]),
    ("NULL", (None, None, None), ["is_unknown"]),
]


@pytest.mark.parametrize(("code", "expected", "remarks"), CODES)
def test_a_code_of_kemendagri_is_read_with_and_without_dots(code, expected, remarks):
    (row,) = find({"place_code": code})
    assert (codes(row), said(row)) == (expected, remarks)


@pytest.mark.parametrize(
    ("code", "expected", "remarks"),
    [
        ("3275060", (None, "32.75.02", CITY), ["is_unknown"]),
        ("3275060005", (None, "32.75.02", CITY), ["is_unknown"]),  # its kecamatan, for lack of its own number
        ("3275040", (None, "32.75.01", CITY), ["is_unknown"]),  # as digits of Kemendagri it would be 32.75.04
        ("327502", (None, None, None), ["is_unknown", "is_code_unknown"]),
        ("32.75.02", (None, None, None), ["is_unknown", "is_code_unknown"]),
        ("3275999", (None, None, None), ["is_unknown", "is_code_unknown"]),
    ],
)
def test_a_number_of_bps_is_read_only_through_the_crosswalk(code, expected, remarks):
    (row,) = find({"place_code": code}, numbering="bps")
    assert (codes(row), said(row)) == (expected, remarks)


@pytest.mark.parametrize(
    ("address", "code", "expected", "remarks"),
    [
        (at("Kranji", "Bekasi Barat"), "3275021002", ("32.75.02.1002", "32.75.02", CITY), []),
        (at("Kranji", "Bekasi Barat"), "3275021005", ("32.75.02.1002", "32.75.02", CITY), ["is_unknown"]),
        (at("Kranji"), "3216", ("32.75.02.1002", "32.75.02", CITY), ["is_unknown"]),
        (at(None, "Bekasi Barat"), "3275021005", ("32.75.02.1005", "32.75.02", CITY), []),
        (at(None, "Bekasi Barat"), "3275011001", (None, "32.75.02", CITY), ["is_unknown"]),
        (at("Xyzabc"), "3275021005", ("32.75.02.1005", "32.75.02", CITY), []),
        (at(None, None, "Kab. Bogor"), "3275021005", (None, None, OUTSIDE), ["is_unknown"]),
    ],
)
def test_names_outweigh_the_code_and_the_code_completes_them(address, code, expected, remarks):
    (row,) = find(address | {"place_code": code})
    assert (codes(row), said(row)) == (expected, remarks)


def test_every_address_is_answered_once_also_when_addresses_share_a_code():
    rows = [at(name) | {"place_code": "327502"} for name in ("Kranji", "Bintara", "Kotabaru", None)]
    assert [row["kecamatan_code"] for row in find(*rows)] == ["32.75.02"] * 4


def loaded(*places: tuple[str, str, str | None]) -> Regions:
    rows = pa.Table.from_pylist(
        [{"region_code": code, "name": name, "bps_code": bps} for code, name, bps in places], schema=REGIONS
    )
    return add_editions(shipped_regions(), [(shipped_regions().editions[0], rows)])


def test_a_loaded_edition_knows_more_places_and_more_numbers():
    regions = loaded(
        ("33.02.24", "Purwokerto Timur", None),
        ("33.02", "Banyumas", None),
        ("32.75.02.1005", "Jakasampurna", "3275060003"),
    )
    names, known, unknown = find(
        at("Kranji", "Purwokerto Timur"), {"place_code": "330224"}, {"place_code": "330225"}, regions=regions
    )
    assert codes(names) == codes(known) == (None, None, OUTSIDE)
    assert said(unknown) == ["is_unknown", "is_code_unknown"]
    (row,) = find({"place_code": "3275060003"}, numbering="bps", regions=regions)
    assert codes(row) == ("32.75.02.1005", "32.75.02", CITY)
