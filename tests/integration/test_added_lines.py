"""Lines are looked at once, when they are added: nothing in the transaction passes that look by."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

HEADER = """
    INSERT INTO billing.invoice (period, roster_id, funding_source, wadah_code, status, people, jkk_idr,
        jkm_idr, total_idr, due_date, lines_sha256, tariffs_sha256, covers_from, covers_to)
    SELECT period, roster_id, 'APBD_KOTA', 'SG', 'draft', {people}, 10000 * {people}, 6800 * {people},
        16800 * {people}, '2026-01-31', repeat('e', 64), repeat('f', 64), period, '{until}'
    FROM entitlement.roster
"""
LINE = """
    INSERT INTO billing.invoice_line (invoice_id, roster_id, person_id, period, income_band, jkk_idr, jkm_idr,
        total_idr, tariff, payer_set)
    SELECT invoice_id, i.roster_id, person_id, '{month}', 1, 10000, 6800, 16800, 't', i.funding_source
    FROM billing.invoice i, entitlement.decision d WHERE d.roster_id = i.roster_id AND person_id IN ({people})
"""
SHARED = [
    "SET LOCAL min_parallel_table_scan_size = 0",
    "SET LOCAL parallel_setup_cost = 0",
    "SET LOCAL parallel_tuple_cost = 0",
    "SET LOCAL enable_indexscan = off",
    "SET LOCAL enable_bitmapscan = off",
]


def header(people: int, until: str = "2026-01") -> str:
    return HEADER.format(people=people, until=until)


def line(*people: int, month: str = "2026-01") -> str:
    return LINE.format(people=", ".join(map(str, people)), month=month)


def write(warehouse: Engine, *statements: str) -> None:
    with warehouse.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.fixture
def approved(warehouse: Engine, lay_invoice: Callable[..., int]) -> Engine:
    """A month whose roster of three is approved, without an invoice."""
    lay_invoice(status="draft")
    write(warehouse, "DELETE FROM billing.invoice")
    return warehouse


def test_lines_that_add_up_are_kept(approved: Engine) -> None:
    write(approved, header(3), line(1, 2, 3))
    with approved.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM billing.invoice_line")).scalar_one() == 3


@pytest.mark.parametrize("between", ["SELECT 1", "SET CONSTRAINTS ALL IMMEDIATE"])
def test_no_line_joins_a_draft_that_is_complete(approved: Engine, between: str) -> None:
    with pytest.raises(DBAPIError, match="says 1 people and Rp16800, its lines say 2 people and Rp33600"):
        write(approved, header(1), line(1), between, line(2))


@pytest.mark.parametrize("between", ["SELECT 1", "SET CONSTRAINTS ALL IMMEDIATE"])
@pytest.mark.parametrize(
    "change",
    [
        "people = 2",
        "jkk_idr = 20000, total_idr = 26800",
        "invoice_id = 1000000",  # away from its lines
    ],
)
def test_no_header_changes_after_its_lines(approved: Engine, between: str, change: str) -> None:
    with pytest.raises(DBAPIError, match="Write the header and all its lines together"):
        write(approved, header(1), line(1), between, f"UPDATE billing.invoice SET {change}")


def test_a_person_of_several_months_counts_once(approved: Engine) -> None:
    quarter = [line(1, 2, 3, month=month) for month in ("2026-01", "2026-02", "2026-03")]
    all_lines = quarter[0] + "".join(f" UNION ALL {part[part.index('SELECT') :]}" for part in quarter[1:])
    with pytest.raises(DBAPIError, match="says 9 people and Rp151200, its lines say 3 people and Rp151200"):
        write(approved, header(9, until="2026-03"), all_lines)
    write(approved, header(9, until="2026-03"), "UPDATE billing.invoice SET people = 3", all_lines)


def test_the_refusals_hold_where_several_processes_share_the_look(approved: Engine) -> None:
    workers = "SELECT parallel_workers_launched FROM pg_stat_database WHERE datname = current_database()"
    write(approved, "ALTER TABLE entitlement.decision SET (parallel_workers = 2)")
    write(approved, "ALTER TABLE billing.invoice_line SET (parallel_workers = 2)")
    with pytest.raises(DBAPIError, match="2 lines of 2026-01 bill persons who are not subsidised"):
        write(approved, *SHARED, header(2), line(1, 2).replace("i.funding_source", "'CSR'"))
    with pytest.raises(DBAPIError, match="says 3 people and Rp50400, its lines say 2 people and Rp33600"):
        write(approved, *SHARED, header(3), line(1, 2))
    write(approved, *SHARED, header(3), line(1, 2, 3), "SELECT pg_stat_force_next_flush()")
    with approved.connect() as connection:
        assert connection.execute(text(workers)).scalar_one() > 0
