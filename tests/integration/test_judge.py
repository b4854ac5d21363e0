"""Stopped lists wait for a person: real files through collect and check, and what a judgement changes."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from sigap.cli.links import quality as quality_of_links
from sigap.domain.datasets import COMPARED, FOUND
from sigap.domain.period import Period
from sigap.errors import ApprovalError
from sigap.identity.cascade import Linked
from sigap.identity.compared import Compared
from sigap.identity.model import load_model
from sigap.identity.records import JUDGED
from sigap.pipeline.check import check
from sigap.pipeline.collect import collect, list_deliveries
from sigap.pipeline.judge import answer_questions, judge, judges
from sigap.pipeline.link_gate import link_figures, measure_links
from sigap.pipeline.month import month
from sigap.pipeline.publish import publish_docs
from sigap.pipeline.questions import MONTH, open_questions
from sigap.pipeline.resources import Resources
from sigap.pipeline.scorecard import read_scores
from sigap.pipeline.summary import summarise
from sigap.pipeline.usable import usable_batches
from sigap.settings import Settings, load_settings
from sigap.warehouse.tables import quality, reporting, sources

JANUARY, FEBRUARY = Period(2026, 1), Period(2026, 2)
ENTRY = """
title: {title}
kind: workers
group: associations
sector: pkl
dates: dmy
columns:
  nik: {{headers: [nik], required: true}}
  full_name: {{headers: [nama], required: true}}
  birth_date: {{headers: [lahir], required: true}}
  address: {{headers: [alamat], required: true}}
  kelurahan: {{headers: [kelurahan], required: true}}
  kecamatan: {{headers: [kecamatan], required: true}}
expect: {expect}
"""
# to lay what a later delivery would say: as the superuser again, and without guards
UNGUARDED = text("SET LOCAL ROLE NONE; SET LOCAL session_replication_role = replica")
NAMES = ("SITI", "BUDI", "DEWI", "AGUS", "RINA", "JOKO", "TUTI", "EKO")


@pytest.fixture
def resources(home: Path) -> Resources:
    """With two senders of this test's own: `melati` sends 4 to 6 rows, `kenanga` about as many as ever."""
    catalog = home / "catalog"
    catalog.mkdir(parents=True)
    for code, expect in (("melati", "{at_least: 4, at_most: 6}"), ("kenanga", "{max_change: 0.5}")):
        entry = ENTRY.format(title=f"Paguyuban {code.title()}", expect=expect)
        (catalog / f"{code}.yaml").write_text(entry, encoding="utf-8")
    return Resources.open(load_settings())


def send(resources: Resources, source: str, rows: int, period: Period = JANUARY, name: str = "daftar") -> str:
    """Put a list of that many good rows into the inbox, collect and check it; its delivery id."""
    folder = resources.settings.home / "inbox" / str(period) / "associations" / source
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"327501440785{1000 + number};{NAMES[number % 8]} {NAMES[number // 8]};04/07/1985;"
        "Jl. Uji;Kranji;Bekasi Barat"
        for number in range(rows)
    ]
    header = "nik;nama;lahir;alamat;kelurahan;kecamatan"
    file = folder / f"{name}.csv"
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    (path,) = [
        one
        for one in list_deliveries(period, "associations", resources)
        if one.endswith(f"{source}/{file.name}")
    ]
    result = collect(period, path, resources)
    assert result.outcome == "accepted", result.message
    check(period, result.delivery_id, resources)
    return result.delivery_id


def used(resources: Resources, period: Period = JANUARY) -> int:
    with resources.warehouse.connect() as connection:
        return sum(batch.rows for batch in usable_batches(connection, period))


def judgements(resources: Resources) -> int:
    with resources.warehouse.connect() as connection:
        return connection.execute(select(func.count()).select_from(quality.judgement)).scalar_one()


def test_a_stopped_list_is_not_used_and_the_others_are(resources: Resources) -> None:
    stopped = send(resources, "melati", 3)
    send(resources, "kenanga", 7)
    (question,) = open_questions(JANUARY, resources)
    assert (question.delivery_id, question.source) == (stopped, "melati")
    assert question.stops == {"at_least": {"limit": 4, "found": 3}}
    assert used(resources) == 7


