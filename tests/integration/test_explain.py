"""Why a person is who they are: rows, pairs, memberships, refusals, verdicts and the decision, in words."""

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import psycopg
import pyarrow as pa
import pytest
import yaml
from psycopg import sql
from sqlalchemy import insert, select, text
from typer.testing import CliRunner

from sigap.audit import wording
from sigap.audit.explain import Explanation, explain_person
from sigap.audit.known import month_of
from sigap.audit.origin import newest_link
from sigap.cli import app
from sigap.domain.datasets import PAIRS
from sigap.domain.period import Period
from sigap.errors import IdentityError
from sigap.pipeline.decide import decide
from sigap.pipeline.link import link
from sigap.pipeline.look import explain
from sigap.pipeline.month import GROUPS, check_all, collect_all
from sigap.pipeline.resources import Resources
from sigap.settings import Settings, load_settings
from sigap.warehouse.tables import audit, identity, identity_review
from sigap_stack.postgres import Postgres

JANUARY, FEBRUARY = Period(2026, 1), Period(2026, 2)
MINE, MISTYPED, STRANGER = "3275014101860001", "327501410186001", "3275014101860019"
NAME, OTHER_NAME, MEMBER_NAME = "KENARI UJICOBA", "KENARI RAHASIA", "KENARI UJI COBA"
WORKERS = "Nomor KTP;Nama;Tgl. Lahir;Alamat;Kelurahan;Kecamatan\n"
MEMBERS = (
    "nik;kpj;nama;tanggal_lahir;segmen;status;npp_or_wadah;payer_name;program_set;coverage_start;coverage_end;"
    "last_paid_month;as_of_date\n"
)


def worker(nik: str, name: str) -> str:
    return f"{nik};{name};01-01-1986;Jl. Kenari 1;Bekasi Jaya;Bekasi Timur\n"


def member(nik: str, kpj: str, name: str) -> str:
    person, payer = f"{nik};{kpj};{name};1986-01-01", "JJ1;PT Lama"
    return f"{person};PU;KELUAR;{payer};JKK;2020-01-01;2021-12-31;2021-12;2026-01-20\n"


def put(resources: Resources, path: str, content: str) -> None:
    file = Path(str(resources.settings.place("inbox"))) / str(JANUARY) / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")


