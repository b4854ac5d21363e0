"""The contract of a source, and a quality report that shows no person."""

import datetime as dt
import json
import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from sigap.domain.datasets import RECEIVED_MEMBERSHIPS, RECEIVED_WORKERS
from sigap.domain.period import Period
from sigap.domain.source import Column, Expectation, SourceEntry
from sigap.errors import QualityError
from sigap.quality.docs import Delivery, build_docs, page_of, read_result, store_result
from sigap.quality.gate import COUNTS_ONLY, Validation, validate_delivery, without_values
from sigap.quality.pages import keep_plain
from sigap.quality.rows import check_rows
from sigap.quality.suites import build_suite, frame_of, suite_sha256

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


def workers(count: int, **changes: str | None) -> pa.Table:
    person = {
        "full_name": CANARY_NAME,
        "birth_date": "1980-08-17",
        "kelurahan": "Kranji",
        "kecamatan": "Bekasi Barat",
    }
    rows = [person | {"nik": f"327501170880{1234 + row:04d}"} | changes for row in range(count)]
    return received(rows, RECEIVED_WORKERS)


def members(count: int, **changes: str | None) -> pa.Table:
    member = {"segment": "BPU", "status": "AKTIF", "as_of_date": "2026-01-02", "full_name": CANARY_NAME}
    rows = [member | {"nik": f"327501170880{1234 + row:04d}"} | changes for row in range(count)]
    return received(rows, RECEIVED_MEMBERSHIPS)


def received(rows: list[dict], schema: pa.Schema) -> pa.Table:
    blank = dict.fromkeys(schema.names) | {"delivery_id": "d1", "sheet": "Data", "nik_cell": "text"}
    return pa.Table.from_pylist(
        [blank | {"row": line} | row for line, row in enumerate(rows, 2)], schema=schema
    )


def validate(rows: pa.Table, of: SourceEntry) -> Validation:
    return validate_delivery(rows, check_rows(rows, of, JANUARY), of, "d1", RECEIVED_AT)


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


def test_too_many_rows_only_warn():
    found = validate(workers(11), entry(at_most=10))
    assert (found.outcome, found.warnings) == ("passed", 1)


def test_share_of_rejected_rows_above_the_limit_stops_and_at_the_limit_does_not():
    half = pa.concat_tables([workers(5), workers(5, nik="1" * 16)])
    assert validate(half, entry(max_rejected_share=0.5)).outcome == "passed"
    found = validate(half, entry(max_rejected_share=0.49))
    assert found.outcome == "stopped"
    assert "50% of the rows cannot be used, at most 49%" in found.message
    assert "NIK_INVALID" in found.message


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
    assert f"the required column {name} is empty" in found.message


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
    return Delivery(
        delivery_id,
        of.title,
        of.kind,
        file_name,
        found.outcome,
        checked.counts,
        checked.reasons,
        found.result,
    )


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
    assert all(one.unmet for one in found), "nothing failed, nothing is proved"
    return found


def written(folder: Path) -> dict[Path, str]:
    return {file: file.read_text() for file in folder.rglob("*") if file.is_file()}


def test_no_value_of_a_person_reaches_results_messages_or_pages(tmp_path: Path, capfd):
    deliveries = canary_deliveries()
    for one in deliveries:
        store_result(one.result, one.delivery_id, tmp_path)
    stored = [replace(one, result=read_result(one.delivery_id, tmp_path)) for one in deliveries]
    assert build_docs(JANUARY, stored, tmp_path) == tmp_path / "index.html"
    texts = written(tmp_path)
    assert len([file for file in texts if "validations" in file.parts]) == 3
    results = json.dumps([one.result for one in deliveries])
    for place, text in {**texts, "output": "".join(capfd.readouterr()), "results": results}.items():
        for canary in (CANARY_NAME, CANARY_NIK, CANARY_TEXT, "3275011708801235", "unexpected_list"):
            assert canary not in text, f"{canary} stands in {place}"


def test_great_expectations_sees_no_value_but_niks_and_agreed_words():
    rows = workers(3, birth_date="1980-08-17")
    frame = frame_of(rows, check_rows(rows, entry(), JANUARY).rows, entry())
    seen = {str(value) for name in frame if "nik" not in name for value in frame[name].dropna()}
    assert seen == {"accepted", "given"}


def test_result_holds_no_fingerprint_from_which_a_single_nik_could_be_found():
    assert not re.search("fingerprint|batch_markers", json.dumps(validate(workers(1), entry()).result))


def test_first_page_shows_the_month_each_source_its_rows_and_why_in_indonesian(tmp_path: Path):
    rows = pa.concat_tables([workers(1200), workers(3, nik="327501"), workers(2, full_name=None)])
    few = delivery("d2", workers(3), replace(entry(at_least=5), code="pkl", title="Pedagang kaki lima"))
    build_docs(JANUARY, [delivery("d1", rows, entry()), few], tmp_path)
    page = (tmp_path / "index.html").read_text()
    text = " ".join(re.sub("<[^>]+>", " ", page).split())
    assert "Mutu data Januari 2026 2 kiriman diperiksa, 1 dihentikan" in text
    assert "Contoh daftar.xlsx lulus 1.205 1.200 3 2 NIK tidak terdiri dari 16 digit (3)" in text
    assert "Pedagang kaki lima daftar.xlsx dihentikan 3 3 0 0" in text
    assert "Tidak dipenuhi: Jumlah baris paling sedikit 5 . Minta daftar yang lengkap" in text
    for address in re.findall('href="([^"]+)"', page):
        assert (tmp_path / address).is_file(), f"{address} leads nowhere"


def test_page_of_a_delivery_shows_what_great_expectations_found_in_indonesian(tmp_path: Path):
    rows = pa.concat_tables([workers(5), workers(5, birth_date=None)])
    build_docs(JANUARY, [delivery("d1", rows, entry(max_rejected_share=0.25))], tmp_path)
    page = page_of("d1", tmp_path).read_text()
    assert '<span class="mark failed">tidak dipenuhi</span>' in page
    assert "Kolom Tanggal lahir terbaca pada sedikitnya 75% baris" in page
    assert "5 dari 10 baris tidak memenuhi syarat (50%)" in page
    assert "NIK sebagaimana diterima" in page
    for english in ("unexpected", "Observed", "Expectation<", "not null", "Succeeded"):
        assert english not in page


def test_pages_show_everything_in_a_closed_network_and_without_scripts(tmp_path: Path):
    build_docs(JANUARY, [*canary_deliveries(), delivery("d4", workers(3), entry())], tmp_path)
    texts = written(tmp_path)
    assert {file.suffix for file in texts} == {".html", ".css"}
    assert len(texts) == 6
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
    build_docs(JANUARY, [delivery("d1", workers(3), named, "<script>x</script>.xlsx")], tmp_path)
    for text in written(tmp_path).values():
        assert "<script" not in text
        assert "<b>" not in text


def test_report_of_a_month_without_a_validation_is_still_a_page(tmp_path: Path):
    assert "Belum ada kiriman" in build_docs(JANUARY, [], tmp_path).read_text()


def test_report_built_again_keeps_the_pages_and_leaves_no_scratch_behind(tmp_path: Path):
    one = delivery("d1", workers(3), entry())
    build_docs(JANUARY, [one], tmp_path)
    before = written(tmp_path)
    build_docs(JANUARY, [one], tmp_path)
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