def test_a_list_that_a_person_lets_pass_is_used_and_not_asked_about_again(resources: Resources) -> None:
    stopped = send(resources, "melati", 8)
    judge(JANUARY, stopped, "pass", "dinas", "Daftar memang bertambah", resources)
    assert open_questions(JANUARY, resources) == []
    assert used(resources) == 8
    assert summarise(JANUARY, resources).problems == ()
    judge(JANUARY, stopped, "pass", "dinas", "Daftar memang bertambah", resources)
    assert judgements(resources) == 1, "the same answer again changes nothing"
    check(JANUARY, stopped, resources)
    assert used(resources) == 8, "checked again with the same figures the judgement still counts"
    judge(JANUARY, stopped, "leave_out", "dinas", "Ternyata daftar tahun lalu", resources)
    assert (used(resources), judgements(resources)) == (0, 2), "the newest counts, the first stays"


def test_a_list_that_is_left_out_stays_a_problem_and_is_not_asked_about_again(resources: Resources) -> None:
    stopped = send(resources, "melati", 3)
    judge(JANUARY, stopped, "leave_out", "dinas", "Menunggu daftar lengkap", resources)
    assert open_questions(JANUARY, resources) == []
    assert used(resources) == 0
    (problem,) = summarise(JANUARY, resources).problems
    assert "3 rows received, at least 4 expected" in problem.message


def test_a_judgement_counts_only_for_the_figures_it_was_about(resources: Resources) -> None:
    stopped = send(resources, "melati", 3)
    judge(JANUARY, stopped, "pass", "dinas", "Tiga orang saja", resources)
    catalog = resources.settings.home / "catalog" / "melati.yaml"
    catalog.write_text(catalog.read_text().replace("at_least: 4", "at_least: 5"), encoding="utf-8")
    check(JANUARY, stopped, resources)
    (question,) = open_questions(JANUARY, resources)
    assert question.stops == {"at_least": {"limit": 5, "found": 3}}
    assert used(resources) == 0


@pytest.mark.parametrize(
    ("actor", "reason", "sentence"),
    [
        ("bendahara", "ya", "may not judge stopped lists. They may be judged by: dinas"),
        ("dinas", "  ", "needs a reason"),
    ],
)
def test_who_may_not_judge_or_gives_no_reason_is_refused(
    resources: Resources, actor: str, reason: str, sentence: str
) -> None:
    stopped = send(resources, "melati", 3)
    with pytest.raises(ApprovalError, match=sentence):
        judge(JANUARY, stopped, "pass", actor, reason, resources)
    assert judgements(resources) == 0


def test_what_was_not_stopped_cannot_be_judged(resources: Resources) -> None:
    passed = send(resources, "melati", 5)
    with pytest.raises(ApprovalError, match=f"delivery {passed} was not stopped"):
        judge(JANUARY, passed, "pass", "dinas", "ya", resources)
    with pytest.raises(ApprovalError, match="no limit of the month is broken"):
        judge(JANUARY, None, "pass", "dinas", "ya", resources)


def test_a_list_about_which_the_check_contradicts_itself_cannot_pass(resources: Resources) -> None:
    stopped = send(resources, "melati", 3)
    broken = '{"promise": {"limit": 0, "found": 1}}'
    with resources.warehouse.begin() as connection:
        connection.execute(text("UPDATE quality.validation SET stops = :stops"), {"stops": broken})
    with pytest.raises(ApprovalError, match="cannot be let pass"):
        judge(JANUARY, stopped, "pass", "dinas", "ya", resources)
    judge(JANUARY, stopped, "leave_out", "dinas", "galat pemeriksaan", resources)


def test_no_judgement_can_be_changed_or_deleted(resources: Resources) -> None:
    judge(JANUARY, send(resources, "melati", 3), "pass", "dinas", "ya", resources)
    for statement in ("UPDATE quality.judgement SET verdict = 'leave_out'", "DELETE FROM quality.judgement"):
        with pytest.raises(DBAPIError), resources.warehouse.begin() as connection:
            connection.execute(text(statement))


