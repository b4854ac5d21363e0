"""The city's places, and the codes that the editions know together."""

import datetime as dt

import pyarrow as pa

from sigap.domain.region import REGIONS, Edition, add_editions, city, nik_prefixes, shipped_regions

OTHER = Edition("Kepmendagri uji", dt.date(2026, 1, 1), "uji", True, "b" * 64)


def test_city_has_12_kecamatan_and_56_kelurahan_with_codes_inside_their_parents():
    places = city().kelurahan
    assert len(places) == 56
    assert len({place.kecamatan_code for place in places}) == 12
    assert len({place.code for place in places}) == 56
    for place in places:
        assert place.code.startswith(place.kecamatan_code + ".")
        assert place.kecamatan_code.startswith(city().regency_code + ".")


def test_shipped_edition_has_the_provinces_west_java_and_the_city_and_says_what_nobody_has_verified():
    regions = shipped_regions()
    codes = regions.places["region_code"].to_pylist()
    assert len(set(codes)) == len(codes)
    levels = [code.count(".") for code in codes]
    assert [levels.count(level) for level in range(4)] == [38, 27, 12, 56]
    assert all(code.rpartition(".")[0] in codes for code in codes if "." in code)
    assert city().regency_code in codes
    assert all(edition.source and edition.name for edition in regions.editions)
    assert not any(edition.is_verified for edition in regions.editions)
    numbers = [number for number in regions.places["bps_code"].to_pylist() if number]
    assert len(numbers) == len(set(numbers)) == 12
    assert not set(numbers) & {code.replace(".", "") for code in codes}


def prefixes(*added: str) -> set[str]:
    rows = pa.Table.from_pylist([{"region_code": code, "name": "Uji"} for code in added], schema=REGIONS)
    regions = add_editions(shipped_regions(), [(OTHER, rows)])
    return set(nik_prefixes(regions)["prefix"].to_pylist())


def test_nik_prefixes_go_as_deep_as_the_editions_and_no_deeper():
    found = prefixes()
    assert {"32", "3275", "3216", "327501", "327512"} <= found
    assert not [prefix for prefix in found if prefix.startswith("3216") and prefix != "3216"]
    assert not [prefix for prefix in found if prefix.startswith("33") and prefix != "33"]
    assert {len(prefix) for prefix in found} == {2, 4, 6}


def test_another_edition_adds_codes_and_takes_none_away():
    assert prefixes("33", "33.02", "33.02.24", "33.02.24.1001") == prefixes() | {"3302", "330224"}


def test_nothing_is_concluded_below_a_province_that_was_split():
    assert {"91", "93", "94", "95", "96"} <= prefixes()
    assert prefixes("91", "91.03", "91.03.01") == prefixes(), "9101 moved to 93.01; its NIK stay as they are"


def test_digest_changes_with_an_edition_and_not_with_the_order():
    one, another = (
        (OTHER, REGIONS.empty_table()),
        (Edition("C", OTHER.valid_from, "", False, "c" * 64), REGIONS.empty_table()),
    )
    shipped = shipped_regions()
    assert add_editions(shipped, [one]).sha256 != shipped.sha256
    assert add_editions(shipped, [one, another]).sha256 == add_editions(shipped, [another, one]).sha256
