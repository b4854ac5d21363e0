"""Doubtful pairs: asked by risk, answered by one or two people, kept under their facts, asked once."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from sigap.domain.datasets import EVIDENCE, PAIRS, SCHEMAS
from sigap.domain.period import Period
from sigap.errors import IdentityError
from sigap.identity.answers import Answers, PairVerdict
from sigap.pipeline.resources import Resources
from sigap.pipeline.review import (
    check_verdict,
    effective_verdicts,
    give_verdict,
    keep_answers,
    open_pairs,
    read_open_pairs,
    show_pair,
    write_open_pairs,
)
from sigap.warehouse.tables import audit, identity_review, sources

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")
JANUARY = Period(2026, 1)
MAKER, CHECKER = "dinas", "verifikator"
WHY = "KTP dilihat di kelurahan"
CANARY = "KENARI UJICOBA"
RISKY, SAFE, SURE = "a1" * 16, "b2" * 16, "c3" * 16


@pytest.fixture
def resources(resources: Resources) -> Resources:
    settings = resources.settings.model_copy(update={"stewards": f"{MAKER}, {CHECKER}"})
    return Resources(settings, resources.lake, resources.warehouse, "test")


def deliver(resources: Resources, source: str, dataset: str, rows: Sequence[dict[str, Any]]) -> str:
    """What collect and check leave behind for one file; the id of its delivery."""
    delivery_id = f"{source[:8]}-1"
    known = [{"delivery_id": delivery_id, "sheet": "", "source": source, **row} for row in rows]
    received = SCHEMAS[f"sources.{dataset}"].empty_table()
    checked = pa.Table.from_pylist(known, SCHEMAS[f"quality.{dataset}"])
    values = {"source": source, "file_name": f"{source}.csv", "sha256": "0" * 64, "size_bytes": 1}
    with resources.warehouse.begin() as connection:
        given = values | {"delivery_id": delivery_id, "period": str(JANUARY), "outcome": "accepted"}
        connection.execute(insert(sources.delivery).values(given | {"row_count": len(rows)}))
    with resources.outcome_of("check", JANUARY, delivery_id) as outcome:
        outcome.read(resources.lake.write(f"sources.{dataset}", JANUARY, received))
        outcome.wrote(resources.lake.write(f"quality.{dataset}", JANUARY, checked))
    return delivery_id


def evidence(**levels: tuple[int, float]) -> dict[str, Any]:
    found = {name: levels.get(name, (-1, 0.0)) for name in EVIDENCE}
    return {f"level_{name}": level for name, (level, _) in found.items()} | {
        f"weight_{name}": weight for name, (_, weight) in found.items()
    }


def link_finds(resources: Resources, pairs: Sequence[dict[str, Any]]) -> None:
    """What link leaves behind: pairs, with rows and memberships beside them, and its outcome."""
    tables = {
        "identity.pairs": pa.Table.from_pylist(list(pairs), PAIRS),
        "identity.rows": SCHEMAS["identity.rows"].empty_table(),
        "identity.memberships": SCHEMAS["identity.memberships"].empty_table(),
    }
    with resources.outcome_of("link", JANUARY) as outcome:
        outcome.wrote(*(resources.lake.write(name, JANUARY, rows) for name, rows in tables.items()))


@pytest.fixture
def pairs(resources: Resources) -> list[dict[str, Any]]:
    """Three pairs of link's: one risky and one safe in review, one that the model calls different."""
    day = dt.date(1980, 8, 17)
    person = {"birth_date": day, "sex": "L", "kelurahan_code": "32.75.02.1002", "kecamatan_code": "32.75.02"}
    good = [
        {"row": n, "nik": f"327501170880{n:04d}", "full_name": f"ORANG {n}", **person} for n in range(2, 9)
    ]
    mine = {"row": 9, "nik": None, "nik_state": "damaged", "nik_digits": "327501170880001", **person}
    member = {
        "row": 2, "nik": "3275011708800010", "kpj": "99000000017", "full_name": f"{CANARY}WATI",
        "birth_date": day, "segment": "BPU", "status": "AKTIF", "payer_name": "MANDIRI",
        "coverage_start": dt.date(2025, 1, 1), "coverage_end": dt.date(2026, 3, 31),
        "last_paid_month": "2026-01", "kelurahan_code": "32.75.02.1002", "mother_name": "UJI KARSIH",
        "phone": "0800-1234-5678", "sex": "P",
    }  # fmt: skip
    worker = deliver(resources, "pkl", "workers", [*good, mine | {"full_name": CANARY}])
    bpjs = deliver(resources, "memberships", "memberships", [member])
    row = {"source": "pkl", "delivery_id": worker, "sheet": "", "decision": "review", "rule": "score"}
    listed = {"other_source": "pkl", "other_delivery_id": worker, "other_sheet": ""}
    membership = {"other_source": "memberships", "other_delivery_id": bpjs, "other_sheet": ""}
    seen = evidence(nik=(2, 9.0), name=(3, 6.0), birth_date=(3, 5.0), sex=(1, 0.5))
    found = [
        row | membership | seen
        | {"kind": "membership", "fact_key": RISKY, "match_weight": 1.0, "row": 9, "other_row": 2},
        row | listed | seen
        | {"kind": "rows", "fact_key": SAFE, "match_weight": 9.0, "row": 2, "other_row": 3},
        row | listed | seen
        | {"kind": "rows", "fact_key": SURE, "match_weight": -3.0, "row": 4, "other_row": 5}
        | {"decision": "different"},
    ]  # fmt: skip
    link_finds(resources, found)
    return found


