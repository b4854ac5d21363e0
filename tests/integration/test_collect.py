"""collect: archive, batch, delivery and outcome of received files, on a real PostgreSQL."""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from sigap.domain.period import Period
from sigap.errors import SourceError
from sigap.pipeline.collect import collect, list_deliveries
from sigap.pipeline.month import GROUPS, collect_all
from sigap.pipeline.resources import Resources
from sigap.settings import load_settings
from sigap.sources import catalog
from sigap.sources.entry import SHIPPED
from sigap.warehouse.tables import audit, sources

PERIOD = Period(2026, 1)
HEADER = "nik;nama;tgl_lahir;alamat;kelurahan;kecamatan"
CANARY_NIK, CANARY_NAME = "3275014101990007", "Kenari Rahasia"
LIST = f"{HEADER}\n{CANARY_NIK};{CANARY_NAME};01/01/1999;Jl. A;Jatiasih;Jatiasih\n\n2;B;2/2/1980;x;y;z\n"


@pytest.fixture
def resources(home: Path) -> Iterator[Resources]:
    (home / "inbox" / "2026-01").mkdir(parents=True)
    opened = Resources.open(load_settings(), "run-1")
    yield opened
    opened.warehouse.dispose()


def put(resources: Resources, path: str, content: str | bytes = LIST) -> str:
    file = Path(resources.settings.place("inbox").path) / str(PERIOD) / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(resources: Resources, table: Any) -> list[dict[str, Any]]:
    with resources.warehouse.connect() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def files_below(place: Any) -> list[Path]:
    return sorted(path for path in Path(place.path).rglob("*") if path.is_file())


def test_a_list_is_archived_read_and_recorded(resources: Resources) -> None:
    result = collect(PERIOD, put(resources, "associations/pkl/daftar.csv"), resources)
    assert (result.outcome, result.source, result.message) == ("accepted", "pkl", None)
    assert result.batch is not None and result.batch.dataset == "sources.workers" and result.batch.rows == 2
    received = resources.lake.read(result.batch).to_pylist()
    assert [(row["row"], row["nik"], row["delivery_id"]) for row in received] == [
        (2, CANARY_NIK, result.delivery_id),
        (4, "2", result.delivery_id),
    ]
    (kept,) = files_below(resources.settings.place("archive"))
    assert kept.read_text() == LIST
    (delivery,) = rows(resources, sources.delivery)
    assert kept.name == delivery["sha256"] and kept.parent.name == delivery["sha256"][:2]
    assert (delivery["outcome"], delivery["row_count"], delivery["file_name"]) == (
        "accepted",
        2,
        "daftar.csv",
    )
    assert delivery["batch"] == result.batch.as_dict() and delivery["size_bytes"] == len(LIST)
    assert delivery["catalog_sha256"] == catalog.load_catalog()["pkl"].sha256


def test_the_outcome_names_what_was_read_written_and_used(resources: Resources) -> None:
    result = collect(PERIOD, put(resources, "associations/pkl/daftar.csv"), resources)
    (outcome,) = rows(resources, audit.outcome)
    assert (outcome["verb"], outcome["subject"], outcome["run_id"]) == (
        "collect",
        result.delivery_id,
        "run-1",
    )
    assert outcome["status"] == "ok" and outcome["counts"] == {"accepted": 1, "rows": 2}
    assert outcome["inputs"] == ["inbox/2026-01/associations/pkl/daftar.csv"]
    assert result.batch and outcome["outputs"] == [result.batch.as_dict(), "sources.delivery"]
    assert set(outcome["versions"]) == {"code", "catalog"}


def test_the_same_file_twice_changes_nothing_and_says_so(resources: Resources) -> None:
    path = put(resources, "associations/pkl/daftar.csv")
    first = collect(PERIOD, path, resources)
    before = rows(resources, sources.delivery), files_below(resources.settings.place("lake"))
    again = collect(PERIOD, path, resources)
    assert again == replace(first, message=again.message)
    assert again.message and "daftar.csv was already collected for 2026-01" in again.message
    assert (rows(resources, sources.delivery), files_below(resources.settings.place("lake"))) == before


