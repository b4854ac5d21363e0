"""The contract of a source, and a quality report that shows no person."""

import datetime as dt
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from sigap.domain.datasets import RECEIVED_MEMBERSHIPS, RECEIVED_WORKERS
from sigap.domain.period import Period
from sigap.domain.source import Column, Expectation, SourceEntry
from sigap.errors import QualityError
from sigap.quality.docs import build_docs, page_of, read_result, store_result
from sigap.quality.gate import COUNTS_ONLY, Validation, validate_delivery, without_values
from sigap.quality.pages import keep_plain
from sigap.quality.reported import (
    Delivery,
    Finding,
    Judgement,
    Layout,
    Month,
    Score,
    Unread,
)
from sigap.quality.rows import check_rows
from sigap.quality.severity import severities_of
from sigap.quality.suites import build_suite, seen_of, suite_sha256

JANUARY = Period(2026, 1)
RECEIVED_AT = dt.datetime(2026, 1, 3, 8, tzinfo=dt.UTC)
CANARY_NAME, CANARY_NIK, CANARY_TEXT = "Kenari Uji", "3275011708801234", "kenari-teks"


def entry(kind: str = "workers", **limits: float) -> SourceEntry:
    needed = {
        "workers": ("nik", "full_name", "birth_date", "kelurahan", "kecamatan"),
        "memberships": ("nik", "segment", "status", "as_of_date"),
    }[kind]
    columns = {name: Column(name, (name,), required=True) for name in needed}
    return SourceEntry("contoh", "Contoh", kind, columns, expect=Expectation(**limits))


def spell(number: int) -> str:
    """Another word for every number, for people are told apart by their letters."""
    return "".join(chr(ord("A") + int(digit)) for digit in str(number))


def workers(count: int, **changes: str | None) -> pa.Table:
    person = {
        "birth_date": "1980-08-17",
        "kelurahan": "Kranji",
        "kecamatan": "Bekasi Barat",
    }
    rows = [
        person
        | {"nik": f"327501170880{1234 + row:04d}", "full_name": f"{CANARY_NAME} {spell(row)}"}
        | changes
        for row in range(count)
    ]
    return received(rows, RECEIVED_WORKERS)


def members(count: int, **changes: str | None) -> pa.Table:
    member = {"segment": "BPU", "status": "AKTIF", "as_of_date": "2026-01-02", "full_name": CANARY_NAME}
    rows = [member | {"nik": f"327501170880{1234 + row:04d}"} | changes for row in range(count)]
    return received(rows, RECEIVED_MEMBERSHIPS)


def received(rows: list[dict], schema: pa.Schema) -> pa.Table:
    blank = dict.fromkeys(schema.names) | {"delivery_id": "d1", "sheet": "Data", "nik_cell": "text"}
    blank |= {"source": "contoh", "flags": ""}
    return pa.Table.from_pylist(
        [blank | {"row": line} | row for line, row in enumerate(rows, 2)], schema=schema
    )


def validate(rows: pa.Table, of: SourceEntry, history: Sequence[int] = ()) -> Validation:
    return validate_delivery(rows, check_rows(rows, of, JANUARY), of, "d1", RECEIVED_AT, history)


def test_good_delivery_passes_without_a_warning():
    found = validate(workers(10), entry(at_least=10, at_most=10))
    assert (found.outcome, found.message, found.warnings) == ("passed", None, 0)
    assert found.result["statistics"]["evaluated_expectations"] > 15


def test_too_few_rows_stop_the_delivery_and_the_message_says_what_to_do():
    found = validate(workers(9), entry(at_least=10))
    assert found.outcome == "stopped"
    assert found.message == (
        "contoh: 9 rows received, at least 10 expected. Ask the sender for the complete list, or change "
        "expect.at_least in sources/catalog/contoh.yaml."
    )


def test_delivery_without_a_row_is_stopped():
    assert validate(workers(0), entry(at_least=1)).outcome == "stopped"


def test_too_many_rows_stop_the_delivery_too():
    found = validate(workers(11), entry(at_most=10))
    assert found.stops == {"at_most": {"limit": 10, "found": 11}}
    assert "11 rows received, at most 10 expected" in str(found.message)


