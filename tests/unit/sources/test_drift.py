"""Template drift: which header lines stop, what the message shows, what an accepted layout changes."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigap.domain.lists import FoundList
from sigap.domain.source import Column, SourceEntry
from sigap.sources.catalog import load_catalog
from sigap.sources.changes import unknown_headers
from sigap.sources.drift import DriftError, check_layout, remember
from sigap.sources.header import column_letter, header_key
from sigap.sources.likeness import known_headers, likeness, may_be_quoted
from sigap.sources.refusals import MissingColumnsError

BECAK = load_catalog()["becak"]
AGREED = ("No", "Nomor KTP", "Nama Pengemudi", "Tgl. Lahir", "Alamat", "Kelurahan", "Kecamatan")
CANARY_NIK, CANARY_NAME = "3275014101990007", "Kenari Rahasia"


def found(*headers: str, entry: SourceEntry = BECAK, sheet: str = "Data") -> FoundList:
    meant = {header_key(text): name for name, texts in known_headers(entry).items() for text in texts}
    columns = {
        meant[header_key(text)]: column_letter(place)
        for place, text in enumerate(headers)
        if meant.get(header_key(text), "ignore") in entry.columns
    }
    written = tuple(text or f"(kolom {column_letter(place)})" for place, text in enumerate(headers))
    extras = tuple(text for text in headers if text and header_key(text) not in meant)
    return FoundList(sheet, (1,), written, columns, extras)


def drift(one: FoundList, entry: SourceEntry = BECAK, **given: Any) -> DriftError:
    with pytest.raises(DriftError) as error:
        check_layout(one, entry, "daftar.xls", **given)
    return error.value


def swap(line: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    assert old in line
    return tuple(new if text == old else text for text in line)


@given(st.permutations(AGREED))
def test_any_order_of_known_headers_passes_without_a_template(line: list[str]) -> None:
    check_layout(found(*line), BECAK, "daftar.xls")


@pytest.mark.parametrize("extra", ["Ukuran Sepatu", "Nama Istri", "HP Istri", "Kelurahan Usaha", ""])
def test_an_extra_column_passes_while_nothing_is_missing(extra: str) -> None:
    check_layout(found(*AGREED, "No. HP", extra), BECAK, "daftar.xls")


def test_a_required_column_that_is_gone_is_drift_when_a_new_header_may_stand_for_it() -> None:
    error = drift(found(*swap(AGREED, "Nomor KTP", "No. Identitas KTP")), delivery_id="d1")
    assert error.proposal == {"No. Identitas KTP": "nik"}
    text = str(error)
    assert text.startswith("daftar.xls, sheet 'Data', lacks Nomor KTP, so no row of it was taken in.")
    assert "Nomor KTP  B No. Identitas KTP  nik (" in text
    assert 'sigap source accept d1 --as NAME --reason "…"' in text and "--map" in text


def test_a_required_column_that_is_gone_is_drift_when_any_new_header_stands_there() -> None:
    error = drift(found(*swap(AGREED, "Alamat", "Ukuran Baju")))
    assert error.proposal == {}
    assert "Alamat" in str(error) and "gone" in str(error) and "E Ukuran Baju" in str(error)


def test_a_required_column_that_is_gone_is_a_plain_refusal_when_nothing_is_there_instead() -> None:
    with pytest.raises(MissingColumnsError, match="lacks Alamat"):
        check_layout(found(*(text for text in AGREED if text != "Alamat")), BECAK, "daftar.xls")


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Nomer HPP", "phone"),
        ("No Kartu Keluaga", "kk"),
        ("Tempt Lahir", "birth_place"),
        ("Nama Ibu Kandng", "mother_name"),
        ("Jns Klmn", "sex"),
    ],
)
def test_a_header_that_seems_renamed_stops_though_its_column_is_not_required(
    header: str, column: str
) -> None:
    error = drift(found(*AGREED, header))
    assert error.proposal == {header: column}
    assert "seems to be renamed" in str(error) and f"H {header}  {column} (" in str(error)


@pytest.mark.parametrize("header", ["Nomer HPP", "Kelurahn KTP"])
def test_a_header_like_a_column_that_was_found_is_only_an_extra(header: str) -> None:
    check_layout(found(*AGREED, "No. HP", header), BECAK, "daftar.xls")


@pytest.mark.parametrize(
    "header",
    ["Nama Ayah", "Kode Anggota", "Tempat Tinggal", "No. KPJ", "RT/RW", "Tanggal Daftar", "Jenis Becak"],
)
def test_a_new_column_that_only_shares_a_word_with_one_that_is_not_there_passes(header: str) -> None:
    check_layout(found(*AGREED, header), BECAK, "daftar.xls")


TEMPLATE = replace(BECAK, template=AGREED)


@pytest.mark.parametrize(
    "line",
    [
        (*AGREED[1:3], AGREED[0], *AGREED[3:]),
        (*AGREED, "Ukuran Sepatu"),
        swap(AGREED, "Alamat", "Alamat Lengkap"),
        AGREED[1:],
    ],
    ids=["order", "another column", "another known header", "one less"],
)
def test_a_header_line_other_than_the_template_stops(line: tuple[str, ...]) -> None:
    assert "differs from the agreed template" in str(drift(found(*line), TEMPLATE))
    check_layout(found(*line), replace(TEMPLATE, remembered=(line,)), "daftar.xls")


def test_a_template_written_in_other_case_and_with_dots_and_blank_columns_passes() -> None:
    check_layout(found(*(f"{text.upper()} *" for text in AGREED), ""), TEMPLATE, "daftar.xls")


def test_a_moved_column_is_shown_from_letter_to_letter() -> None:
    text = str(drift(found(AGREED[0], AGREED[2], AGREED[1], *AGREED[3:]), TEMPLATE))
    assert "B Nomor KTP" in text and "C Nomor KTP" in text and "D Tgl. Lahir" not in text


def test_a_column_of_the_last_file_that_gave_way_to_a_new_one_stops() -> None:
    earlier = found(*AGREED, "No. HP")
    error = drift(found(*AGREED, "Ukuran Baju"), earlier=earlier)
    assert "lost a column of the last accepted file" in str(error)
    assert "H No. HP" in str(error) and "phone: gone" in str(error) and "H Ukuran Baju" in str(error)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ((*AGREED, "No. HP"), AGREED),
        ((*AGREED, "No. HP", "Ukuran Baju"), (*AGREED, "Ukuran Baju")),
        (AGREED, (*AGREED, "Ukuran Baju")),
    ],
    ids=["only less", "the extra is not new", "only more"],
)
def test_a_list_that_only_lost_or_only_gained_a_column_passes(
    before: tuple[str, ...], now: tuple[str, ...]
) -> None:
    check_layout(found(*now), BECAK, "daftar.xls", earlier=found(*before))


@pytest.mark.parametrize(
    "header",
    [CANARY_NIK, CANARY_NAME, "Kenari 0812-3456-7890", "kenari@contoh.id", "Jl. Kenari Rahasia"],
)
def test_a_text_that_may_be_about_a_person_is_not_quoted(header: str) -> None:
    assert not may_be_quoted(header, BECAK)
    text = str(drift(found(*swap(AGREED, "Alamat", header))))
    assert header not in text and "Kenari" not in text and "E (not quoted)" in text


@pytest.mark.parametrize("header", ["Nomor Identitas", "Nama Pengrajin", "Gol. Darah", "Tgl Lhr"])
def test_a_text_that_looks_like_a_header_may_be_quoted(header: str) -> None:
    assert may_be_quoted(header, BECAK)


def accepted(columns: dict[str, str], *headers: str) -> dict[str, Any]:
    return {"columns": columns, "headers": {str(place): text for place, text in enumerate(headers)}}


def test_an_accepted_layout_is_not_asked_about_again() -> None:
    line = swap(AGREED, "Nomor KTP", "No. Identitas KTP")
    known = remember(BECAK, [accepted({"No. Identitas KTP": "nik"}, *line)])
    check_layout(found(*line, entry=known), known, "daftar.xls")
    check_layout(found(*reversed(line), entry=known), known, "daftar.xls")
    assert "No. Identitas KTP" in known.columns["nik"].headers and known.remembered == (line,)
    assert (*BECAK.columns["nik"].headers, "No. Identitas KTP") == known.columns["nik"].headers


def test_a_header_accepted_as_not_needed_or_not_to_be_kept_is_known_afterwards() -> None:
    known = remember(BECAK, [accepted({"Nomer HPP": "ignore", "Zodiak": "minimise"}, *AGREED, "Nomer HPP")])
    assert known.ignore[-1] == "Nomer HPP" and known.minimise[-1] == "Zodiak"
    assert unknown_headers(found(*AGREED, "Nomer HPP", "Zodiak", entry=known)) == {}


def test_the_newest_answer_counts_and_the_catalog_outranks_it() -> None:
    mappings = [accepted({"Kontak X": "job"}), accepted({"KONTAK-X": "phone", "Nomor KTP": "kk"})]
    known = remember(BECAK, mappings)
    assert known.columns["phone"].headers[-1] == "KONTAK-X"
    assert known.columns["job"] == BECAK.columns["job"] and known.columns["kk"] == BECAK.columns["kk"]


def test_a_header_line_accepted_with_positions_beyond_nine_keeps_its_order() -> None:
    line = tuple(f"Kolom {letter}" for letter in "abcdefghijkl")
    assert remember(BECAK, [accepted({}, *line)]).remembered == (line,)


def test_what_other_senders_write_helps_to_propose() -> None:
    columns = {"nik": Column("nik", ("KTP",), True), "phone": Column("phone", ("Nomor HP",))}
    entry = replace(BECAK, columns=columns, ignore=("Nama",))
    error = drift(found("Nama", "Nomor Induk Kependudukan", "Whatsapp", entry=entry), entry)
    assert error.proposal == {"Nomor Induk Kependudukan": "nik", "Whatsapp": "phone"}


def test_an_extra_of_the_last_file_is_no_news() -> None:
    earlier = found(*AGREED, "Trayek", "No. HP")
    text = str(drift(found(*AGREED, "Trayek", "Ukuran Baju"), earlier=earlier))
    assert "Trayek" not in text and "I Ukuran Baju" in text


def test_one_header_is_proposed_for_one_column_only() -> None:
    entry = replace(BECAK, columns={"nik": Column("nik", ("NIK",), True), "kk": Column("kk", ("No. KK",))})
    error = drift(found("N1K", "NlK", "Nama", entry=entry), entry)
    assert len(error.proposal) == 1 and set(error.proposal.values()) == {"nik"}


@given(st.sampled_from([text for texts in known_headers(BECAK).values() for text in texts]))
def test_a_header_is_like_itself_however_it_is_written(text: str) -> None:
    assert likeness(text, text.upper()) == likeness(f" {text} *", text) == 1