def test_the_same_bytes_under_another_name_are_a_duplicate(resources: Resources) -> None:
    first = collect(PERIOD, put(resources, "associations/pkl/a.csv"), resources)
    twin = collect(PERIOD, put(resources, "associations/pkl/b.csv"), resources)
    assert (twin.outcome, twin.duplicate_of, twin.batch) == ("duplicate", first.delivery_id, None)
    assert twin.message and "b.csv has the same content as a.csv" in twin.message
    assert collect(PERIOD, "associations/pkl/b.csv", resources).outcome == "duplicate"
    assert {row["file_name"]: row["outcome"] for row in rows(resources, sources.delivery)} == {
        "a.csv": "accepted",
        "b.csv": "duplicate",
    }
    assert len(files_below(resources.settings.place("archive"))) == 1


def test_the_operator_hears_what_was_not_taken_in(
    resources: Resources, caplog: pytest.LogCaptureFixture
) -> None:
    for path in ("associations/pkl/a.csv", "associations/pkl/b.csv", "asosiasi/pkl/c.csv"):
        put(resources, path)
    put(resources, "associations/pkl/gambar.png", b"\x89PNG")

    def collect_again() -> list[str]:
        return collect_all(PERIOD, GROUPS, resources, lambda verb, about: None)

    twin, picture = collect_again()
    assert "b.csv has the same content as a.csv" in twin and "gambar.png" in picture
    (warning,) = [record.message for record in caplog.records if record.name.startswith("sigap")]
    assert warning.startswith("asosiasi in the inbox of 2026-01 is none of dtks, associations")
    assert [text.partition(" ")[0] for text in collect_again()] == ["a.csv", "b.csv", "gambar.png"]


def test_the_same_bytes_of_another_sender_or_month_are_their_own(resources: Resources) -> None:
    february = Period(2026, 2)
    results = [
        collect(PERIOD, put(resources, "associations/pkl/a.csv"), resources),
        collect(PERIOD, put(resources, "associations/seniman/a.csv"), resources),
        collect(february, put(resources, "../2026-02/associations/pkl/a.csv")[11:], resources),
    ]
    assert [result.outcome for result in results] == ["accepted"] * 3
    assert len({result.delivery_id for result in results}) == 3


def test_twins_collected_at_once_are_one_original_and_its_duplicates(resources: Resources) -> None:
    paths = [put(resources, f"associations/pkl/{name}.csv") for name in "abcd"]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda path: collect(PERIOD, path, resources), paths))
    assert sorted(result.outcome for result in results) == ["accepted", *["duplicate"] * 3]
    (original,) = [result.delivery_id for result in results if result.outcome == "accepted"]
    assert {result.duplicate_of for result in results if result.outcome == "duplicate"} == {original}


@pytest.mark.parametrize(
    ("path", "content", "words"),
    [
        ("associations/pkl/nol.csv", b"", "is empty"),
        ("associations/pkl/surat.xlsx", b"Kepada Yth.", "not a spreadsheet"),
        ("associations/pkl/angka.csv", b"1;2;3\n", "no header"),
        ("associations/pkl/kurang.csv", f"nik;nama\n1;{CANARY_NAME}\n".encode(), "lacks"),
        ("associations/paguyuban_baru/daftar.csv", LIST.encode(), "'paguyuban_baru'"),
        ("associations/daftar.csv", LIST.encode(), "'associations'"),
    ],
)
def test_a_file_that_cannot_be_used_is_kept_and_refused(
    resources: Resources, path: str, content: bytes, words: str
) -> None:
    result = collect(PERIOD, put(resources, path, content), resources)
    assert (result.outcome, result.batch) == ("refused", None)
    assert result.message and words in result.message and Path(path).name in result.message
    (delivery,) = rows(resources, sources.delivery)
    assert (delivery["outcome"], delivery["message"], delivery["batch"]) == ("refused", result.message, {})
    (kept,) = files_below(resources.settings.place("archive"))
    assert kept.read_bytes() == content
    (outcome,) = rows(resources, audit.outcome)
    assert (outcome["status"], outcome["outputs"]) == ("ok", ["sources.delivery"])
    assert not files_below(resources.settings.place("lake"))


