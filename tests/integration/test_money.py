"""From files in the inbox to balances: the verb, what finance does by hand, and that nothing is lost."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from sigap.cli import app
from sigap.domain.period import Period
from sigap.errors import SettlementError
from sigap.pipeline import payments
from sigap.pipeline.allocations import allocate, allocate_waiting, totals
from sigap.pipeline.collect import collect, list_deliveries
from sigap.pipeline.money import Balance, balances, keep_movements
from sigap.pipeline.payment_queue import payment_lines, queue, show_line
from sigap.pipeline.payment_rows import read_lines
from sigap.pipeline.resources import Resources
from sigap.settlement.statement import MOVEMENTS, keyed
from sigap.warehouse.tables import audit, sources

JANUARY = Period(2026, 1)
CANARY = "SUTRISNO KENARI"
NUMBER = "SIGAP/SG/2026-01/0001"
BANK = f"""Tanggal;Keterangan;Debet;Kredit;Saldo
10/02/2026;SP2D 00123/LS/2026 {CANARY};50.400;;1.000.000
10/02/2026;TRANSFER {CANARY};16.800;;983.200
10/02/2026;TRANSFER {CANARY};16.800;;966.400
11/02/2026;BIAYA ADM;2.500;;963.900
"""
FILES = {
    "bank_statement/rk.csv": BANK,
    "sp2d/sp2d.csv": "No SP2D;Tanggal;Nilai;Uraian;Penerima\n"
    f"00123/LS/2026;09/02/2026;50.400;Iuran {NUMBER};{CANARY}\n",
    "payments/bukti.csv": "referensi;nomor_tagihan;tanggal_bayar;jumlah\n"
    f"BPJS-77;{NUMBER};2026-02-11;50.400\n",
}  # fmt: skip
WHY = "rekening koran dan surat 12/2026"


@pytest.fixture
def received(resources: Resources) -> Callable[..., None]:
    """Lay files into the month's inbox and collect them."""

    def lay(files: dict[str, str]) -> None:
        for path, content in files.items():
            file = Path(str(resources.settings.place("inbox"))) / "2026-01" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")
        for group in dict.fromkeys(path.split("/")[0] for path in files):
            for path in list_deliveries(JANUARY, group, resources):
                assert collect(JANUARY, path, resources).outcome == "accepted"

    return lay


def open_amounts(resources: Resources) -> dict[str, int]:
    with resources.warehouse.connect() as connection:
        return {one.number: one.open_idr for one in balances(connection)}


def test_a_months_files_become_lines_once_each_and_pay_what_they_name(
    resources: Resources, lay_invoice: Callable[..., int], received: Callable[..., None]
) -> None:
    lay_invoice()
    received(FILES)
    found = allocate(JANUARY, resources)
    assert (found.new_lines, found.counted_idr, found.allocated_idr) == (6, 86_500, 50_400)
    assert (found.waiting_lines, found.waiting_idr, found.set_aside_idr) == (2, 33_600, 2_500)
    again = allocate(JANUARY, resources)
    assert (again.new_lines, again.allocations, again.allocated_idr) == (0, 0, 50_400)
    received({"bank_statement/longer.csv": BANK + "12/02/2026;TRANSFER;8.400;;955.500\n"})
    assert allocate(JANUARY, resources).new_lines == 1, "a statement that overlaps brings only what is new"
    with resources.warehouse.connect() as connection:
        stored = connection.execute(select(audit.outcome.c.counts, audit.outcome.c.error)).all()
    assert CANARY not in str(stored)