def asked(resources: Resources) -> list[tuple[str, bool]]:
    """Keys of the questions, and whether each only waits for a second person."""
    found = open_pairs(JANUARY, resources).to_pylist()
    return [(row["fact_key"], row["verdict_id"] is not None) for row in found]


def settled(resources: Resources) -> dict[str, str]:
    with resources.warehouse.connect() as connection:
        found = effective_verdicts(connection).to_pylist()
    return {row["fact_key"]: row["verdict"] for row in found}


def waiting_id(resources: Resources) -> int:
    (found,) = [n for n in open_pairs(JANUARY, resources)["verdict_id"].to_pylist() if n is not None]
    return int(found)


@pytest.mark.usefixtures("pairs")
def test_pairs_in_review_are_asked_about_the_riskiest_first(resources: Resources) -> None:
    assert asked(resources) == [(RISKY, False), (SAFE, False)]
    first = open_pairs(JANUARY, resources).to_pylist()[0]
    assert (first["same_risk_idr"], first["different_risk_idr"]) == (14_000_000, 134_400)


def test_a_month_without_a_link_asks_nothing(resources: Resources) -> None:
    assert open_pairs(JANUARY, resources).num_rows == 0
    with pytest.raises(IdentityError, match="no pairs yet"):
        give_verdict(JANUARY, RISKY, "same", WHY, MAKER, resources)


def test_pairs_with_the_same_facts_are_asked_about_once(resources: Resources, pairs: list[dict]) -> None:
    link_finds(resources, [*pairs, {**pairs[0], "row": 8}])
    assert asked(resources) == [(RISKY, False), (SAFE, False)]


@pytest.mark.usefixtures("pairs")
def test_a_verdict_of_little_risk_has_effect_at_once_and_is_not_asked_again(resources: Resources) -> None:
    kept = give_verdict(JANUARY, SAFE, "same", WHY, MAKER, resources)
    assert (kept.kept, kept.waiting) == (1, 0)
    assert settled(resources) == {SAFE: "same"}
    assert asked(resources) == [(RISKY, False)]


@pytest.mark.usefixtures("pairs")
def test_a_risky_verdict_has_effect_only_once_a_second_person_agreed(resources: Resources) -> None:
    kept = give_verdict(JANUARY, RISKY[:8], "same", WHY, MAKER, resources)
    assert (kept.kept, kept.waiting) == (1, 1)
    assert settled(resources) == {}
    assert asked(resources) == [(RISKY, True), (SAFE, False)]
    check_verdict(waiting_id(resources), "agree", "", CHECKER, resources)
    assert settled(resources) == {RISKY: "same"}
    assert asked(resources) == [(SAFE, False)]


@pytest.mark.usefixtures("pairs")
def test_a_disagreement_leaves_the_pair_in_review(resources: Resources) -> None:
    give_verdict(JANUARY, RISKY, "same", WHY, MAKER, resources)
    check_verdict(waiting_id(resources), "disagree", "Foto KTP orang lain", CHECKER, resources)
    assert settled(resources) == {}
    assert asked(resources) == [(RISKY, False), (SAFE, False)]
    _, history = show_pair(JANUARY, RISKY, "auditor", resources)
    said = [(one["actor"], one["verdict"], one["checker"], one["answer"]) for one in history]
    assert said == [(MAKER, "same", CHECKER, "disagree")]
    give_verdict(JANUARY, RISKY, "same", WHY, MAKER, resources)
    assert asked(resources)[0] == (RISKY, True)


@pytest.mark.usefixtures("pairs")
def test_a_second_person_may_take_the_effect_of_any_verdict_away(resources: Resources) -> None:
    give_verdict(JANUARY, SAFE, "same", WHY, MAKER, resources)
    with resources.warehouse.connect() as connection:
        made = connection.execute(select(identity_review.verdict.c.verdict_id)).scalar_one()
    check_verdict(made, "disagree", "Kembar", CHECKER, resources)
    assert settled(resources) == {} and (SAFE, False) in asked(resources)