@pytest.fixture(scope="module")
def linked(
    postgres: Postgres, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """A linked month, once for all tests: the name of its database, and its home.

    A person has three rows, one with a damaged NIK; a stranger lives at the same address; one membership is
    the person's, one is doubtful.
    """
    name, home = copy_of(migrated_template, postgres), tmp_path_factory.mktemp("explain")
    resources = Resources.open(Settings(home=home, warehouse_url=postgres.url(name)), "test")
    becak, pasar = worker(MINE, NAME) + worker(STRANGER, OTHER_NAME), worker(MINE, MEMBER_NAME)
    members = member(MINE, "10000000001", NAME) + member("3275014101860010", "10000000002", NAME)
    put(resources, "associations/becak/daftar.csv", WORKERS + becak)
    put(resources, "associations/pasar/daftar.csv", WORKERS + pasar + worker(MISTYPED, NAME))
    put(resources, "memberships/jan.csv", MEMBERS + members)
    collect_all(JANUARY, GROUPS, resources, lambda *_: None)
    check_all(JANUARY, resources, lambda *_: None)
    link(JANUARY, resources)
    resources.warehouse.dispose()
    return name, home


@pytest.fixture
def january(
    linked: tuple[str, Path], postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Resources]:
    """That month in a warehouse of its own."""
    name, home = linked
    url = postgres.url(copy_of(name, postgres))
    monkeypatch.setenv("SIGAP_HOME", str(home))
    monkeypatch.setenv("SIGAP_WAREHOUSE_URL", url)
    resources = Resources.open(load_settings(), "test")
    yield resources
    resources.warehouse.dispose()


def copy_of(template: str, postgres: Postgres) -> str:
    name = f"t_{uuid.uuid4().hex[:12]}"
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
    return name


def person_of(nik: str, resources: Resources) -> int:
    with resources.warehouse.connect() as connection:
        wanted = select(identity.person.c.person_id).where(identity.person.c.nik == nik)
        return int(connection.execute(wanted).scalar_one())


def explained(resources: Resources, language: Any = "id", nik: str = MINE) -> Explanation:
    person = person_of(nik, resources)
    return explain_person(person, JANUARY, resources.warehouse, resources.lake, language)


def facts(found: Explanation, name: str) -> dict[str, dict[str, Any]]:
    """The facts of a section, by the title of the step."""
    (section,) = [each for each in found.sections if each.name == name]
    return {step.title: step.facts for step in section.steps}


def lead(found: Explanation, name: str) -> str:
    return next(section.lead for section in found.sections if section.name == name)


def everything(found: Explanation) -> str:
    return json.dumps(found.as_dict(), ensure_ascii=False, default=str)


def test_every_row_of_the_person_is_named_by_file_and_line_with_its_cells(january: Resources) -> None:
    found = explained(january)
    rows = facts(found, "rows")
    assert list(rows) == [
        "becak: daftar.csv, baris 2",
        "pasar: daftar.csv, baris 2",
        "pasar: daftar.csv, baris 3",
    ]
    assert rows["pasar: daftar.csv, baris 3"]["cells"]["Nomor KTP"] == MISTYPED
    assert facts(found, "person")["Orang 1"]["history"] == [f"2026-01: nomor diberikan untuk NIK {MINE}"]
    assert found.summary[0] == "3 baris dari 2 berkas menjadi satu orang."


def test_each_pair_says_rule_comparisons_weights_and_thresholds(january: Resources) -> None:
    pairs = facts(explained(january), "joined")
    by_nik = pairs["becak: daftar.csv, baris 2 ↔ pasar: daftar.csv, baris 2"]
    assert by_nik["rule"] == "NIK sama, dan nama atau tanggal lahir sesuai"
    assert by_nik["because"].startswith("Aturan ini memutuskan tanpa melihat bobot")
    scored = pairs["becak: daftar.csv, baris 2 ↔ pasar: daftar.csv, baris 3"]
    assert scored["rule"] == "Bobot kecocokan terhadap ambang"
    total = scored["compared"][-1].removeprefix("Jumlah: ")
    assert scored["because"].startswith(f"Bobot {total} mencapai ambang sama")
    assert scored["because"].endswith("untuk daftar asosiasi.")
    assert scored["compared"][0].startswith("Titik awal sebelum dibandingkan: -")
    assert any(line.startswith("Nama sama: menguatkan") for line in scored["compared"])
    assert any("Tidak dapat dibandingkan: Nomor KK" in line for line in scored["compared"])


def test_the_weights_told_add_up_to_the_total_told(january: Resources) -> None:
    found = explained(january)
    told = 0
    for drawn in found.drawn.values():
        for pair in drawn:
            assert found.model.prior + sum(pair.weights.values()) == pytest.approx(pair.match_weight)
            told += 1
    assert told >= 3


def test_a_membership_says_why_it_is_theirs_and_what_it_means(january: Resources) -> None:
    decide(JANUARY, january)
    (membership,) = facts(explained(january), "memberships").values()
    assert membership["kpj"] == membership["cells"]["kpj"] == "10000000001"
    assert membership["decided"] == "Kepesertaan orang ini"
    assert membership["rule"] == "NIK sama, dan nama atau tanggal lahir sesuai"
    assert membership["means"].endswith("kepesertaan sudah berakhir.")
    assert membership["coverage_rule"].startswith("coverage.")


def test_what_is_doubtful_is_told_with_its_key_and_without_anybody_elses_facts(january: Resources) -> None:
    found = explained(january)
    doubts = facts(found, "refused")
    assert {each["decided"] for each in doubts.values()} == {"Ragu, menunggu petugas"}
    stranger = doubts["pasar: daftar.csv, baris 3 ↔ becak: daftar.csv, baris 3"]
    assert stranger["other_person"] == person_of(STRANGER, january)
    assert len(stranger["fact_key"]) == 32
    told = everything(found) + (found.chart() or "")
    assert STRANGER not in told and OTHER_NAME not in told and "10000000002" not in told
    assert f"{len(doubts)} pasangan masih ragu" in found.summary[1]


def test_of_many_refused_pairs_the_nearest_are_told_seen_from_the_side_of_the_person(
    january: Resources,
) -> None:
    before = len(facts(explained(january), "refused"))
    with january.warehouse.connect() as connection:
        linked = newest_link(connection, JANUARY)
    assert linked is not None and linked.pairs is not None
    rows = january.lake.read(linked.pairs).to_pylist()
    stranger = next(
        row for row in rows if row["person_id"] != row["other_person_id"] and row["kind"] == "rows"
    )
    mine, theirs = person_of(MINE, january), person_of(STRANGER, january)
    turned = stranger | {"person_id": theirs, "other_person_id": mine, "decision": "different"}
    turned |= {"row": 3, "other_row": 2}
    rows += [turned | {"match_weight": -float(number)} for number in range(11)]
    pairs = january.lake.write("identity.pairs", JANUARY, pa.Table.from_pylist(rows, PAIRS))
    with january.outcome_of("link", JANUARY) as outcome:
        outcome.wrote(linked.persons, linked.rows, linked.memberships, pairs)
    found = explained(january)
    (section,) = [each for each in found.sections if each.name == "refused"]
    told = [step.facts for step in section.steps]
    assert len(told) == before + 8
    assert told[-1]["more"] == "3 pasangan lain ditolak dengan bobot lebih rendah."
    assert [each["compared"][-1] for each in told[before:]] == [
        "Jumlah: 0,00" if number == 0 else f"Jumlah: -{number},00" for number in range(8)
    ]
    assert {each["other_person"] for each in told[before:]} == {theirs}
    assert {step.title.partition(",")[2].partition(" ↔")[0] for step in section.steps[before:]} == {
        " baris 2"
    }
    assert found.summary[1].endswith("11 pasangan ditolak.")


def test_a_verdict_is_told_with_who_when_why_and_who_checked(january: Resources) -> None:
    (key, *_) = (each["fact_key"] for each in facts(explained(january), "refused").values())
    pair = {"delivery_id": delivery(january), "sheet": "", "row": 3}
    other = {f"other_{name}": value for name, value in pair.items()}
    values = pair | other | {
        "fact_key": key, "kind": "rows", "verdict": "different", "period": str(JANUARY), "match_weight": 7.5,
        "risk_idr": 3_000_000, "limit_idr": 2_000_000, "rules": "limit@2025-10-01", "actor": "dinas",
        "reason": "KTP dilihat di kelurahan",
    }  # fmt: skip
    given = insert(identity_review.verdict).values(values).returning(identity_review.verdict.c.verdict_id)
    with january.warehouse.begin() as connection:
        verdict_id = connection.execute(given).scalar_one()
    (verdict,) = facts(explained(january), "verdicts").values()
    assert verdict["effect"] == "Belum, menunggu orang kedua"
    assert (verdict["verdict"], verdict["reason"]) == ("Dua orang yang berbeda", "KTP dilihat di kelurahan")
    assert verdict["given_by"].startswith("dinas, ")
    checked = {"verdict_id": verdict_id, "answer": "agree", "actor": "verifikator"}
    with january.warehouse.begin() as connection:
        connection.execute(insert(identity_review.verdict_check).values(checked))
    (verdict,) = facts(explained(january), "verdicts").values()
    assert (verdict["effect"], verdict["checked_by"].partition(",")[0]) == ("Ya", "verifikator")


def delivery(resources: Resources) -> str:
    with resources.warehouse.connect() as connection:
        wanted = text("SELECT min(delivery_id) FROM sources.delivery")
        return str(connection.execute(wanted).scalar_one())


def test_the_decision_is_told_only_when_it_rests_on_these_links(january: Resources) -> None:
    assert lead(explained(january), "decision").endswith("sigap decide 2026-01")
    decide(JANUARY, january)
    (decision,) = facts(explained(january, nik=STRANGER), "decision").values()
    assert decision["roster"] == "Rancangan"
    assert decision["outcome"] in ("Disubsidi", "Ditahan")
    assert decision["evidence"] == "Tidak ada kepesertaan yang menghalangi."


def test_english_is_spoken_when_asked(january: Resources) -> None:
    found = explained(january, "en")
    assert found.summary[0] == "3 rows from 2 files are one person."
    pairs = facts(found, "joined")
    assert "becak: daftar.csv, row 2 ↔ pasar: daftar.csv, row 3" in pairs
    assert all(each["compared"][0].startswith("Starting point") for each in pairs.values())


def test_everything_that_an_explanation_says_has_words_in_both_languages() -> None:
    content = yaml.safe_load(Path(wording.__file__).with_name("explain.yaml").read_text(encoding="utf-8"))
    lacking = [
        path for path, words in spoken(content) if set(words) != {"id", "en"} or not all(words.values())
    ]
    assert len(list(spoken(content))) > 100
    assert lacking == []


def spoken(tree: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every entry of the file that has words, with its place."""
    if {"id", "en"} & set(tree):
        yield path, tree
        return
    for name, below in tree.items():
        yield from spoken(below, f"{path}.{name}")


def test_an_unknown_person_a_month_without_links_and_an_absent_person_are_refused(january: Resources) -> None:
    warehouse, lake = january.warehouse, january.lake
    for number in (99, 0, -1, 10**20):
        with pytest.raises(IdentityError, match="There is no person"):
            explain_person(number, JANUARY, warehouse, lake)
    with pytest.raises(IdentityError, match=r"2026-02: nobody has been linked yet.*sigap link 2026-02"):
        explain_person(1, FEBRUARY, warehouse, lake)
    absent = {"person_id": 50, "nik": "3275014101860050", "first_period": "2025-12"}
    with warehouse.begin() as connection:
        connection.execute(insert(identity.person).values(absent))
    with pytest.raises(IdentityError, match=r"person 50 is in no list.*given in 2025-12"):
        explain_person(50, JANUARY, warehouse, lake)


def test_without_a_month_the_newest_that_knows_the_person_is_explained(january: Resources) -> None:
    assert month_of(person_of(MINE, january), january.warehouse, january.lake) == JANUARY


def test_a_look_leaves_the_account_and_no_person(
    january: Resources, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "sigap"):
        explain(person_of(MINE, january), None, "auditor", january)
    wanted = select(audit.outcome).order_by(audit.outcome.c.outcome_id.desc()).limit(1)
    with january.warehouse.connect() as connection:
        kept = dict(connection.execute(wanted).mappings().one())
    assert (kept["verb"], kept["subject"], kept["versions"]["actor"]) == ("explain", "person 1", "auditor")
    for place in (caplog.text, json.dumps(kept, default=str), january.settings.lineage_file.read_text()):
        assert MINE not in place and NAME not in place


def test_the_command_prints_in_100_columns_and_draws_the_chart(january: Resources, tmp_path: Path) -> None:
    chart = tmp_path / "why.svg"
    runner = CliRunner(env={"COLUMNS": "100"})
    answer = runner.invoke(app, ["explain", "1", "--period", "2026-01", "--chart", str(chart)])
    assert answer.exit_code == 0, answer.output
    assert "MENGAPA BARIS-BARIS INI SATU ORANG" in answer.output
    lines = answer.output.replace(str(chart), "").splitlines()
    assert max(map(len, lines)) <= 100
    assert ElementTree.parse(chart).getroot().tag.endswith("svg")  # noqa: S314  (drawn a moment ago)
    as_json = runner.invoke(app, ["explain", "1", "--language", "en", "--json"])
    assert json.loads(as_json.stdout)["summary"][0] == "3 rows from 2 files are one person."


def test_the_command_refuses_in_one_sentence(january: Resources, tmp_path: Path) -> None:
    runner = CliRunner()
    unknown = runner.invoke(app, ["explain", "99"])
    assert "There is no person 99" in str(unknown.exception)
    wrong = runner.invoke(app, ["explain", "1", "--chart", str(tmp_path / "why.png")])
    assert isinstance(wrong.exception, IdentityError) and ".svg" in str(wrong.exception)
    assert not (tmp_path / "why.png").exists()