def test_balances_say_what_an_invoice_asks_and_what_was_paid_up_to_a_day(
    resources: Resources, lay_invoice: Callable[..., int], received: Callable[..., None]
) -> None:
    invoice, draft = lay_invoice(), lay_invoice("2026-02", status="approved")
    received(FILES)
    allocate(JANUARY, resources)
    with resources.warehouse.connect() as connection:
        (now,), (before,) = balances(connection), balances(connection, dt.date(2026, 2, 9))
    assert now == Balance(
        invoice, NUMBER, JANUARY, JANUARY, JANUARY, "APBD_KOTA", dt.date(2026, 1, 28), 50_400, 0, 50_400
    )
    assert (now.open_idr, before.open_idr) == (0, 50_400)
    assert draft not in (now.invoice_id, before.invoice_id), "only an issued invoice asks for money"


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("bank_statement/rk.csv", f"10/02/2026;{CANARY};x;;\n"),
        ("sp2d/sp2d.csv", f"7/LS;40/02/2026;1;{CANARY};\n"),
    ],
)
def test_one_bad_cell_stops_the_whole_month_and_quotes_nobody(
    resources: Resources,
    lay_invoice: Callable[..., int],
    received: Callable[..., None],
    path: str,
    line: str,
) -> None:
    lay_invoice()
    received(FILES | {path: FILES[path] + line})
    with pytest.raises(SettlementError, match=f"{path.split('/')[1]}, row .: column ") as caught:
        allocate(JANUARY, resources)
    assert CANARY not in str(caught.value)
    assert payment_lines(resources) == []


def test_the_queue_says_why_a_line_waits_and_what_it_may_be_without_the_words_of_the_bank(
    resources: Resources, lay_invoice: Callable[..., int], received: Callable[..., None]
) -> None:
    for month, people in (("2026-01", 1), ("2026-02", 1), ("2026-03", 2)):
        lay_invoice(month, people=people)
    rows = (
        "33.600;;BPJS LAMA",
        "50.400;;TAGIHAN SG 2026 03 NO 0003",
        "16.800;;APA",
        "1.000;;SIGAP/SG/2027-01/0009",
        ";700;KEMBALI",
    )
    lines = (
        f"10/02/2026;{text} {CANARY};{debit};{credit};\n"
        for debit, credit, text in (row.split(";") for row in rows)
    )
    received({"bank_statement/rk.csv": BANK.splitlines()[0] + "\n" + "".join(lines)})
    allocate(JANUARY, resources)
    waiting = queue(resources)
    told = {one.line.amount_idr: (one.why, [found.why for found in one.suggestions]) for one in waiting}
    assert told.keys() == {50_400, 16_800, 1_000, -700}, "33.600 is the open amount of exactly one invoice"
    assert told[50_400][0] == "tidak menyebut tagihan, dan jumlahnya bukan sisa tepat satu tagihan"
    assert told[16_800][1] == ["jumlah sama dengan sisa tagihan"] * 2
    assert told[1_000][0] == "menyebut nomor tagihan yang belum terbit atau tidak dikenal"
    assert told[-700][0] == "uang kembali; pembayaran asalnya belum dikenal"
    assert CANARY not in repr(waiting)


def test_two_open_invoices_that_add_up_are_suggested_together(
    resources: Resources, lay_invoice: Callable[..., int], received: Callable[..., None]
) -> None:
    lay_invoice("2026-01", people=1)
    lay_invoice("2026-02", people=2)
    received({"bank_statement/rk.csv": "Tanggal;Keterangan;Debet;Kredit\n10/02/2026;BPJS;50.400;\n"})
    allocate(JANUARY, resources)
    (waiting,) = queue(resources)
    assert [(len(one.invoices), one.why) for one in waiting.suggestions] == [
        (2, "jumlah sama dengan sisa dua tagihan")
    ]