@pytest.mark.usefixtures("pairs")
def test_the_newest_verdict_with_effect_counts(resources: Resources) -> None:
    give_verdict(JANUARY, RISKY, "different", WHY, MAKER, resources)
    assert settled(resources) == {RISKY: "different"}
    give_verdict(JANUARY, RISKY, "same", "Akta lahir dilihat", MAKER, resources)
    assert settled(resources) == {RISKY: "different"}
    assert asked(resources)[0] == (RISKY, True)
    check_verdict(waiting_id(resources), "agree", "", CHECKER, resources)
    assert settled(resources) == {RISKY: "same"}


def test_a_verdict_holds_for_its_facts_in_any_later_link_and_for_no_others(
    resources: Resources, pairs: list[dict]
) -> None:
    give_verdict(JANUARY, SAFE, "same", WHY, MAKER, resources)
    link_finds(resources, [pairs[0], {**pairs[1], "row": 7}])
    assert asked(resources) == [(RISKY, False)]
    link_finds(resources, [pairs[0], {**pairs[1], "fact_key": "d4" * 16}])
    assert asked(resources) == [(RISKY, False), ("d4" * 16, False)]


def test_a_person_may_judge_a_pair_that_the_model_was_sure_of(
    resources: Resources, pairs: list[dict]
) -> None:
    assert give_verdict(JANUARY, SURE, "same", WHY, MAKER, resources).waiting == 1
    assert (SURE, True) in asked(resources), "the second person has to be asked"
    assert len(pairs) == 3


@pytest.mark.usefixtures("pairs")
def test_the_same_answer_again_changes_nothing(resources: Resources) -> None:
    for _ in range(2):
        kept = give_verdict(JANUARY, RISKY, "same", WHY, MAKER, resources)
    assert (kept.kept, kept.known) == (0, 1)
    number = waiting_id(resources)
    for _ in range(2):
        kept = check_verdict(number, "agree", "", CHECKER, resources)
    assert (kept.kept, kept.known) == (0, 1)


@pytest.mark.usefixtures("pairs")
@pytest.mark.parametrize(
    ("key", "verdict", "reason", "actor", "sentence"),
    [
        (RISKY, "same", WHY, "orang lain", "SIGAP_STEWARDS"),
        (RISKY, "same", " ", MAKER, "say why"),
        (RISKY, "mungkin", WHY, MAKER, "none of same, different"),
        (RISKY, "same", "KTP 3275 0117 0880 0011", MAKER, "holds a NIK"),
        ("ff", "same", WHY, MAKER, "0 pairs have a key"),
        ("", "same", WHY, MAKER, "0 pairs have a key"),
    ],
)
def test_a_verdict_that_cannot_count_is_refused(
    resources: Resources, key: str, verdict: str, reason: str, actor: str, sentence: str
) -> None:
    with pytest.raises(IdentityError, match=sentence) as refused:
        give_verdict(JANUARY, key, verdict, reason, actor, resources)
    assert "3275" not in str(refused.value)
    assert settled(resources) == {}


@pytest.mark.usefixtures("pairs")
def test_nobody_checks_a_verdict_of_their_own(resources: Resources) -> None:
    give_verdict(JANUARY, RISKY, "same", WHY, MAKER, resources)
    with pytest.raises(IdentityError, match="somebody else"):
        check_verdict(waiting_id(resources), "agree", "", MAKER, resources)
    statement = (
        "INSERT INTO identity.verdict_check (verdict_id, answer, actor) VALUES (:made, 'agree', ' DINAS ')"
    )
    with (
        pytest.raises(DBAPIError, match="checked by somebody else"),
        resources.warehouse.begin() as connection,
    ):
        connection.execute(text(statement), {"made": waiting_id(resources)})
    assert settled(resources) == {}


@pytest.mark.usefixtures("pairs")
@pytest.mark.parametrize(
    ("number", "answer", "reason", "sentence"),
    [
        (None, "disagree", "", "say why"),
        (None, "ya", "x", "none of agree, disagree"),
        (999, "agree", "", "no verdict 999"),
    ],
)
def test_a_second_answer_that_cannot_count_is_refused(
    resources: Resources, number: int | None, answer: str, reason: str, sentence: str
) -> None:
    give_verdict(JANUARY, RISKY, "same", WHY, MAKER, resources)
    with pytest.raises(IdentityError, match=sentence):
        check_verdict(number or waiting_id(resources), answer, reason, CHECKER, resources)