def test_a_refused_file_is_taken_in_once_the_catalog_describes_it(resources: Resources) -> None:
    path = put(resources, "associations/paguyuban_baru/daftar.csv")
    refused = collect(PERIOD, path, resources)
    assert collect(PERIOD, path, resources) == refused
    own = resources.settings.catalog_dir
    own.mkdir()
    shutil.copy(SHIPPED / "pkl.yaml", own / "paguyuban_baru.yaml")
    accepted = collect(PERIOD, path, resources)
    assert (accepted.outcome, accepted.delivery_id) == ("accepted", refused.delivery_id)
    (delivery,) = rows(resources, sources.delivery)
    assert (delivery["outcome"], delivery["message"], delivery["row_count"]) == ("accepted", None, 2)


RENAMED = LIST.replace("nik;", "No Identitas;")


def test_a_list_whose_header_line_changed_waits_and_shows_old_and_new(resources: Resources) -> None:
    result = collect(PERIOD, put(resources, "associations/pkl/baru.csv", RENAMED), resources)
    assert (result.outcome, result.batch) == ("drifted", None)
    (delivery,) = rows(resources, sources.delivery)
    assert delivery["outcome"] == "drifted" and delivery["proposal"] == {"No Identitas": "nik"}
    (found,) = delivery["lists"]
    assert found["headers"][0] == "No Identitas" and found["extras"] == ["No Identitas"]
    assert result.message == delivery["message"] and result.message
    assert f"sigap source accept {result.delivery_id}" in result.message
    assert "nik  A No Identitas  nik (" in result.message
    assert not files_below(resources.settings.place("lake"))
    assert len(files_below(resources.settings.place("archive"))) == 1


def test_a_drifted_list_is_tried_again_and_the_others_go_on(resources: Resources) -> None:
    path = put(resources, "associations/pkl/baru.csv", RENAMED)
    drifted = collect(PERIOD, path, resources)
    assert collect(PERIOD, path, resources) == drifted
    assert collect(PERIOD, put(resources, "associations/pkl/lama.csv"), resources).outcome == "accepted"


def test_what_was_found_in_a_list_is_kept_with_its_delivery(resources: Resources) -> None:
    collect(PERIOD, put(resources, "associations/pkl/daftar.csv"), resources)
    (delivery,) = rows(resources, sources.delivery)
    (found,) = delivery["lists"]
    assert found["columns"] | {} == {
        "nik": "A", "full_name": "B", "birth_date": "C", "address": "D", "kelurahan": "E", "kecamatan": "F",
    }  # fmt: skip
    assert (found["header_lines"], found["rows"]) == ([1], 2)


def test_the_last_accepted_file_of_a_sender_says_what_is_missed(resources: Resources) -> None:
    more = LIST.replace(HEADER, f"{HEADER};no hp").replace("Jatiasih;Jatiasih", "Jatiasih;Jatiasih;0812")
    assert collect(PERIOD, put(resources, "associations/pkl/lama.csv", more), resources).outcome == "accepted"
    now = more.replace("no hp", "ukuran baju")
    later = put(resources, "../2026-02/associations/pkl/baru.csv", now)[11:]
    result = collect(Period(2026, 2), later, resources)
    assert result.outcome == "drifted" and result.message and "phone: gone" in result.message


def test_bytes_refused_under_a_wrong_name_are_taken_in_under_the_right_one(resources: Resources) -> None:
    assert collect(PERIOD, put(resources, "associations/pkl/a.xls"), resources).outcome == "refused"
    assert collect(PERIOD, put(resources, "associations/pkl/a.csv"), resources).outcome == "accepted"