def test_finance_assigns_releases_links_and_reopens_with_name_and_reason(
    resources: Resources, lay_invoice: Callable[..., int], received: Callable[..., None]
) -> None:
    lay_invoice()
    received({"bank_statement/rk.csv": BANK.replace("00123/LS/2026", "BPJS")})
    received({"sp2d/sp2d.csv": FILES["sp2d/sp2d.csv"].replace("50.400", "16.800")})
    allocate(JANUARY, resources)
    by_amount = {line.line_id: line.amount_idr for line in payment_lines(resources)}
    order, full, one, other = list(by_amount)[:4]
    assert payments.release(full, None, "bendahara", WHY, resources) == 50_400
    allocate(JANUARY, resources)
    assert open_amounts(resources) == {NUMBER: 50_400}, "no rule undoes what a person decided"
    assert payments.assign(one, NUMBER.lower(), 10_000, "bendahara", WHY, resources) == 10_000
    assert payments.assign(full, NUMBER, None, "bendahara", WHY, resources) == 40_400
    assert payments.link(order, other, "bendahara", WHY, resources) == "confirms"
    payments.reopen(order, "bendahara", WHY, resources)
    payments.set_aside(order, "bendahara", WHY, resources)
    assert open_amounts(resources) == {NUMBER: 0}
    history = show_line(full, "auditor", resources)
    assert [(amount, by) for _, _, amount, by, _ in history.allocations] == [
        (50_400, "OPEN_AMOUNT"), (-50_400, "bendahara"), (40_400, "bendahara"),
    ]  # fmt: skip
    assert history.waiting is not None and history.waiting.line.open_idr == 10_000
    with resources.warehouse.connect() as connection:
        looks = select(audit.outcome.c.subject).where(audit.outcome.c.verb == "look")
        assert connection.execute(looks).scalars().all() == [f"payment line {full}"]


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda r: payments.assign(1, NUMBER, None, "orang lain", WHY, r), "may be done by: bendahara"),
        (lambda r: payments.assign(1, NUMBER, None, "bendahara", " ", r), "Say why"),
        (lambda r: payments.assign(1, NUMBER, None, "bendahara", "NIK 3275010101800001", r), "without a NIK"),
        (lambda r: payments.assign(99, NUMBER, None, "bendahara", WHY, r), "no payment line 99"),
        (
            lambda r: payments.assign(1, "SIGAP/SG/2026-01/0099", None, "bendahara", WHY, r),
            "no issued invoice",
        ),
        (
            lambda r: payments.assign(1, NUMBER, 99_999, "bendahara", WHY, r),
            "cannot be allocated|more than it asks",
        ),
        (lambda r: payments.release(1, None, "bendahara", WHY, r), "pays no such invoice"),
        (lambda r: payments.reopen(1, "bendahara", WHY, r), "open already"),
        (lambda r: payments.enter_code(NUMBER, "12", "bendahara", r), "8 to 20 digits"),
    ],
)
def test_what_finance_may_not_is_refused_in_a_sentence_and_keeps_nothing(
    resources: Resources,
    lay_invoice: Callable[..., int],
    received: Callable[..., None],
    act: Callable[[Resources], object],
    words: str,
) -> None:
    lay_invoice(people=2)
    received({"bank_statement/rk.csv": BANK})
    allocate(JANUARY, resources)
    before = payment_lines(resources)
    with pytest.raises(SettlementError, match=words):
        act(resources)
    assert payment_lines(resources) == before


def test_a_kode_iuran_finds_its_invoice_and_belongs_to_one(
    resources: Resources, lay_invoice: Callable[..., int], received: Callable[..., None]
) -> None:
    lay_invoice("2026-01")
    lay_invoice("2026-02")
    payments.enter_code(NUMBER, "12345678901", "bendahara", resources)
    payments.enter_code(NUMBER, "12345678901", "bendahara", resources)
    with pytest.raises(SettlementError, match="for another invoice"):
        payments.enter_code("SIGAP/SG/2026-02/0002", "12345678901", "bendahara", resources)
    received(
        {"bank_statement/rk.csv": "Tanggal;Keterangan;Debet;Kredit\n10/02/2026;KODE 12345678901;16.800;\n"}
    )
    allocate(JANUARY, resources)
    assert open_amounts(resources)[NUMBER] == 33_600