def test_row_count_far_from_earlier_months_stops_and_only_usable_lists_are_history(
    resources: Resources,
) -> None:
    send(resources, "kenanga", 8)
    assert used(resources) == 8, "without history no rule"
    stopped = send(resources, "kenanga", 3, FEBRUARY)
    (question,) = open_questions(FEBRUARY, resources)
    assert question.stops == {"max_change": {"limit": [4, 12], "found": 3}}
    judge(FEBRUARY, stopped, "leave_out", "dinas", "Daftar tidak lengkap", resources)
    send(resources, "kenanga", 12, Period(2026, 3))
    assert open_questions(Period(2026, 3), resources) == [], "a list that was left out is no history"


def test_a_sender_of_last_month_that_sends_nothing_holds_the_month_until_a_person_lets_it_go_on(
    resources: Resources,
) -> None:
    send(resources, "melati", 5)
    send(resources, "kenanga", 6)
    send(resources, "kenanga", 6, FEBRUARY)
    (question,) = open_questions(FEBRUARY, resources)
    assert (question.key, question.stops) == (
        MONTH,
        {"month_missing_sources": {"limit": 0, "found": ["melati"]}},
    )
    judge(FEBRUARY, None, "leave_out", "dinas", "Tunggu daftarnya", resources)
    assert len(open_questions(FEBRUARY, resources)) == 1, "a month that waits is asked about again"
    judge(FEBRUARY, None, "pass", "dinas", "Paguyubannya bubar", resources)
    assert open_questions(FEBRUARY, resources) == []
    send(resources, "melati", 5, FEBRUARY)
    assert open_questions(FEBRUARY, resources) == []


MEMBERSHIPS = (
    "nik,kpj,nama,tanggal_lahir,segmen,status,npp_or_wadah,payer_name,program_set,coverage_start,"
    "coverage_end,last_paid_month,as_of_date"
)


def send_extract(resources: Resources, as_of: str, header: str = MEMBERSHIPS, name: str = "bpjs") -> str:
    """Put a membership extract into January's inbox, collect it, check it if it could be read; its id."""
    folder = resources.settings.home / "inbox" / str(JANUARY) / "memberships"
    folder.mkdir(parents=True, exist_ok=True)
    row = "3275014407851000,10000000001,SITI SITI,1985-07-04,BPU,AKTIF,,MANDIRI,JKK,2025-01-01,,2025-12,"
    file = folder / f"{name}.csv"
    file.write_text(f"{header}\n{row}{as_of}\n", encoding="utf-8")
    (path,) = (
        one for one in list_deliveries(JANUARY, "memberships", resources) if one.endswith(f"/{file.name}")
    )
    result = collect(JANUARY, path, resources)
    if result.outcome == "accepted":
        check(JANUARY, result.delivery_id, resources)
    return result.delivery_id


def test_an_old_membership_extract_holds_the_month_until_a_person_lets_it_pass(resources: Resources) -> None:
    old = send_extract(resources, "2025-11-30")
    (question,) = open_questions(JANUARY, resources)
    assert (question.delivery_id, question.stops) == (old, {"snapshot_age": {"limit": 31, "found": 32}})
    assert used(resources) == 0
    (problem,) = summarise(JANUARY, resources).problems
    assert "32 days before the month, at most 31 may lie between" in problem.message
    assert "32 hari" in publish_docs(JANUARY, resources).read_text()
    judge(JANUARY, old, "pass", "dinas", "BPJS belum menarik data baru", resources)
    assert (open_questions(JANUARY, resources), used(resources)) == ([], 1)
    send_extract(resources, "2025-12-27", name="baru")
    assert used(resources) == 2, "a newer extract passes by itself"


def test_a_membership_file_that_could_not_be_read_is_forgotten_once_it_came_again(
    resources: Resources,
) -> None:
    send_extract(resources, "2025-12-27", header=MEMBERSHIPS.replace("status", "keadaan"))
    (question,) = open_questions(JANUARY, resources)
    assert question.stops == {"month_unread_memberships": {"limit": 0, "found": 1}}
    send_extract(resources, "2025-12-27", name="lain")
    assert len(open_questions(JANUARY, resources)) == 1, "another file says nothing about this one"
    send_extract(resources, "2025-12-27")
    assert open_questions(JANUARY, resources) == []


