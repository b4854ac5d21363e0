"""Two governments take one list from their inboxes to issued invoices; a warehouse from before both."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from sigap.domain.period import Period
from sigap.errors import SettingsError
from sigap.pipeline.approve import record_approval
from sigap.pipeline.bill import bill
from sigap.pipeline.decide import decide
from sigap.pipeline.invoices import invoices_of_month, parked_of_month
from sigap.pipeline.issue import issue
from sigap.pipeline.link import link
from sigap.pipeline.month import GROUPS, check_all, collect_all
from sigap.pipeline.resources import Resources
from sigap.settings import Settings, load_settings
from sigap.warehouse.migrate import downgrade, upgrade
from sigap.warehouse.store import open_warehouse
from sigap_stack.postgres import Postgres, ensure_database

JANUARY = Period(2026, 1)
NAMES = ("KENARI UJICOBA", "MURAI RAHASIA", "PIPIT CONTOH")
MEMBERS = (
    "nik;kpj;nama;tanggal_lahir;segmen;status;npp_or_wadah;payer_name;program_set;coverage_start;coverage_end;"
    "last_paid_month;as_of_date\n"
    "3275014101860099;10000000001;ORANG LAIN;1986-01-01;PU;KELUAR;JJ1;PT Lama;JKK;"
    "2020-01-01;2021-12-31;2021-12;2026-01-20\n"
)


def workers(*numbers: int) -> str:
    """A list of invented workers, by number: nobody is like another."""
    rows = (
        f"327501{n * 3:02d}{n:02d}{70 + n * 3}000{n};{NAMES[n - 1]};{n * 3:02d}-{n:02d}-19{70 + n * 3};"
        f"Jl. {NAMES[n - 1].split()[0].title()} {n * 7};Bekasi Jaya;Bekasi Timur\n"
        for n in numbers
    )
    return "Nomor KTP;Nama;Tgl. Lahir;Alamat;Kelurahan;Kecamatan\n" + "".join(rows)


def put(resources: Resources, path: str, content: str) -> None:
    file = Path(str(resources.settings.place("inbox"))) / str(JANUARY) / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")


@pytest.fixture
def both(tmp_path: Path, warehouse_url: str) -> Iterator[tuple[Resources, Resources]]:
    """A city and its province, each with a home of its own. Both receive the same list of becak drivers."""
    opened = []
    for government in ("3275", "32"):
        settings = Settings(home=tmp_path / government, warehouse_url=warehouse_url, government=government)
        opened.append(Resources.open(settings, government))
        put(opened[-1], "associations/becak/daftar.csv", workers(1, 2, 3))
        put(opened[-1], "memberships/jan.csv", MEMBERS)
    yield opened[0], opened[1]
    for one in opened:
        one.warehouse.dispose()


def entitle(one: Resources) -> dict[str, int]:
    """From the inbox to an approved roster; the person number of every NIK."""
    collect_all(JANUARY, GROUPS, one, lambda *_: None)
    check_all(JANUARY, one, lambda *_: None)
    link(JANUARY, one)
    decide(JANUARY, one)
    record_approval(JANUARY, "roster", "approved", "dinas", None, one)
    with one.warehouse.connect() as connection:
        found = connection.execute(
            text("SELECT nik, person_id FROM entitlement.decision JOIN entitlement.roster USING (roster_id)")
        )
        return dict(tuple(row) for row in found)


def test_the_same_list_in_two_inboxes_is_subsidised_by_who_bills_first(
    both: tuple[Resources, Resources],
) -> None:
    city, province = both
    assert entitle(city) == entitle(province)  # one human, one number
    bill(JANUARY, city)
    record_approval(JANUARY, "invoices", "approved", "bendahara", None, city)
    assert [(one.number, one.people) for one in issue(JANUARY, city)] == [("SIGAP/SG/2026-01/0001", 3)]
    bill(JANUARY, province)
    assert (parked_of_month(JANUARY, city), invoices_of_month(JANUARY, province)) == ([], [])
    [parked] = parked_of_month(JANUARY, province)
    assert (parked.reason_code, parked.person_months) == ("ALREADY_BILLED", 3)


def test_rows_from_before_become_those_of_who_upgrades_and_two_do_not_go_back(postgres: Postgres) -> None:
    url = postgres.url("before")
    ensure_database(postgres.url("postgres"), "before")
    upgrade(url, "0014")
    old, laid = open_warehouse(url), text("INSERT INTO billing.ledger_period (period) VALUES ('2025-12')")
    with old.begin() as connection:
        connection.execute(laid)
    upgrade(url, government="2171")
    with old.begin() as connection:
        found = connection.execute(text("SELECT government FROM billing.ledger_period"))
        assert found.scalars().all() == ["2171"]
        record = (
            "INSERT INTO billing.journal_entry (key, kind, period, document, legs, total_idr, government) "
        )
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for code in ("21", "2171"):
            connection.execute(
                text(record + f"VALUES ('invoice/1', 'invoice', '2025-12', '1', 2, 1, '{code}')")
            )
    old.dispose()
    with pytest.raises(Exception, match=r"Several governments have rows in billing\.journal_entry"):
        downgrade(url, "0014")


@pytest.mark.parametrize("code", ["Batam", "99", "217", "21.71"])
def test_a_code_that_is_no_government_is_refused(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings().government == "3275"
    monkeypatch.setenv("SIGAP_GOVERNMENT", code)
    with pytest.raises(SettingsError, match=r"SIGAP_GOVERNMENT .kode wilayah"):
        load_settings()
