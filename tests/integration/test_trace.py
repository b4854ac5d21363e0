"""The way back from a line: always to cells of a file, and the same whatever arrives after."""

import csv
from pathlib import Path
from typing import Any

import pytest

from sigap.audit.step import Step
from sigap.audit.trace import trace_line
from sigap.audit.wording import say as say_word
from sigap.domain.period import Period
from sigap.errors import BillingError
from sigap.pipeline.approve import record_approval
from sigap.pipeline.bill import bill
from sigap.pipeline.decide import decide
from sigap.pipeline.export import export
from sigap.pipeline.issue import issue
from sigap.pipeline.link import link
from sigap.pipeline.month import GROUPS, check_all, collect_all
from sigap.pipeline.resources import Resources
from sigap_portal.trail import trail

JANUARY, FEBRUARY = Period(2026, 1), Period(2026, 2)
STAYS, FALLS_OFF = "3275014101860001", "3275014101860002"
WORKERS = "Nomor KTP;Nama;Tgl. Lahir;Alamat;Kelurahan;Kecamatan\n"
MEMBERS = (
    "nik;kpj;nama;tanggal_lahir;segmen;status;npp_or_wadah;payer_name;program_set;coverage_start;coverage_end;"
    "last_paid_month;as_of_date\n"
)


def name(nik: str) -> str:
    return ("WARGA KANARI", "SLAMET PURNOMO", "RATNA DEWI", "BINSAR LUBIS")[int(nik) % 4]


def worker(nik: str) -> str:
    return f"{nik};{name(nik)};01-01-1986;Jl. Kenari 1;Bekasi Jaya;Bekasi Timur\n"


def member(nik: str, kpj: str) -> str:
    person, payer = f"{nik};{kpj};{name(nik)};1986-01-01", "JJ1;PT Lama"
    return f"{person};PU;KELUAR;{payer};JKK;2020-01-01;2021-12-31;2021-12;2026-01-20\n"


def put(resources: Resources, period: Period, path: str, text: str) -> None:
    file = Path(str(resources.settings.place("inbox"))) / str(period) / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def say(verb: str, about: str) -> None:
    """Nobody listens."""


def entitle(period: Period, resources: Resources) -> None:
    collect_all(period, GROUPS, resources, say)
    check_all(period, resources, say)
    link(period, resources)
    decide(period, resources)


def charge(period: Period, resources: Resources) -> None:
    entitle(period, resources)
    record_approval(period, "roster", "approved", "dinas", None, resources)
    bill(period, resources)
    record_approval(period, "invoices", "approved", "bendahara", None, resources)
    issue(period, resources)


def trace(nik: str, period: Period, resources: Resources) -> list[Step]:
    out = resources.settings.home / "lines.csv"
    export("invoice-lines", period, out, resources)
    (line,) = [row for row in csv.DictReader(out.open(encoding="utf-8")) if row["nik"] == nik]
    return trace_line(int(line["line_id"]), resources.warehouse, resources.lake)


def facts(steps: list[Step], title: str) -> list[dict[str, Any]]:
    return [step.facts for step in steps if step.title.startswith(title)]


@pytest.fixture
def january(resources: Resources) -> Resources:
    """A month of two people, one of them with a membership that ended long ago."""
    put(resources, JANUARY, "associations/becak/daftar.csv", WORKERS + worker(STAYS) + worker(FALLS_OFF))
    put(resources, JANUARY, "memberships/jan.csv", MEMBERS + member(STAYS, "10000000001"))
    charge(JANUARY, resources)
    return resources


def test_membership_evidence_shows_the_cells_of_its_row(january: Resources) -> None:
    (evidence,) = facts(trace(STAYS, JANUARY, january), "Membership evidence")
    assert evidence["kpj"] == evidence["cells"]["kpj"] == "10000000001"
    assert (evidence["file_name"], evidence["period"]) == ("jan.csv", "2026-01")
    (searched,) = facts(trace(FALLS_OFF, JANUARY, january), "Membership evidence")
    assert searched["searched"] == "jan.csv"


def test_a_search_in_vain_says_what_was_sought_in_both_languages(january: Resources) -> None:
    """Link seeks by NIK, name, birth date and more: a trace that spoke of the NIK alone would be untrue."""
    steps = [step for step in trace(FALLS_OFF, JANUARY, january) if step.title == "Membership evidence"]
    ((searched, result),) = [stop.facts for stop in trail(steps)]
    assert (searched.label.indonesian, searched.text) == ("Berkas yang dicari", "jan.csv")
    english, indonesian = steps[0].facts["result"], "Tidak ada kepesertaan yang diakui milik orang ini"
    assert english == "no membership was taken to be this person's"
    assert result.text == f"{indonesian} ({english})"
    assert indonesian in say_word("nothing", "memberships", "id", searched="jan.csv"), "explain says the same"


def test_who_was_kept_is_traced_to_the_list_of_the_month_that_named_them(january: Resources) -> None:
    put(january, FEBRUARY, "associations/becak/daftar.csv", WORKERS + worker(STAYS))
    put(january, FEBRUARY, "memberships/feb.csv", MEMBERS + member(STAYS, "10000000001"))
    charge(FEBRUARY, january)
    steps = trace(FALLS_OFF, FEBRUARY, january)
    assert facts(steps, "Decision")[0]["reason_code"] == "KEPT_NOT_LISTED"
    (row,) = facts(steps, "Received row: daftar.csv, line 3")
    assert (row["period"], row["cells"]["Nomor KTP"]) == ("2026-01", FALLS_OFF)


def test_what_arrives_after_the_roster_does_not_change_the_trace_of_its_lines(january: Resources) -> None:
    before = trace(FALLS_OFF, JANUARY, january)
    put(january, JANUARY, "memberships/late.csv", MEMBERS + member(FALLS_OFF, "10000000002"))
    entitle(JANUARY, january)
    assert trace(FALLS_OFF, JANUARY, january) == before


def test_a_line_that_cannot_be_is_refused(resources: Resources) -> None:
    for line_id in (1, 0, -1, 10**20):
        with pytest.raises(BillingError, match="no invoice line"):
            trace_line(line_id, resources.warehouse, resources.lake)