def test_an_interrupted_collect_leaves_no_delivery_and_can_be_run_again(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(resources, "associations/pkl/daftar.csv")

    def full_disk(*_: object, **__: object) -> None:
        raise OSError(CANARY_NAME)

    with monkeypatch.context() as broken:
        broken.setattr(type(resources.lake), "write", full_disk)
        with pytest.raises(OSError, match=CANARY_NAME):
            collect(PERIOD, path, resources)
    assert rows(resources, sources.delivery) == []
    assert [row["error"] for row in rows(resources, audit.outcome)] == ["OSError"]
    assert collect(PERIOD, path, resources).outcome == "accepted"


def test_every_group_becomes_rows_of_its_dataset(resources: Resources) -> None:
    book = openpyxl.Workbook()
    columns = catalog.load_catalog()["dtks"].columns.values()
    book.active.append([column.headers[0] for column in columns])
    book.active.append(["1"] * len(columns))
    put(resources, "dtks/registri.xlsx")
    book.save(Path(resources.settings.place("inbox").path) / "2026-01/dtks/registri.xlsx")
    put(
        resources,
        "bpjs_bills/tagihan.csv",
        "nik,kpj,nama,bulan,jkk,jkm,jumlah\n1,2,A,2026-01,10000,6800,16800\n",
    )
    put(
        resources,
        "payments/bayar.csv",
        "referensi;nomor_tagihan;tanggal_bayar;jumlah\nR1;SIGAP/1;2026-01-20;16800\n",
    )
    header = [column.headers[0] for column in catalog.load_catalog()["memberships"].columns.values()]
    put(resources, "memberships/peserta.csv", ",".join(header) + "\n" + ",".join(["1"] * len(header)) + "\n")
    groups = ("dtks", "memberships", "bpjs_bills", "payments")
    found = [path for group in groups for path in list_deliveries(PERIOD, group, resources)]
    results = [collect(PERIOD, path, resources) for path in found]
    assert [result.batch.dataset if result.batch else result.message for result in results] == [
        "sources.workers",
        "sources.memberships",
        "sources.bills",
        "sources.payments",
    ]


def test_a_missing_inbox_and_a_missing_file_are_named(resources: Resources) -> None:
    with pytest.raises(SourceError, match="2026-02"):
        list_deliveries(Period(2026, 2), "dtks", resources)
    with pytest.raises(SourceError, match=r"dtks/none\.csv is not in the inbox"):
        collect(PERIOD, "dtks/none.csv", resources)
    assert rows(resources, audit.outcome) == []


def test_no_person_reaches_outcomes_lineage_manifests_or_logs(
    resources: Resources, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        collect(PERIOD, put(resources, "associations/pkl/a.csv"), resources)
        collect(
            PERIOD, put(resources, "associations/pkl/b.csv", f"{LIST}{'x;' * 20}{CANARY_NAME}\n"), resources
        )
    left = [
        json.dumps([rows(resources, audit.outcome), rows(resources, sources.delivery)], default=str),
        resources.settings.lineage_file.read_text(),
        *(
            path.read_text()
            for path in files_below(resources.settings.place("lake"))
            if path.suffix == ".json"
        ),
        caplog.text,
    ]
    assert len(left) > 3 and all(left[:3])
    for text in left:
        assert CANARY_NIK not in text and CANARY_NAME not in text


def test_what_may_not_be_opened_is_a_refused_delivery_and_nothing_of_it_is_read(
    resources: Resources, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(LIST)
    put(resources, "associations/pkl/daftar.csv")
    folder = Path(resources.settings.place("inbox").path) / str(PERIOD) / "associations" / "pkl"
    (folder / "tautan.csv").symlink_to(secret)
    (folder / "balik\u202evsc.csv").write_text(LIST)
    for _ in range(2):
        assert list_deliveries(PERIOD, "associations", resources) == ["associations/pkl/daftar.csv"]
    refused = {row["file_name"]: row for row in rows(resources, sources.delivery)}
    assert refused.keys() == {"tautan.csv", "balik<U+202E>vsc.csv"}
    for row in refused.values():
        assert (row["source"], row["outcome"], row["size_bytes"]) == ("pkl", "refused", 0)
    assert "is a link, so it was not taken in. Put the file itself" in refused["tautan.csv"]["message"]
    assert files_below(resources.settings.place("archive")) == []
    outcome = rows(resources, audit.outcome)[0]
    assert (outcome["verb"], outcome["subject"], outcome["counts"]) == (
        "collect", "inbox/associations", {"refused": 2}
    )  # fmt: skip