def test_repeated_rows_above_the_limit_stop_and_at_the_limit_do_not():
    twice = pa.concat_tables([workers(3), workers(1)])
    assert validate(twice, entry(max_duplicate_share=0.25)).outcome == "passed"
    found = validate(twice, entry(max_duplicate_share=0.24))
    assert found.stops == {"max_duplicate_share": {"limit": 0.24, "found": 0.25}}
    assert "25% of the rows repeat another row of the file, at most 24% may do so" in str(found.message)


def test_row_count_far_from_the_last_deliveries_stops_with_what_was_expected():
    of = entry(max_change=0.5)
    for rows, history in ((5, (10,)), (15, (10, 10, 99)), (7, (6, 8, 90)), (9, ())):
        assert validate(workers(rows), of, history).outcome == "passed", (rows, history)
    found = validate(workers(4), of, (9, 10, 30))
    assert found.stops == {"max_change": {"limit": [5, 15], "found": 4}}
    assert "4 rows received, 5 to 15 expected after its last deliveries" in str(found.message)
    assert validate(workers(16), of, (10,)).stops == {"max_change": {"limit": [5, 15], "found": 16}}
    assert validate(workers(4), entry(), (100,)).outcome == "passed", "no max_change in the catalog, no rule"


def test_correction_workbook_of_few_bad_rows_is_not_stopped_for_being_short():
    of = entry(at_least=100, max_change=0.1, max_rejected_share=0.1)
    rows = workers(2, nik="1" * 16)
    checked = check_rows(rows, of, JANUARY)
    found = validate_delivery(rows, checked, of, "d1", RECEIVED_AT, (500,), is_correction=True)
    assert (found.outcome, found.stops) == ("passed", {})


def test_every_broken_rule_is_kept_with_its_limit_and_what_was_found():
    found = validate(workers(4, nik=" ", full_name=None), entry(at_least=5, max_rejected_share=0.5))
    assert found.stops == {
        "at_least": {"limit": 5, "found": 4},
        "max_rejected_share": {"limit": 0.5, "found": 1.0},
        "empty_columns": {"limit": 0.01, "found": ["nik", "full_name"]},
    }
    assert found.faults == {"NAME_MISSING": 4, "NIK_MISSING": 4}


def test_share_of_rejected_rows_above_the_limit_stops_and_at_the_limit_does_not():
    half = pa.concat_tables([workers(5), workers(5, nik="1" * 16)])
    assert validate(half, entry(max_rejected_share=0.5)).outcome == "passed"
    found = validate(half, entry(max_rejected_share=0.49))
    assert found.outcome == "stopped"
    assert "50% of the rows cannot be used, at most 49%" in found.message
    assert "NIK_PLACEHOLDER" in found.message


def test_held_rows_of_workers_do_not_stop_a_delivery_but_show_in_the_report():
    found = validate(workers(10, nik="327501"), entry())
    assert found.outcome == "passed"
    assert found.warnings > 0


def test_membership_extract_with_too_many_unusable_rows_is_stopped():
    rows = pa.concat_tables([members(6), members(4, segment="???")])
    assert validate(rows, entry("memberships", max_rejected_share=0.4)).outcome == "passed"
    found = validate(rows, entry("memberships", max_rejected_share=0.3))
    assert found.outcome == "stopped"
    assert "VALUE_UNKNOWN" in found.message


@pytest.mark.parametrize("name", ["nik", "full_name", "birth_date", "kelurahan"])
def test_empty_required_column_stops_the_delivery_and_is_named(name):
    found = validate(workers(10, **{name: " "}), entry(max_rejected_share=1.0))
    assert found.outcome == "stopped"
    assert f"nothing stands in the required columns {name}." in found.message
    assert found.stops == {"empty_columns": {"limit": 0.01, "found": [name]}}


def test_promise_broken_by_the_check_itself_is_not_blamed_on_the_sender():
    rows = workers(3)
    checked = check_rows(rows, entry(), JANUARY)
    spoiled = checked.rows.set_column(
        checked.rows.schema.get_field_index("nik"), "nik", pa.array([None, "12", CANARY_NIK])
    )
    found = validate_delivery(rows, replace(checked, rows=spoiled), entry(), "d1", RECEIVED_AT)
    assert found.outcome == "stopped"
    assert "Nothing is wrong with the file" in found.message
    assert "12" not in found.message


