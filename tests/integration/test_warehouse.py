"""The warehouse: revisions up and down, and what the database itself refuses."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from sigap.domain.datasets import SCHEMAS
from sigap.warehouse.dictionary import PAGE, lake_meanings, write_dictionary
from sigap.warehouse.migrate import current, downgrade, upgrade
from sigap.warehouse.tables import SCHEMA_NAMES, metadata
from sigap.warehouse.version import VERSION_TABLE
from sigap.warehouse.views import view_names
from sigap_stack.postgres import Postgres, ensure_database


def test_the_migrated_warehouse_is_the_one_the_code_declares(warehouse: Engine) -> None:
    options = {
        "version_table": VERSION_TABLE,
        "include_schemas": True,
        "compare_type": True,
        "compare_server_default": True,
        "include_name": lambda name, kind, _parents: kind != "schema" or name in SCHEMA_NAMES,
    }
    with warehouse.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts=options), metadata) == []


def test_every_revision_runs_up_and_down(postgres: Postgres) -> None:
    ensure_database(postgres.url("postgres"), "up_and_down")
    url = postgres.url("up_and_down")
    assert current(url) is None
    upgrade(url)
    newest = current(url)
    assert newest is not None
    for revision in range(int(newest) - 1, 0, -1):
        downgrade(url, f"{revision:04d}")
        assert current(url) == f"{revision:04d}"
    downgrade(url, "base")
    assert current(url) is None
    upgrade(url)
    upgrade(url)
    assert current(url) == newest


def test_names_of_places_are_there_after_a_migration(warehouse: Engine) -> None:
    with warehouse.connect() as connection:
        count = "SELECT count(*), count(DISTINCT kecamatan_code) FROM reporting.region"
        assert connection.execute(text(count)).one() == (56, 12)


def constraints(engine: Engine) -> set[tuple[str, str, str]]:
    statement = """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(c.oid)
        FROM pg_constraint c JOIN pg_namespace n ON n.oid = connamespace
        WHERE nspname = ANY (:schemas) AND contype <> 't'
    """  # 't': constraint triggers, which only the migrations make
    with engine.connect() as connection:
        rows = connection.execute(text(statement), {"schemas": list(SCHEMA_NAMES)})
        return {(str(row[0]), str(row[1]), str(row[2])) for row in rows}


def test_checks_and_keys_of_the_migrations_are_those_the_code_declares(
    postgres: Postgres, warehouse: Engine
) -> None:
    # Alembic's comparison does not look at check constraints.
    ensure_database(postgres.url("postgres"), "declared")
    declared = create_engine(make_url(postgres.url("declared")).set(drivername="postgresql+psycopg"))
    with declared.begin() as connection:
        for schema in SCHEMA_NAMES:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        metadata.create_all(connection)
    assert constraints(warehouse) == constraints(declared)
    assert len(constraints(warehouse)) > 50
    declared.dispose()


def test_every_table_view_and_column_has_a_comment(warehouse: Engine) -> None:
    statement = """
        SELECT c.oid::regclass || coalesce('.' || a.attname, '')
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = ANY (:schemas)
        JOIN (SELECT attrelid, attnum, attname FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped
              UNION ALL SELECT oid, 0, NULL FROM pg_class) a ON a.attrelid = c.oid
        LEFT JOIN pg_description d ON d.objoid = c.oid AND d.objsubid = a.attnum
        WHERE c.relkind IN ('r', 'v') AND d.description IS NULL
    """
    with warehouse.connect() as connection:
        assert connection.execute(text(statement), {"schemas": list(SCHEMA_NAMES)}).scalars().all() == []


def test_views_count_a_month_and_name_nobody(warehouse: Engine, lay_invoice: Callable[..., int]) -> None:
    lay_invoice("2026-01", people=3)
    with warehouse.connect() as connection:
        for view in view_names():
            columns = connection.execute(text(f"SELECT * FROM reporting.{view}")).keys()
            assert not {"nik", "full_name", "address", "birth_date"} & set(columns), view
        totals = (
            "SELECT count(*), sum(total_idr) FROM reporting.fact_premium NATURAL JOIN reporting.dim_person"
        )
        assert connection.execute(text(totals)).one() == (3, 50_400)
        overview = "SELECT roster_approved_by, invoice_approved_by, documents FROM reporting.invoice_overview"
        assert connection.execute(text(overview)).one() == ("dinas", "bendahara", 0)
        month = "SELECT subsidised_people, billed_people, issued_invoices FROM reporting.month_overview"
        assert connection.execute(text(month)).one() == (3, 3, 1)
        people = "SELECT birth_year, sex, kecamatan_name FROM reporting.dim_person LIMIT 1"
        assert connection.execute(text(people)).one() == (1980, "L", "Bekasi Barat")
        assert connection.execute(
            text("SELECT quarter, last_date::text FROM reporting.dim_period")
        ).one() == (
            1,
            "2026-01-31",
        )


def test_the_data_dictionary_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == write_dictionary(), "run python -m sigap.warehouse.dictionary"


def test_the_data_dictionary_explains_every_column_of_the_lake() -> None:
    for dataset, schema in SCHEMAS.items():
        assert set(schema.names) <= set(lake_meanings(dataset)), (
            f"explain them in warehouse/lake.yaml: {dataset}"
        )


def test_migrating_needs_no_file_of_the_working_folder(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ensure_database(postgres.url("postgres"), "elsewhere")
    upgrade(postgres.url("elsewhere"))
    assert current(postgres.url("elsewhere")) is not None


def refused(warehouse: Engine, *statements: str) -> str:
    """Run statements in one transaction that the database must refuse; give its message."""
    with pytest.raises(DBAPIError) as caught, warehouse.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    message = caught.value.orig.diag.message_primary  # type: ignore[union-attr]
    assert "Warga" not in message
    assert not re.search(r"\d{16}", message)
    return str(message)


@pytest.mark.parametrize("status", ["approved", "issued"])
@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE billing.invoice SET due_date = due_date + 1", "Invoice .* of 2026-01 is"),
        ("UPDATE billing.invoice SET status = 'draft', number = NULL, issued_at = NULL", "Invoice .* is"),
        ("DELETE FROM billing.invoice", "cannot be deleted"),
        ("UPDATE billing.invoice_line SET jkk_idr = 9000, total_idr = 15800", "lines are never changed"),
        ("UPDATE billing.invoice_line SET is_void = true", "lines are never changed"),
        ("DELETE FROM billing.invoice_line", "cannot be deleted"),
        ("TRUNCATE billing.invoice CASCADE", "billing.invoice cannot be emptied"),
        ("TRUNCATE billing.invoice_line", "invoice_line cannot be emptied"),
    ],
)
def test_an_approved_or_issued_invoice_and_its_lines_cannot_change(
    warehouse: Engine, lay_invoice: Callable[..., int], status: str, statement: str, says: str
) -> None:
    lay_invoice(status=status)
    assert re.search(says, refused(warehouse, statement))


ONE_LINE = """
    INSERT INTO billing.invoice_line (invoice_id, roster_id, person_id, period, income_band, jkk_idr, jkm_idr,
        total_idr, tariff, payer_set)
    SELECT invoice_id, i.roster_id, person_id, i.period, 1, 10000, 6800, 16800, 't', i.funding_source
    FROM billing.invoice i, entitlement.decision d WHERE d.roster_id = i.roster_id AND person_id = {person}