def joined_by_nobody(workers: pa.Table, members: pa.Table) -> Linked:
    """An engine that finds nothing."""
    entities = pa.table({"record": workers["record"], "entity": workers["record"]})
    return Linked(JUDGED.empty_table(), entities, {}, Compared(COMPARED.empty_table(), FOUND.empty_table()))


def test_links_below_their_floor_hold_the_month_until_a_person_lets_it_go_on(resources: Resources) -> None:
    send(resources, "melati", 5)
    measured = measure_links(JANUARY, resources, joined_by_nobody, workers=60)
    assert link_figures(JANUARY, resources)[1] == measured
    (question,) = open_questions(JANUARY, resources)
    assert question.key == MONTH
    assert {"link_recall", "link_called_new"} == set(question.stops)
    assert question.stops["link_recall"]["found"][0] == 0.0
    assert len(question.stops["link_recall"]["found"]) == 3, "the interval stands in the question"
    judge(JANUARY, None, "pass", "dinas", "Model lama, semua baris diperiksa", resources)
    assert open_questions(JANUARY, resources) == []
    measure_links(JANUARY, resources, joined_by_nobody, workers=60)
    with resources.warehouse.connect() as connection:
        kept = connection.execute(select(func.count()).select_from(reporting.link_quality)).scalar_one()
    assert kept == len(measured), "the same figures are not kept twice"
    measure_links(JANUARY, resources, joined_by_nobody, workers=80)
    assert len(open_questions(JANUARY, resources)) == 1, "other figures are asked about again"
    assert open_questions(FEBRUARY, resources)[0].stops.keys() == {"month_missing_sources"}


def test_no_figure_of_links_can_be_changed_or_deleted(resources: Resources) -> None:
    measure_links(JANUARY, resources, joined_by_nobody, workers=60)
    for statement in ("UPDATE reporting.link_quality SET value = 1", "DELETE FROM reporting.link_quality"):
        with pytest.raises(DBAPIError), resources.warehouse.begin() as connection:
            connection.execute(text(statement))