def test_suite_digest_is_the_same_for_the_same_entry_and_differs_for_other_limits():
    digests = [suite_sha256(build_suite(entry())) for _ in range(2)]
    assert digests[0] == digests[1] == validate(workers(3), entry()).suite_sha256
    assert suite_sha256(build_suite(entry(at_least=7))) != digests[0]


def test_same_delivery_validated_twice_is_stored_alike_except_for_identities_of_great_expectations():
    def essence(found: Validation) -> list:
        return [(item["success"], item["result"]) for item in found.result["results"]]

    assert essence(validate(workers(4), entry())) == essence(validate(workers(4), entry()))


def delivery(delivery_id: str, rows: pa.Table, of: SourceEntry, file_name: str = "daftar.xlsx") -> Delivery:
    """What the report is told of a delivery, through the results that `check` leaves."""
    checked = check_rows(rows, of, JANUARY)
    found = validate_delivery(rows, checked, of, delivery_id, RECEIVED_AT)
    weights = severities_of(of)
    findings = [Finding(code, weights[code], count, "C", "NIK") for code, count in checked.reasons.items()]
    return Delivery(
        delivery_id,
        of.title,
        of.kind,
        file_name,
        found.outcome,
        checked.counts,
        findings,
        found.result,
        found.stops,
        duplicates=checked.duplicates,
    )


def build(deliveries: Sequence[Delivery], folder: Path, **facts: Any) -> Path:
    return build_docs(Month(JANUARY, deliveries, **facts), folder)


def canary_deliveries() -> list[Delivery]:
    """Deliveries that fail every kind of expectation, full of values that must not get out."""
    bad = workers(6, nik=CANARY_TEXT, birth_date=CANARY_TEXT, desil=CANARY_TEXT, kelurahan=CANARY_TEXT)
    worse = members(6, segment=CANARY_TEXT, status=CANARY_TEXT, as_of_date=CANARY_TEXT)
    some = pa.concat_tables([workers(5), workers(5, nik=CANARY_NIK)])
    found = [
        delivery("d1", bad, entry(at_least=100)),
        delivery("d2", worse, replace(entry("memberships"), code="anggota")),
        delivery("d3", some, entry(max_rejected_share=0.0)),
    ]
    assert all(one.broken or one.warnings for one in found), "nothing failed, nothing is proved"
    return found


def written(folder: Path) -> dict[Path, str]:
    return {file: file.read_text() for file in folder.rglob("*") if file.is_file()}


def test_no_value_of_a_person_reaches_results_messages_or_pages(tmp_path: Path, capfd):
    deliveries = canary_deliveries()
    for one in deliveries:
        store_result(one.result, one.delivery_id, tmp_path)
    stored = [replace(one, result=read_result(one.delivery_id, tmp_path)) for one in deliveries]
    assert build(stored, tmp_path) == tmp_path / "index.html"
    texts = written(tmp_path)
    assert len([file for file in texts if "validations" in file.parts]) == 3
    results = json.dumps([one.result for one in deliveries])
    for place, text in {**texts, "output": "".join(capfd.readouterr()), "results": results}.items():
        for canary in (CANARY_NAME, CANARY_NIK, CANARY_TEXT, "3275011708801235", "unexpected_list"):
            assert canary not in text, f"{canary} stands in {place}"


def test_great_expectations_sees_no_value_but_niks_and_agreed_words():
    rows = workers(3, birth_date="1980-08-17")
    seen_columns = seen_of(rows, check_rows(rows, entry(), JANUARY).rows, entry())
    seen = {
        value
        for name in seen_columns.column_names
        if "nik" not in name
        for value in seen_columns[name].drop_null().to_pylist()
    }
    assert seen == {"accepted", "given"}


def test_result_holds_no_fingerprint_from_which_a_single_nik_could_be_found():
    assert not re.search("fingerprint|batch_markers", json.dumps(validate(workers(1), entry()).result))