"""
HEADER = """
    INSERT INTO billing.invoice (period, roster_id, funding_source, wadah_code, status, people, jkk_idr,
        jkm_idr, total_idr, due_date, lines_sha256, tariffs_sha256, covers_from, covers_to)
    SELECT period, roster_id, '{funding}', 'SG', 'draft', {people}, 10000, 6800, 16800, '2026-01-31',
        repeat('e', 64), repeat('f', 64), period, period
    FROM entitlement.roster
"""


@pytest.fixture
def approved_month(lay_invoice: Callable[..., int], warehouse: Engine) -> int:
    """A month whose roster of three is approved and whose draft was deleted again; gives the roster's id."""
    lay_invoice(status="draft")
    with warehouse.begin() as connection:
        connection.execute(text("DELETE FROM billing.invoice"))
        return int(connection.execute(text("SELECT roster_id FROM entitlement.roster")).scalar_one())


def test_no_line_is_added_to_an_issued_invoice(
    warehouse: Engine, lay_invoice: Callable[..., int], lay_roster: Callable[..., int]
) -> None:
    lay_invoice(people=3)
    lay_roster("2026-02", subsidised=4)  # brings a fourth person
    statement = ONE_LINE.replace("i.roster_id, person_id", "d.roster_id, person_id").replace(
        "d.roster_id = i.roster_id AND", "d.roster_id <> i.roster_id AND"
    )
    assert "no line can be added" in refused(warehouse, statement.format(person=4))