@pytest.mark.usefixtures("pairs")
def test_an_answer_to_an_older_verdict_is_refused(resources: Resources) -> None:
    give_verdict(JANUARY, RISKY, "same", WHY, MAKER, resources)
    older = waiting_id(resources)
    give_verdict(JANUARY, RISKY, "same", "Akta lahir dilihat", CHECKER, resources)
    with pytest.raises(IdentityError, match="followed by a newer one"):
        check_verdict(older, "agree", "", CHECKER, resources)


@pytest.mark.usefixtures("pairs")
@pytest.mark.parametrize("table", ["identity.verdict", "identity.verdict_check"])
@pytest.mark.parametrize("change", ["UPDATE {} SET actor = 'x'", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_database_keeps_every_answer_as_it_is(resources: Resources, table: str, change: str) -> None:
    with (
        pytest.raises(DBAPIError, match="added to, never changed"),
        resources.warehouse.begin() as connection,
    ):
        connection.execute(text(change.format(table)))


@pytest.mark.usefixtures("pairs")
def test_a_look_shows_both_rows_and_is_kept_without_the_person(resources: Resources) -> None:
    shown, history = show_pair(JANUARY, RISKY, "auditor", resources)
    assert shown.left["full_name"] == CANARY
    assert shown.left["origin"] == "Pedagang kaki lima, pkl.csv, baris 9"
    assert (shown.left["nik"], shown.right["nik"]) == ("327501170880001?", "3275011708800010")
    assert shown.left["place"] == "Kranji, Bekasi Barat"
    assert shown.right["membership"] == "KPJ 99000000017, BPU, AKTIF, pembayar: MANDIRI"
    assert [shown.right[name] for name in ("place", "mother_name", "phone", "sex", "kk")] == [
        "Kranji, Bekasi Barat", "UJI KARSIH", "0800-1234-5678", "Perempuan", "",
    ]  # fmt: skip
    assert shown.right["coverage"].startswith("sejak 1 Januari 2025, sampai 31 Maret 2026")
    assert history == []
    with resources.warehouse.connect() as connection:
        looked = connection.execute(select(audit.outcome).where(audit.outcome.c.verb == "look")).one()
    assert looked.versions["actor"] == "auditor"
    assert CANARY not in str(looked) and "3275011708800010" not in str(looked)


def answer(file: Path, sheet: str, given: dict[int, tuple[str, str]]) -> Path:
    """Fill in boxes of a sheet by their place."""
    book = openpyxl.load_workbook(file, rich_text=True)
    cells = [str(rule.sqref) for rule in book[sheet].data_validations.dataValidation]
    for place, (choice, reason) in given.items():
        book[sheet][cells[place]] = choice
        book[sheet][f"H{cells[place][1:]}"] = reason
    book.save(file)
    return file


@pytest.mark.usefixtures("pairs")
def test_the_workbook_goes_out_and_comes_back_to_maker_and_checker(
    resources: Resources, tmp_path: Path
) -> None:
    first, second = tmp_path / "satu.xlsx", tmp_path / "dua.xlsx"
    assert write_open_pairs(JANUARY, first, "petugas", resources) == (2, 0)
    answers = read_open_pairs(answer(first, "Keputusan", {0: ("SAMA", WHY), 1: ("BERBEDA", WHY)}))
    kept = keep_answers(answers, MAKER, resources)
    assert (kept.kept, kept.waiting) == (2, 1)
    assert settled(resources) == {SAFE: "different"}
    assert write_open_pairs(JANUARY, second, "petugas", resources) == (1, 0)
    read_back = read_open_pairs(answer(second, "Pemeriksaan kedua", {0: ("SETUJU", "")}))
    with pytest.raises(IdentityError, match="somebody else"):
        keep_answers(read_back, MAKER, resources)
    assert keep_answers(read_back, CHECKER, resources).kept == 1
    assert settled(resources) == {RISKY: "same", SAFE: "different"}
    with pytest.raises(IdentityError, match="no doubtful pair that waits"):
        write_open_pairs(JANUARY, second, "petugas", resources)


@pytest.mark.usefixtures("pairs")
def test_a_workbook_holds_the_riskiest_and_says_what_is_left(resources: Resources, tmp_path: Path) -> None:
    assert write_open_pairs(JANUARY, tmp_path / "satu.xlsx", "petugas", resources, limit=1) == (1, 1)


def test_an_answer_about_facts_that_have_changed_is_not_kept(resources: Resources, pairs: list[dict]) -> None:
    answers = Answers(JANUARY, (PairVerdict(SAFE, "same", WHY), PairVerdict(RISKY, "different", WHY)), ())
    link_finds(resources, [pairs[0], {**pairs[1], "fact_key": "d4" * 16}])
    kept = keep_answers(answers, MAKER, resources)
    assert (kept.kept, kept.stale) == (1, 1)
    assert settled(resources) == {RISKY: "different"}