def test_first_page_shows_the_month_each_source_its_rows_and_why_in_indonesian(tmp_path: Path):
    rows = pa.concat_tables(
        [workers(1200), workers(3, nik="327501"), workers(1, full_name=None, nik="3275011708809999")]
    )
    few = delivery("d2", workers(3), replace(entry(at_least=5), code="pkl", title="Pedagang kaki lima"))
    build([delivery("d1", rows, entry()), few], tmp_path)
    page = (tmp_path / "index.html").read_text()
    text = " ".join(re.sub("<[^>]+>", " ", page).split())
    assert "Mutu data Januari 2026 2 kiriman diperiksa, 1 dihentikan" in text
    assert (
        "Contoh daftar.xlsx lulus 1.204 1.200 3 1 Nama kosong (1) NIK tidak terdiri dari 16 digit (3)" in text
    )
    assert "Pedagang kaki lima daftar.xlsx menunggu putusan 3 3 0 0" in text
    assert "Jumlah baris paling sedikit 5 3 Minta daftar yang lengkap" in text
    for address in re.findall('href="([^"]+)"', page):
        assert (tmp_path / address).is_file(), f"{address} leads nowhere"


def words_of(page: Path) -> str:
    return " ".join(re.sub("<[^>]+>", " ", page.read_text()).split())


def test_page_of_a_stopped_list_shows_limit_and_finding_and_who_judged_but_not_why(tmp_path: Path):
    stopped = delivery("d1", workers(3), entry(at_least=5))
    judged = Judgement("pass", "dinas", dt.date(2026, 1, 7))
    for judgement, says in (
        (None, "menunggu putusan daftar.xlsx, kiriman d1 Dihentikan Menunggu putusan petugas"),
        (judged, "diloloskan daftar.xlsx, kiriman d1 Dihentikan Diloloskan oleh dinas, 7 Januari 2026."),
    ):
        build([replace(stopped, judgement=judgement)], tmp_path)
        text = words_of(page_of("d1", tmp_path))
        assert says in text
        assert "Jumlah baris paling sedikit 5 3 Minta daftar yang lengkap kepada pengirim." in text


def test_page_of_a_delivery_shows_findings_by_column_duplicates_and_what_was_left_out(tmp_path: Path):
    found = delivery("d1", pa.concat_tables([workers(3), workers(1)]), entry())
    layout = Layout(4, {"total": 1, "signature": 2}, {"hidden_rows": 7, "hidden_list": 1})
    one = replace(found, layouts=[layout], corrects="Januari.xlsx", is_replaced=True)
    build([one], tmp_path)
    text = words_of(page_of("d1", tmp_path))
    assert "Berkas perbaikan untuk Januari.xlsx." in text
    assert "Berulang sama persis Berulang mirip 4 3 0 1 1 0" in text
    assert "Baris yang sama sudah ada di berkas ini ROW_REPEATED ditolak C NIK 1" in text
    assert "1 4 baris jumlah: 1, baris tanda tangan: 2 baris tersembunyi: 7, lembar tersembunyi: 1" in text
    assert "Sudah digantikan" in text


def test_first_page_shows_unread_files_month_limits_and_the_six_counters(tmp_path: Path):
    stops = {"month_missing_sources": {"limit": 0, "found": ["pkl"]}}
    pairs = [(scope, nearness) for scope in ("file", "source", "across") for nearness in ("exact", "near")]
    counts = {("contoh", *pair): number for pair, number in zip(pairs, (0, 1, 10, 11, 20, 21), strict=True)}
    build(
        [delivery("d1", workers(3), entry())],
        tmp_path,
        unread=[
            Unread("Pedagang", "a.xlsx", "refused", "a.xlsx is empty."),
            Unread("Becak", "b.csv", "drifted", ""),
        ],
        stops=stops,
        duplicates=counts,
        titles={"pkl": "Pedagang kaki lima", "contoh": "Contoh"},
    )
    text = words_of(tmp_path / "index.html")
    assert "2 berkas tidak dapat dipakai" in text
    assert "Pedagang a.xlsx tidak terbaca" in text
    assert "Becak b.csv susunan berubah" in text
    assert "tidak mengirim daftar yang dapat dibaca 0 Pedagang kaki lima" in text
    assert "bulan ini berhenti sampai ada putusan" in text
    assert "Contoh 0 1 10 11 20 21" in text


