"""What link cannot work with ends in one sentence or a clean month: nothing half-written, nobody named."""

import csv
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, func, select, text

from sigap import cli
from sigap.warehouse.tables import audit, billing, entitlement, identity, quality

JANUARY = "2026-01"
WORKER = ["nik", "nama", "tgl_lahir", "jk", "alamat", "kelurahan", "kecamatan", "usaha"]
MEMBER = [
    "nik", "kpj", "nama", "tanggal_lahir", "segmen", "status", "npp_or_wadah", "payer_name", "program_set",
    "coverage_start", "coverage_end", "last_paid_month", "as_of_date",
]  # fmt: skip
NAMES = ("KENARI RAHASIA", "SLAMET PURNOMO", "RATNA DEWI", "BINSAR LUBIS", "WAHYU HIDAYAT", "TUTI ALAWIYAH")
EVERYBODY = range(len(NAMES))
Run = Callable[..., tuple[int | str | None, str, str]]
Send = Callable[..., None]


def nik(person: int) -> str:
    return f"32750117{person + 1:02d}80{person + 11:04d}"


def mistyped(person: int) -> str:
    return f"{nik(person)[:5]}2{nik(person)[6:]}"


def worker(person: int, number: str | None = None) -> list[str]:
    number = nik(person) if number is None else number
    born = f"17/{person + 1:02d}/1980"
    return [number, NAMES[person], born, "L", f"Jl. Uji {person}", "Kranji", "Bekasi Barat", "Bakso"]


def member(person: int, number: str | None = None, status: str = "AKTIF") -> list[str]:
    whose = [nik(person) if number is None else number, f"9900000000{person}"]
    named = [NAMES[person], f"1980-{person + 1:02d}-17"]
    cover = ["PU", status, "JJ1", "PT Lama", "JKK,JKM", "2020-01-01", "2026-12-31", "2025-12", "2026-01-02"]
    return [*whose, *named, *cover]


@pytest.fixture
def send(home: Path) -> Send:
    """Lays a list into the inbox of the month."""

    def send(path: str, header: list[str], *lines: list[str]) -> None:
        file = home / "inbox" / JANUARY / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, delimiter=";").writerows([header, *lines])

    return send