def test_lines_that_do_not_add_up_to_their_header_are_refused(warehouse: Engine, approved_month: int) -> None:
    header = HEADER.format(funding="APBD_KOTA", people=2)
    assert "says 2 people and Rp16800" in refused(warehouse, header, ONE_LINE.format(person=1))


def test_a_header_without_lines_is_refused_at_commit(warehouse: Engine, approved_month: int) -> None:
    assert "its lines say 0 people" in refused(warehouse, HEADER.format(funding="APBD_KOTA", people=1))


def test_a_draft_header_is_not_changed_away_from_its_lines(
    warehouse: Engine, lay_invoice: Callable[..., int]
) -> None:
    lay_invoice(status="draft")
    assert "its lines say 3 people" in refused(warehouse, "UPDATE billing.invoice SET people = 4")
    assert "deleted as a whole" in refused(warehouse, "DELETE FROM billing.invoice_line WHERE person_id = 1")


def test_nobody_is_billed_twice_for_a_month(warehouse: Engine, lay_invoice: Callable[..., int]) -> None:
    lay_invoice()
    with pytest.raises(DBAPIError, match="uq_invoice_line_standing"):
        lay_invoice()


@pytest.mark.parametrize(
    ("change", "funding"),
    [
        ("UPDATE entitlement.decision SET outcome = 'waiting' WHERE person_id = 1", "APBD_KOTA"),
        ("UPDATE entitlement.decision SET wadah_code = 'SA' WHERE person_id = 1", "APBD_KOTA"),
        ("SELECT 1", "DBHCHT"),
    ],
)
def test_only_those_the_approved_roster_subsidises_from_that_source_are_billed(
    warehouse: Engine, resources: object, lay_roster: Callable[..., int], change: str, funding: str
) -> None:
    roster_id = lay_roster(subsidised=2)
    approve = f"""
        INSERT INTO audit.approval (period, subject, roster_id, verdict, actor)
        VALUES ('2026-01', 'roster', {roster_id}, 'approved', 'dinas');
        UPDATE entitlement.roster SET status = 'approved'
    """
    header = HEADER.format(funding=funding, people=1)
    assert "not subsidised from this source" in refused(
        warehouse, change, *approve.split(";"), header, ONE_LINE.format(person=1)
    )


def test_a_roster_without_approval_is_not_billed_by_hand(
    warehouse: Engine, lay_roster: Callable[..., int]
) -> None:
    lay_roster(subsidised=2)
    header = HEADER.format(funding="APBD_KOTA", people=1)
    assert "Bill the approved roster only" in refused(warehouse, header, ONE_LINE.format(person=1))


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE entitlement.roster SET status = 'draft'", "cannot change"),
        ("UPDATE entitlement.roster SET status = 'rejected'", "cannot change"),
        ("UPDATE entitlement.roster SET subsidised = 2", "cannot change"),
        ("DELETE FROM entitlement.roster", "was judged and stays"),
        ("TRUNCATE entitlement.roster CASCADE", "roster cannot be emptied"),
        ("UPDATE entitlement.decision SET outcome = 'waiting'", "decisions cannot change"),
        ("DELETE FROM entitlement.decision", "decisions cannot change"),
        ("TRUNCATE entitlement.decision CASCADE", "decision cannot be emptied"),
        ("UPDATE audit.approval SET actor = 'lain'", "added to, never changed"),
        ("DELETE FROM audit.approval", "added to, never changed"),
        ("TRUNCATE audit.approval", "added to, never changed"),
    ],
)
def test_an_approved_roster_its_decisions_and_its_approval_cannot_change(
    warehouse: Engine, approved_month: int, statement: str, says: str
) -> None:
    assert says in refused(warehouse, statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entitlement.decision SET roster_id = {judged} WHERE roster_id = {draft} AND person_id = 4",
        "UPDATE entitlement.decision SET roster_id = {draft}, person_id = 4 "
        "WHERE roster_id = {judged} AND person_id = 3",
        "INSERT INTO entitlement.decision (roster_id, person_id, nik, full_name, outcome, reason_code, rule, "
        "was_covered) SELECT {judged}, 4, '', '', 'subsidised', '', '', false",
    ],
)
def test_no_decision_moves_into_or_out_of_an_approved_roster(
    warehouse: Engine, approved_month: int, lay_roster: Callable[..., int], statement: str
) -> None:
    draft = lay_roster("2026-02", subsidised=4, waiting=0)
    if "person_id = 3" in statement:
        with warehouse.begin() as connection:
            connection.execute(text("DELETE FROM entitlement.decision WHERE person_id = 4"))
    assert "decisions cannot change" in refused(
        warehouse, statement.format(judged=approved_month, draft=draft)
    )


