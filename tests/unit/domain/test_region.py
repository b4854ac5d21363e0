"""The city's places and how their names are recognised."""

import pytest

from sigap.domain.region import city, place_key


def test_city_has_12_kecamatan_and_56_kelurahan_with_codes_inside_their_parents():
    places = city().kelurahan
    assert len(places) == 56
    assert len({place.kecamatan_code for place in places}) == 12
    assert len({place.code for place in places}) == 56
    for place in places:
        assert place.code.startswith(place.kecamatan_code + ".")
        assert place.kecamatan_code.startswith(city().regency_code + ".")


def test_kelurahan_names_stay_distinct_when_folded():
    keys = [place_key(place.name) for place in city().kelurahan]
    assert len(set(keys)) == 56, (
        "two kelurahan fold to one key: a list that names only the kelurahan is ambiguous"
    )
    assert "" not in keys


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Jaka Sampurna", "Jakasampurna"),
        ("KEL. JAKA SAMPURNA", "Jakasampurna"),
        ("kelurahan  jakasampurna ", "Jakasampurna"),
        ("Kec.Medan Satria", "Medansatria"),
        ("Desa Jati-Bening Baru", "Jatibening Baru"),
        ("KECAMATAN PONDOK GEDE", "Pondokgede"),
        ("Ds. Cikiwul", "Cikiwul"),
    ],
)
def test_place_key_is_the_same_however_the_name_is_written(written, name):
    assert place_key(written) == place_key(name)


@pytest.mark.parametrize("name", ["Kelapa Dua", "Desakota", "Kecapi"])
def test_place_key_keeps_names_that_only_begin_like_a_prefix(name):
    assert place_key(name) == name.upper().replace(" ", "")


def test_names_of_the_city_and_names_that_could_be_its_neighbour_do_not_overlap():
    aliases, unclear = (
        {place_key(name) for name in city().aliases},
        {place_key(name) for name in city().unclear},
    )
    assert place_key(city().regency_name) in aliases
    assert unclear
    assert not aliases & unclear
    assert place_key("Kabupaten Bekasi") not in aliases | unclear
