"""A month of sample partners: the same bytes each time, the right counts, one matter with each person."""

import datetime as dt
import hashlib
from collections import Counter
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from pyarrow import csv

from sigap.domain.period import Period
from sigap.domain.reasons import reasons
from sigap.errors import SettingsError
from sigap.synth import Synthesis, synthesise
from sigap.synth.cases import cases
from sigap.synth.draw import Dice
from sigap.synth.memberships import COLUMNS
from sigap.synth.people import draw_people, listed

JANUARY, FEBRUARY = Period(2026, 1), Period(2026, 2)
PLACES, MEMBERSHIPS = 1600, 6000


@pytest.fixture(scope="module")
def january(tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    return synthesise(JANUARY, tmp_path_factory.mktemp("inbox"), PLACES, MEMBERSHIPS)


def registry_of(month: Synthesis) -> list[dict[str, str]]:
    path = next(path for path in month.files if path.parent.name == "dtks")
    text = csv.ConvertOptions(
        strings_can_be_null=False, column_types=dict.fromkeys(header_of(path), "string")
    )
    return csv.read_csv(path, convert_options=text).to_pylist()


def header_of(path: Path) -> list[str]:
    return path.open(encoding="utf-8").readline().strip().split(",")


def memberships_of(month: Synthesis) -> list[dict[str, str]]:
    return pq.read_table(next(path for path in month.files if path.suffix == ".parquet")).to_pylist()


def digests_of(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_same_arguments_give_the_same_bytes(january: Synthesis, tmp_path: Path) -> None:
    synthesise(JANUARY, tmp_path, PLACES, MEMBERSHIPS)
    first = digests_of(january.truth.parents[1])
    assert len(first) == 14
    assert digests_of(tmp_path / "2026-01") == first


def test_another_seed_gives_other_people(january: Synthesis, tmp_path: Path) -> None:
    other = synthesise(JANUARY, tmp_path, PLACES, MEMBERSHIPS, seed=2)
    same = {row["NIK"] for row in registry_of(january)} & {row["NIK"] for row in registry_of(other)}
    assert len(same) < 20


def test_a_month_fills_every_place_and_leaves_people_waiting(january: Synthesis) -> None:
    truth = pq.read_table(january.truth)
    outcomes = Counter(truth["outcome"].to_pylist())
    assert truth.num_rows == january.people == 2000
    assert PLACES * 1.03 < outcomes["eligible"] < PLACES * 1.12
    assert set(outcomes) == {"eligible", "already_covered", "not_eligible", "held", "unidentified"}
    assert pc.count_distinct(truth["nik"]).as_py() == truth.num_rows


def test_truth_speaks_in_reason_codes_and_every_case_occurs(january: Synthesis) -> None:
    truth = pq.read_table(january.truth)
    assert set(truth["reason"].to_pylist()) <= set(reasons())
    assert set(truth["case"].to_pylist()) == {case.name for case in cases()}
    assert sum(case.share for case in cases()) == 1000


def test_the_default_size_has_more_eligible_people_than_its_11666_places() -> None:
    window = listed(JANUARY, 11_666)
    people = draw_people(Dice(1), window.numbers(0, window.size))
    eligible = [position for position, case in enumerate(cases()) if case.outcome == "eligible"]
    count = pc.sum(pc.is_in(people["case"], value_set=pc.cast(eligible, "int8"))).as_py()
    assert 14_000 <= window.size <= 15_000
    assert count > 12_300


def test_the_registry_extract_has_the_agreed_columns_in_order(january: Synthesis) -> None:
    path = next(path for path in january.files if path.parent.name == "dtks")
    assert header_of(path) == [
        "IDSEMESTA",
        "NIK",
        "NOKK",
        "NAMA",
        "TEMPAT_LAHIR",
        "TGL_LAHIR",
        "JENIS_KELAMIN",
        "ALAMAT",
        "RT",
        "RW",
        "KELURAHAN",
        "KECAMATAN",
        "KABUPATEN",
        "PROVINSI",
        "DESIL",
        "PEKERJAAN",
        "PENGHASILAN",
        "IS_NONAKTIF",
        "KETERANGAN_MENINGGAL",
        "PADANKAN_AT",
    ]
    assert len(registry_of(january)) == january.files[path]


def test_the_registry_shows_what_is_the_matter_with_a_person(january: Synthesis) -> None:
    case_of = {row["nik"]: row["case"] for row in pq.read_table(january.truth).to_pylist()}
    for row in registry_of(january):
        case = case_of[row["NIK"]]
        assert (row["KETERANGAN_MENINGGAL"] != "") == (case == "deceased")
        assert (row["IS_NONAKTIF"] == "1") == (case == "inactive")
        assert (row["KABUPATEN"] != "KOTA BEKASI") == (case == "lives_elsewhere")
        assert (int(row["DESIL"]) > 5) == (case == "better_off")


def test_some_rows_of_the_registry_stand_twice(january: Synthesis) -> None:
    rows = Counter(tuple(row.values()) for row in registry_of(january))
    assert 0 < sum(count == 2 for count in rows.values()) < 20
    assert len({row["NIK"] for row in registry_of(january)}) == len(rows)


def test_memberships_have_the_agreed_columns_and_the_rows_asked_for(january: Synthesis) -> None:
    path = next(path for path in january.files if path.suffix == ".parquet")
    table = pq.read_table(path)
    assert table.column_names == list(COLUMNS)
    assert {str(field.type) for field in table.schema} == {"string"}
    assert table.num_rows == january.files[path] == MEMBERSHIPS
    assert pc.count_distinct(table["kpj"]).as_py() == MEMBERSHIPS
    assert set(table["as_of_date"].to_pylist()) == {"2025-12-27"}


def test_memberships_prove_what_the_truth_says(january: Synthesis) -> None:
    case_of = {row["nik"]: row["case"] for row in pq.read_table(january.truth).to_pylist()}
    proofs = {
        "employee": lambda row: (row["segmen"], row["status"]) == ("PU", "AKTIF"),
        "pays_alone": lambda row: (
            (row["segmen"], row["status"], row["payer_name"]) == ("BPU", "AKTIF", "MANDIRI")
        ),
        "paid_by_other": lambda row: row["payer_name"] not in {"MANDIRI", "PEMERINTAH KOTA BEKASI"},
        "construction": lambda row: (row["segmen"], row["status"]) == ("JAKON", "AKTIF"),
        "migrant": lambda row: (row["segmen"], row["status"]) == ("PMI", "AKTIF"),
        "in_grace": lambda row: (
            row["status"] == "NONAKTIF" and "2025-10" <= row["last_paid_month"] <= "2025-12"
        ),
        "member_long_ago": lambda row: row["status"] != "AKTIF" and row["last_paid_month"] < "2025-07",
        "member_before": lambda row: row["npp_or_wadah"] == "SG-3275" and row["status"] == "AKTIF",
    }
    seen = Counter()
    for row in memberships_of(january):
        case = case_of.get(row["nik"])
        former_job = row["segmen"] == "PU" and row["status"] != "AKTIF" and row["last_paid_month"] < "2025-07"
        if case is not None:
            assert case in proofs
            assert former_job or proofs[case](row), case
        seen[case] += not former_job
    assert set(proofs) < set(seen)


def test_coverage_dates_stand_in_order(january: Synthesis) -> None:
    for row in memberships_of(january):
        assert row["tanggal_lahir"] < row["coverage_start"]
        assert row["coverage_start"][:7] <= row["last_paid_month"]
        assert row["coverage_end"] == "" or row["last_paid_month"] <= row["coverage_end"][:7]
        assert (row["status"] == "AKTIF") == (
            row["coverage_end"] in {""} or row["coverage_end"] > "2026-01-31"
        )


def test_nobody_outside_the_lists_is_a_member_of_our_own_programme(january: Synthesis) -> None:
    niks = set(pq.read_table(january.truth)["nik"].to_pylist())
    own = [row["nik"] for row in memberships_of(january) if row["payer_name"] == "PEMERINTAH KOTA BEKASI"]
    assert own
    assert set(own) <= niks


def test_the_next_month_lists_nearly_the_same_people(january: Synthesis, tmp_path: Path) -> None:
    columns = ["true_person", "nik", "full_name", "birth_date", "sources"]
    february = synthesise(FEBRUARY, tmp_path, PLACES, MEMBERSHIPS)
    before, after = (
        {row.pop("true_person"): row for row in pq.read_table(month.truth, columns=columns).to_pylist()}
        for month in (january, february)
    )
    same = before.keys() & after.keys()
    assert len(before) == len(after) == 2000
    assert len(same) == 1940
    assert all(before[person] == after[person] for person in same)


def test_people_listed_when_young_become_eligible_when_they_are_of_age(tmp_path: Path) -> None:
    later = synthesise(Period(2028, 1), tmp_path, 800, 100)
    young = [row for row in pq.read_table(later.truth).to_pylist() if row["case"] == "too_young"]
    found = {(row["birth_date"] <= dt.date(2010, 1, 1), row["outcome"]) for row in young}
    assert {(True, "eligible"), (False, "not_eligible")} <= found
    assert not {(False, "eligible"), (True, "not_eligible")} & found


@pytest.mark.parametrize(("workers", "memberships"), [(0, 10), (5_000_001, 10), (10, -1), (10, 50_000_001)])
def test_sizes_beyond_the_identity_numbers_are_refused(
    workers: int, memberships: int, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="cannot be synthesised"):
        synthesise(JANUARY, tmp_path, workers, memberships)
    assert list(tmp_path.iterdir()) == []