def test_the_command_line_tells_finance_in_their_language_and_names_nobody_before_show(
    resources: Resources,
    lay_invoice: Callable[..., int],
    received: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lay_invoice()
    monkeypatch.setenv("SIGAP_HOME", str(resources.settings.home))
    monkeypatch.setenv("SIGAP_WAREHOUSE_URL", str(resources.settings.warehouse_url))
    monkeypatch.setenv("COLUMNS", "200")
    for path, content in FILES.items():
        file = Path(str(resources.settings.place("inbox"))) / "2026-01" / path
        file.parent.mkdir(parents=True)
        file.write_text(content, encoding="utf-8")

    def run(*words: str) -> str:
        result = CliRunner().invoke(app, ["payments", *words], catch_exceptions=False)
        assert result.exit_code == 0
        return result.output

    assert re.search(r"Menunggu +Rp33\.600", run("allocate", "2026-01"))
    listed, waiting = run("list"), run("queue")
    assert "menguatkan" in listed and "2 baris menunggu, Rp33.600" in waiting
    assert CANARY not in listed + waiting
    line = next(str(one.line.line_id) for one in queue(resources))
    assert CANARY in run("show", line)
    assert "dikesampingkan" in run("set-aside", line, "--by", "bendahara", "--reason", WHY)
    assert "dibuka kembali" in run("reopen", line, "--by", "bendahara", "--reason", WHY)


# ---------------------------------------------------------------- nothing lost, nothing counted twice

WORDS = ("", NUMBER, "SIGAP/SG/2026-02/0002", "TRX-00042")
DAYS = st.lists(
    st.lists(
        st.tuples(st.sampled_from([8_400, 16_800, 50_400, -16_800]), st.sampled_from(WORDS)), max_size=3
    ),
    min_size=1,
    max_size=4,
)
WINDOW = st.tuples(st.integers(0, 3), st.integers(0, 3))
Days = Sequence[Sequence[tuple[int, str]]]


def keep_file(connection: Connection, number: int, days: Days, first: int, last: int) -> None:
    delivery_id = f"{number:016d}"
    facts = {"delivery_id": delivery_id, "period": "2026-01", "source": "bank_statement", "file_name": "rk"}
    connection.execute(
        insert(sources.delivery).values(**facts, sha256="a" * 64, size_bytes=1, outcome="accepted", batch={})
    )
    same = {"sheet": "", "account": "1", "reference": ""}
    lines = [
        {
            **same,
            "row": row,
            "booked_on": dt.date(2026, 2, 1 + day),
            "amount_idr": amount,
            "description": word,
        }
        for day in range(first, last + 1)
        for row, (amount, word) in enumerate(days[day])
    ]
    keep_movements(connection, delivery_id, "bank", keyed(pa.Table.from_pylist(lines, MOVEMENTS), "bank"))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=DAYS, windows=st.lists(WINDOW, max_size=4), at=st.integers(0, 4))
def test_whatever_files_come_in_whatever_order_the_money_is_the_truth_and_is_allocated_or_waits(
    resources: Resources, lay_invoice: Callable[..., int], days: Days, windows: list[tuple[int, int]], at: int
) -> None:
    if not open_amounts(resources):
        lay_invoice("2026-01")
        lay_invoice("2026-02", people=1)
    last = len(days) - 1
    spans = [(min(a, b, last), min(max(a, b), last)) for a, b in windows]
    spans.insert(at, (0, last))
    with resources.warehouse.connect() as connection:
        for number, (first, until) in enumerate(spans):
            keep_file(connection, number, days, first, until)
            allocate_waiting(connection)
        lines = read_lines(connection)
        found = totals(lines)
        assert found["counted_idr"] == sum(amount for day in days for amount, _ in day)
        assert found["counted_idr"] == found["allocated_idr"] + found["waiting_idr"]
        paid = sum(one.paid_idr for one in balances(connection))
        assert paid == found["allocated_idr"] == _cash(connection)
        assert all(one.open_idr >= 0 for one in balances(connection))
        assert allocate_waiting(connection) == 0, "again changes nothing"
        assert read_lines(connection) == lines
        connection.rollback()


def _cash(connection: Connection) -> int:
    cash = "SELECT coalesce(sum(credit_idr - debit_idr), 0) FROM reporting.ledger_posting"
    return int(connection.execute(text(f"{cash} WHERE account_kind = 'asset'")).scalar_one())


def test_a_view_of_the_warehouse_shows_no_words_of_a_bank(resources: Resources) -> None:
    with resources.warehouse.connect() as connection, pytest.raises(DBAPIError, match="does not exist"):
        connection.execute(text("SELECT description FROM reporting.payment_line"))