def test_an_invoice_begins_as_a_draft(warehouse: Engine, lay_invoice: Callable[..., int]) -> None:
    lay_invoice("2026-02", status="issued")
    copied = """
        INSERT INTO billing.invoice (number, issued_at, period, roster_id, funding_source, wadah_code, status,
            people, jkk_idr, jkm_idr, total_idr, due_date, lines_sha256, tariffs_sha256)
        SELECT 'X', issued_at, period, roster_id, 'DBHCHT', wadah_code, status, people, jkk_idr, jkm_idr,
            total_idr, due_date, lines_sha256, tariffs_sha256
        FROM billing.invoice
    """
    assert "begins as a draft" in refused(warehouse, copied)


APPROVE = """
    INSERT INTO audit.approval (period, subject, roster_id, verdict, actor)
    SELECT period, '{subject}', roster_id, '{verdict}', '{actor}' FROM entitlement.roster
"""


@pytest.mark.parametrize("actor", ["dinas", " DINAS", "di nas", "dinas\t", "dinas\u00a0", "ｄｉｎａｓ"])
def test_whoever_approved_the_roster_cannot_approve_its_invoices(
    warehouse: Engine, lay_invoice: Callable[..., int], actor: str
) -> None:
    lay_invoice(status="draft")
    own = APPROVE.format(subject="invoices", verdict="approved", actor=actor)
    assert "by whoever approved their roster" in refused(warehouse, own)


def test_nobody_judges_without_a_name(warehouse: Engine, lay_roster: Callable[..., int]) -> None:
    lay_roster()
    nobody = APPROVE.format(subject="roster", verdict="approved", actor=" \t ")
    assert "ck_approval_named" in refused(warehouse, nobody)


@pytest.mark.parametrize(
    ("after", "says"),
    [
        ("UPDATE entitlement.decision SET outcome = 'subsidised'", "decisions cannot change"),
        ("DELETE FROM entitlement.decision WHERE person_id = 1", "decisions cannot change"),
        ("UPDATE entitlement.roster SET subsidised = 4", "was judged as it stands"),
        ("UPDATE entitlement.roster SET status = 'approved', batch = '{}'", "was judged as it stands"),
        ("UPDATE entitlement.roster SET status = 'rejected'", "no judgement on record that says rejected"),
    ],
)
def test_a_roster_takes_effect_as_it_was_judged(
    warehouse: Engine, lay_roster: Callable[..., int], after: str, says: str
) -> None:
    lay_roster()
    approval = APPROVE.format(subject="roster", verdict="approved", actor="dinas")
    assert says in refused(warehouse, approval, after)


@pytest.mark.parametrize(
    ("after", "says"),
    [
        ("UPDATE billing.invoice SET due_date = due_date + 1", "as it stands"),
        ("UPDATE billing.invoice SET due_date = due_date + 1, status = 'approved'", "as it stands"),
        ("DELETE FROM billing.invoice", "is approved and cannot be deleted"),
        (HEADER.format(funding="DBHCHT", people=1), "none can join them"),
    ],
)
def test_invoices_take_effect_as_they_were_judged(
    warehouse: Engine, lay_invoice: Callable[..., int], after: str, says: str
) -> None:
    lay_invoice(status="draft")
    approval = APPROVE.format(subject="invoices", verdict="approved", actor="bendahara")
    assert says in refused(warehouse, approval, after)


NUMBERED = "UPDATE billing.invoice SET status = 'issued', issued_at = now(), number = '{number}'"
TAKEN = "INSERT INTO billing.number_series VALUES ('SG', 2026, {number})"