def test_scorecard_page_shows_every_sender_over_the_months(tmp_path: Path):
    def score(source: str, month: int, share: float | None, days: float | None = None) -> Score:
        return Score(
            source, source.title(), Period(2026, month), 1, 0, 200, 3, 2, share, [("NIK_DAMAGED", 3)], 4, days
        )

    scores = [score("becak", 1, 0.5), score("becak", 3, 0.975, 4.5), score("pkl", 2, None)]
    build_docs(Month(Period(2026, 3), scores=scores), tmp_path)
    page = (tmp_path / "sources.html").read_text()
    assert "<title>Januari 2026: 50%</title>" in page
    assert "<title>Februari 2026: tidak ada daftar yang diperiksa</title>" in page
    text = words_of(tmp_path / "sources.html")
    assert "97,5% 200 3 2 4 4,5 NIK disimpan sebagai angka" in text
    assert text.index("Becak") < text.index("Pkl")


def test_a_delivery_whose_id_is_all_digits_has_its_page(tmp_path: Path):
    build([delivery("6600191769186975", workers(5), entry())], tmp_path)
    assert page_of("6600191769186975", tmp_path).is_file()


def test_page_of_a_delivery_shows_what_great_expectations_found_in_indonesian(tmp_path: Path):
    rows = pa.concat_tables([workers(5), workers(5, birth_date=None)])
    build([delivery("d1", rows, entry(max_rejected_share=0.25))], tmp_path)
    page = page_of("d1", tmp_path).read_text()
    assert '<span class="mark failed">tidak dipenuhi</span>' in page
    assert "Kolom Tanggal lahir terbaca pada sedikitnya 75% baris" in page
    assert "5 dari 10 baris tidak memenuhi syarat (50%)" in page
    assert "NIK sebagaimana diterima" in page
    for english in ("unexpected", "Observed", "Expectation<", "not null", "Succeeded"):
        assert english not in page


def test_pages_show_everything_in_a_closed_network_and_without_scripts(tmp_path: Path):
    build([*canary_deliveries(), delivery("d4", workers(3), entry())], tmp_path)
    texts = written(tmp_path)
    assert {file.suffix for file in texts} == {".html", ".css"}
    assert len(texts) == 7
    for file, text in texts.items():
        assert not re.search(
            r"//|@import|url\(|<script|<img|<iframe|\shidden|class=.collapse|style=", text
        ), file
        for address in re.findall('(?:href|src)="([^"]+)"', text):
            assert (file.parent / address).is_file(), f"{address} in {file.name} leads nowhere"


def test_nothing_but_plain_tags_and_escaped_text_is_taken_from_a_rendered_page():
    page = """<p style="background: url(//x)" onclick="x()">a &lt;b&gt; <a href="https://x.example">c</a></p>
        <script>alert("https://x.example")</script><img src="https://x.example/i"><style>@import "x";</style>
        <table data-toggle="table"><thead hidden><tr><th>d</th></tr></thead><tr><td>
        <i class="fas fa-times text-danger"></i></td></tr></table><link href="//x.example">"""
    assert keep_plain(page) == (
        '<p>a &lt;b&gt;c</p><table><tr><td><span class="mark failed">tidak dipenuhi</span></td></tr></table>'
    )


def test_names_of_files_and_sources_cannot_write_markup_into_a_page(tmp_path: Path):
    named = replace(entry(), title="<b>Contoh</b>")
    build([delivery("d1", workers(3), named, "<script>x</script>.xlsx")], tmp_path)
    for text in written(tmp_path).values():
        assert "<script" not in text
        assert "<b>" not in text


def test_report_of_a_month_without_a_validation_is_still_a_page(tmp_path: Path):
    assert "Belum ada kiriman" in build([], tmp_path).read_text()


def test_report_built_again_keeps_the_pages_and_leaves_no_scratch_behind(tmp_path: Path):
    one = delivery("d1", workers(3), entry())
    build([one], tmp_path)
    before = written(tmp_path)
    build([one], tmp_path)
    assert written(tmp_path) == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_missing_result_is_named_with_what_to_do(tmp_path: Path):
    with pytest.raises(QualityError, match="Check the delivery again"):
        read_result("d9", tmp_path)


def test_result_that_carries_values_is_refused():
    leak = {
        "expectation_config": {"type": "expect_column_values_to_match_regex"},
        "result": {"partial_unexpected_list": [CANARY_NIK]},
        "exception_info": {"raised_exception": False},
    }
    with pytest.raises(QualityError) as refused:
        without_values({"meta": {}, "results": [leak]})
    assert CANARY_NIK not in str(refused.value)
    assert COUNTS_ONLY["partial_unexpected_count"] == 0