@pytest.fixture
def run(
    home: Path,
    warehouse: Engine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> Iterator[Run]:
    """The command line. At the end nothing it said, logged, reported or recorded names anybody."""
    heard = []

    def run(*words: str) -> tuple[int | str | None, str, str]:
        monkeypatch.setattr(sys, "argv", ["sigap", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        shown = capsys.readouterr()
        heard.append(shown.out + shown.err)
        return ended.value.code, " ".join(shown.out.split()), " ".join(shown.err.split())

    yield run
    reports = [path for place in ("data_docs", "lineage") for path in (home / place).rglob("*.*")]
    heard += [caplog.text, *(path.read_text(encoding="utf-8") for path in reports), *recorded(warehouse)]
    assert len(heard) > 8, "nothing was heard: this would prove nothing"
    people = [*NAMES, *(number(person) for person in EVERYBODY for number in (nik, mistyped))]
    assert not [one for one in people if any(one.casefold() in place.casefold() for place in heard)]


def recorded(warehouse: Engine) -> Iterator[str]:
    with warehouse.connect() as connection:
        for table in ("audit.outcome", "sources.delivery", "quality.validation", "quality.duplicate"):
            yield str(connection.execute(text(f"SELECT t::text FROM {table} t")).scalars().all())


def take_in(run: Run, warehouse: Engine) -> None:
    """Collect and check; a named person lets pass whatever was stopped."""
    assert run("collect", JANUARY)[0] == 0 and run("check", JANUARY)[0] == 0
    stopped = select(quality.validation.c.delivery_id).where(quality.validation.c.outcome == "stopped")
    with warehouse.connect() as connection:
        deliveries = connection.execute(stopped).scalars().all()
    for delivery in deliveries:
        assert run("delivery", "pass", JANUARY, delivery, "--as", "dinas", "--reason", "Sudah benar")[0] == 0


def count(connection: Connection, table: object) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def refused(run: Run, warehouse: Engine, home: Path) -> str:
    """What link says when it refuses, and that it leaves nothing but the record of it; nor does the month."""
    code, out, err = run("link", JANUARY)
    assert (
        code == 1 and err.startswith(f"sigap: {JANUARY}: ") and err.endswith(".") and "Traceback" not in err
    )
    assert run("decide", JANUARY)[0] == 1 and run("month", JANUARY, "--approve-as", "demo")[0] == 1
    assert not out and not list((home / "lake").rglob("identity*")), "half-written"
    of_link = select(audit.outcome.c.status, audit.outcome.c.outputs, audit.outcome.c.error)
    with warehouse.connect() as connection:
        ran = connection.execute(of_link.where(audit.outcome.c.verb == "link")).all()
        assert {(status, len(outputs)) for status, outputs, _ in ran} == {("failed", 0)}
        assert {f"sigap: {error}" for _, _, error in ran} == {err}
        assert [count(connection, table) for table in (identity.person, entitlement.roster)] == [0, 0]
    return err


def test_without_memberships_nobody_is_linked(send: Send, run: Run, warehouse: Engine, home: Path) -> None:
    send("associations/pkl/daftar.csv", WORKER, *map(worker, EVERYBODY))
    take_in(run, warehouse)
    assert "no membership extract may be used" in refused(run, warehouse, home)


def test_an_extract_without_a_row_is_none_even_if_let_pass(
    send: Send, run: Run, warehouse: Engine, home: Path
) -> None:
    send("associations/pkl/daftar.csv", WORKER, *map(worker, EVERYBODY))
    send("memberships/bpjs.csv", MEMBER)
    take_in(run, warehouse)
    assert "no membership extract holds a row that may be used" in refused(run, warehouse, home)


def test_an_empty_list_lists_nobody_even_if_let_pass(
    send: Send, run: Run, warehouse: Engine, home: Path
) -> None:
    send("associations/pkl/daftar.csv", WORKER)
    send("memberships/bpjs.csv", MEMBER, *map(member, EVERYBODY))
    take_in(run, warehouse)
    assert "no list of the month has an accepted row" in refused(run, warehouse, home)


def test_where_every_nik_is_missing_nobody_is_linked(
    send: Send, run: Run, warehouse: Engine, home: Path
) -> None:
    send("associations/pkl/daftar.csv", WORKER, *(worker(person, "") for person in EVERYBODY))
    send("memberships/bpjs.csv", MEMBER, *(member(person, "") for person in EVERYBODY))
    assert run("collect", JANUARY)[0] == 0
    assert "nothing stands in the required columns nik" in run("check", JANUARY)[1]
    take_in(run, warehouse)
    assert "no list of the month has an accepted row" in refused(run, warehouse, home)


def test_a_snapshot_with_a_key_twice_covers_each_person_once_and_bills_nobody_twice(
    send: Send, run: Run, warehouse: Engine, home: Path
) -> None:
    """The same row twice, with two states, under a mistyped NIK, without one; and all of it in two files."""
    active, ended, slipped, without, *uninsured = EVERYBODY
    rows = [
        *[member(active)] * 2,
        *[member(ended, status=status) for status in ("KELUAR", "AKTIF")],
        *[member(slipped, mistyped(slipped))] * 2,
        *[member(without, "")] * 2,
    ]
    send("associations/pkl/daftar.csv", WORKER, *map(worker, EVERYBODY))
    send("memberships/bpjs.csv", MEMBER, *rows)
    send("memberships/lagi.csv", MEMBER, *rows, member(active))
    take_in(run, warehouse)
    assert run("month", JANUARY, "--approve-as", "demo")[0] == 0
    decision, line = entitlement.decision.c, billing.invoice_line.c
    with warehouse.connect() as connection:
        decided = dict(connection.execute(select(decision.nik, decision.outcome)).tuples().all())
        billed = connection.execute(
            select(decision.nik).join(billing.invoice_line, line.person_id == decision.person_id)
        ).scalars()
        assert sorted(billed) == [nik(person) for person in uninsured]
    covered = {decided[nik(person)] for person in (active, ended, slipped, without)}
    assert len(decided) == len(NAMES) and covered == {"already_covered"}
    assert list((home / "lake").rglob("identity*")), "this is where a refusal would leave half of it"