def test_the_engine_in_use_is_measured_by_a_command(
    resources: Resources, capsys: pytest.CaptureFixture[str]
) -> None:
    measure_links(JANUARY, resources, workers=300)
    quality_of_links(JANUARY, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["model"].startswith(load_model().name)
    assert {"precision", "recall", "called_new", "in_review"} <= {one["measure"] for one in told["figures"]}
    assert summarise(JANUARY, resources).seconds["measure"] > 0


def test_one_answer_judges_everything_that_was_asked(resources: Resources) -> None:
    send(resources, "melati", 5)
    many, few = send(resources, "kenanga", 8), send(resources, "melati", 3, FEBRUARY)
    stopped = send(resources, "kenanga", 3, FEBRUARY)
    assert used(resources) == 13
    assert many
    shown = {question.key: question.stops for question in open_questions(FEBRUARY, resources)}
    assert set(shown) == {few, stopped}
    assert answer_questions(FEBRUARY, [few], "dinas", "Anggota berkurang", resources, shown)
    assert open_questions(FEBRUARY, resources) == []
    assert used(resources, FEBRUARY) == 3
    assert answer_questions(FEBRUARY, [few], "dinas", "Anggota berkurang", resources, shown)
    assert judgements(resources) == 2, "a task that runs again records nothing new"


def test_an_answer_about_other_figures_is_refused(resources: Resources) -> None:
    few = send(resources, "melati", 3)
    shown = {question.key: question.stops for question in open_questions(JANUARY, resources)}
    send(resources, "melati", 2, name="susulan")
    with pytest.raises(ApprovalError, match="changed after the question was asked"):
        answer_questions(JANUARY, [few], "dinas", "ya", resources, shown)
    assert judgements(resources) == 0


def test_letting_one_pass_needs_a_reason_and_leaving_all_out_does_not(resources: Resources) -> None:
    few = send(resources, "melati", 3)
    shown = {question.key: question.stops for question in open_questions(JANUARY, resources)}
    with pytest.raises(ApprovalError, match="needs a reason"):
        answer_questions(JANUARY, [few], "dinas", "", resources, shown)
    assert answer_questions(JANUARY, [], "dinas", "", resources, shown)
    assert used(resources) == 0


def test_a_month_without_airflow_stops_with_what_to_type(resources: Resources) -> None:
    send(resources, "melati", 3)
    with pytest.raises(
        ApprovalError, match=r"waits for a judgement about daftar\.csv.*sigap delivery pass 2026-01"
    ):
        month(JANUARY, resources, None, lambda verb, on: None)


def test_a_list_is_out_when_a_usable_one_replaces_it_and_in_when_that_is_stopped(
    resources: Resources,
) -> None:
    first, second = send(resources, "melati", 4), send(resources, "melati", 5, name="perbaikan")
    third = send(resources, "melati", 3, name="perbaikan_lagi")
    with resources.warehouse.begin() as connection:
        connection.execute(UNGUARDED)
        for newer, older in ((second, first), (third, second)):
            connection.execute(
                sources.delivery.update()
                .where(sources.delivery.c.delivery_id == newer)
                .values(replaces=older)
            )
    assert used(resources) == 5, "the third is stopped, so the second still counts, and the first does not"
    judge(JANUARY, third, "pass", "dinas", "Memang tiga orang", resources)
    assert used(resources) == 3, "the whole chain before it is out"


def test_judges_are_the_roster_approvers_unless_others_are_named() -> None:
    assert judges(Settings(roster_approvers="dinas, wakil")) == ("dinas", "wakil")
    assert judges(Settings(delivery_judges="verifikator", roster_approvers="dinas")) == ("verifikator",)


def test_the_scorecard_follows_each_sender_over_the_months(resources: Resources) -> None:
    send(resources, "kenanga", 8)
    later = send(resources, "kenanga", 6, FEBRUARY)
    bad = send(resources, "melati", 4, FEBRUARY)
    with resources.warehouse.begin() as connection:
        connection.execute(UNGUARDED)
        connection.execute(
            text(
                "UPDATE sources.delivery d SET corrects = o.delivery_id,"
                " received_at = o.received_at + interval '36 hours'"
                " FROM sources.delivery o WHERE d.delivery_id = :later AND o.delivery_id = :bad"
            ),
            {"bad": bad, "later": later},
        )
        connection.execute(
            text(
                "UPDATE quality.validation SET accepted = 1, held = 2, rejected = 1,"
                ' faults = \'{"NIK_DAMAGED": 2, "NAME_MISSING": 1}\' WHERE delivery_id = :bad'
            ),
            {"bad": bad},
        )
    scores = {(score.source, str(score.period)): score for score in read_scores(resources)}
    good, corrected = scores["kenanga", "2026-01"], scores["melati", "2026-02"]
    assert (good.received, good.accepted_share, good.days_to_correct) == (8, 1.0, None)
    assert (corrected.received, corrected.accepted_share, corrected.held) == (4, 0.25, 2)
    assert corrected.reasons == (("NIK_DAMAGED", 2), ("NAME_MISSING", 1))
    assert corrected.days_to_correct == 1.5
    assert [score.source for score in read_scores(resources, JANUARY, 1)] == ["kenanga"]


def test_the_quality_report_shows_stops_judgement_and_scores(resources: Resources) -> None:
    stopped = send(resources, "melati", 3)
    index = publish_docs(JANUARY, resources)
    assert "menunggu putusan" in index.read_text()
    judge(JANUARY, stopped, "pass", "dinas", "RAHASIA alasan", resources)
    publish_docs(JANUARY, resources)
    pages = [page.read_text() for page in index.parent.rglob("*.html")]
    assert sum("Diloloskan oleh dinas" in page for page in pages) == 2
    assert not any("RAHASIA" in page for page in pages), "a reason is free text and may name somebody"
    assert "Paguyuban Melati" in (index.parent / "sources.html").read_text()