@pytest.mark.parametrize(
    ("statements", "says"),
    [
        ([NUMBERED.format(number="SIGAP/SG/2026-01/0001")], "series did not give"),
        ([TAKEN.format(number=2)], "only ever takes its next number"),
        ([TAKEN.format(number=1)], "was taken for no invoice"),
        ([TAKEN.format(number=1), "UPDATE billing.number_series SET last_number = 3"], "its next number"),
        ([TAKEN.format(number=1), NUMBERED.format(number="SIGAP/SG/2026-02/0001")], "series did not give"),
        ([TAKEN.format(number=1), NUMBERED.format(number="SIGAP/SG/2026-01/1")], "series did not give"),
    ],
)
def test_a_number_is_given_in_turn_and_used(
    warehouse: Engine, lay_invoice: Callable[..., int], statements: list[str], says: str
) -> None:
    lay_invoice(status="approved")
    assert says in refused(warehouse, *statements)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE billing.number_series SET last_number = 0", "takes its next number"),
        ("DELETE FROM billing.number_series", "takes its next number"),
        ("TRUNCATE billing.number_series", "number_series cannot be emptied"),
    ],
)
def test_numbers_given_out_are_not_given_again(
    warehouse: Engine, lay_invoice: Callable[..., int], statement: str, says: str
) -> None:
    lay_invoice()
    assert says in refused(warehouse, statement)


DELIVERY = """
    INSERT INTO sources.delivery (delivery_id, period, source, file_name, sha256, size_bytes, outcome)
    VALUES ('d1', '2026-01', 'becak', 'becak.xls', repeat('0', 64), 1, '{outcome}')
"""


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE audit.outcome SET counts = '{}'", "added to, never changed"),
        ("DELETE FROM audit.outcome", "added to, never changed"),
        ("TRUNCATE audit.outcome", "added to, never changed"),
        ("UPDATE identity.person SET nik = '3275010101809999' WHERE person_id = 1", "never changed"),
        ("DELETE FROM identity.person", "added to, never changed"),
        ("UPDATE sources.delivery SET sha256 = repeat('1', 64)", "taken in as it is and stays"),
        ("DELETE FROM sources.delivery", "taken in as it is and stays"),
        ("TRUNCATE sources.delivery CASCADE", "delivery cannot be emptied"),
    ],
)
def test_records_that_prove_what_was_done_stay(
    warehouse: Engine, lay_invoice: Callable[..., int], statement: str, says: str
) -> None:
    lay_invoice()
    with warehouse.begin() as connection:
        connection.execute(text(DELIVERY.format(outcome="accepted")))
    assert says in refused(warehouse, statement)


def test_a_refused_delivery_may_be_read_again(warehouse: Engine) -> None:
    with warehouse.begin() as connection:
        connection.execute(text(DELIVERY.format(outcome="refused")))
        connection.execute(text("UPDATE sources.delivery SET outcome = 'accepted'"))


def test_a_month_that_is_none_has_no_roster(warehouse: Engine) -> None:
    roster = """
        INSERT INTO entitlement.roster (period, version, status, people, subsidised, decisions_sha256,
            rules_sha256) VALUES ('2026-13', 1, 'draft', 1, 1, '', '')
    """
    assert "ck_roster_month" in refused(warehouse, roster)


def test_a_rejection_without_a_reason_is_refused(warehouse: Engine, lay_roster: Callable[..., int]) -> None:
    lay_roster()
    rejection = APPROVE.format(subject="roster", verdict="rejected", actor="dinas")
    assert "rejection_needs_a_reason" in refused(warehouse, rejection)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE entitlement.roster SET status = 'approved'", "no judgement on record that says approved"),
        ("UPDATE entitlement.roster SET status = 'rejected'", "no judgement on record that says rejected"),
        (APPROVE.format(subject="invoices", verdict="approved", actor="bendahara"), "roster is not approved"),
        (
            "INSERT INTO entitlement.roster (period, version, status, people, subsidised, decisions_sha256, "
            "rules_sha256) VALUES ('2026-01', 9, 'approved', 1, 1, '', '')",
            "begins as a draft",
        ),
    ],
)
def test_no_step_goes_before_its_approval(
    warehouse: Engine, lay_roster: Callable[..., int], statement: str, says: str
) -> None:
    lay_roster()
    assert says in refused(warehouse, statement)


def test_an_invoice_is_not_issued_without_approval(
    warehouse: Engine, lay_invoice: Callable[..., int]
) -> None:
    lay_invoice(status="draft")
    issue = "UPDATE billing.invoice SET status = 'issued', number = 'X', issued_at = now()"
    assert "has no approval on record" in refused(warehouse, issue)
