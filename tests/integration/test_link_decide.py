"""link and decide on a real PostgreSQL: numbers that stay, rosters reused, months that are closed."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Engine, func, insert, select, text, update

from sigap.domain.batch import BatchRef
from sigap.domain.datasets import SCHEMAS
from sigap.domain.period import Period
from sigap.errors import ApprovalError, EntitlementError, IdentityError
from sigap.pipeline.approve import is_approved, record_approval
from sigap.pipeline.bill import bill
from sigap.pipeline.decide import decide
from sigap.pipeline.export import export
from sigap.pipeline.issue import issue
from sigap.pipeline.link import link
from sigap.pipeline.resources import Resources
from sigap.pipeline.summary import summarise
from sigap.settings import load_settings
from sigap.warehouse.tables import audit, entitlement, identity, quality, sources

JANUARY, FEBRUARY = Period(2026, 1), Period(2026, 2)
STRANGER = 9_999  # who is in the extract of BPJS and in no list


@pytest.fixture
def resources(home: Path) -> Resources:
    return Resources.open(load_settings(), "test")


def nik(number: int) -> str:
    return f"327501410186{number:04d}"


def name(number: int) -> str:
    """A name like no other number's."""
    syllables = ("BA", "CI", "DU", "FE", "GO", "HA", "KI", "LU", "ME", "NO")
    digits = f"{number * 7919 % 10_000:04d}{number * 3571 % 10_000:04d}"
    first, last = ("".join(syllables[int(digit)] for digit in part) for part in (digits[:4], digits[4:]))
    return f"{first} {last}"


def worker(number: int, **given: Any) -> dict[str, Any]:
    return {
        "source": "becak",
        "outcome": "accepted",
        "nik": nik(number),
        "full_name": name(number),
        "birth_date": dt.date(1970, 3, 1) + dt.timedelta(days=37 * number),
        "kelurahan_code": "32.75.01.1001",
        "kecamatan_code": "32.75.01",
        "regency_code": "32.75",
        "desil": 2,
        "sector": "becak",
    } | given


def member(number: int, **given: Any) -> dict[str, Any]:
    return {
        "source": "memberships",
        "outcome": "accepted",
        "nik": nik(number),
        "segment": "PU",
        "status": "AKTIF",
        "kpj": f"{number:011d}",
    } | given


def deliver(
    kind: str, period: Period, rows: list[dict[str, Any]], resources: Resources, name: str = "a"
) -> None:
    """What collect and check leave behind for one file."""
    delivery_id = f"{kind[:4]}{name}{period}"
    numbered = [{"delivery_id": delivery_id, "sheet": "s", "row": i, **row} for i, row in enumerate(rows, 2)]
    dataset = f"quality.{kind}"
    batch = resources.lake.write(dataset, period, pa.Table.from_pylist(numbered, SCHEMAS[dataset]))
    accepted = sum(row["outcome"] == "accepted" for row in rows)
    with resources.warehouse.begin() as connection:
        connection.execute(
            insert(sources.delivery).values(
                delivery_id=delivery_id,
                period=str(period),
                source=kind,
                file_name=f"{name}.csv",
                sha256="0" * 64,
                size_bytes=1,
                outcome="accepted",
                row_count=len(rows),
            )
        )
        connection.execute(
            insert(quality.validation).values(
                delivery_id=delivery_id,
                period=str(period),
                outcome="passed",
                received=len(rows),
                accepted=accepted,
                held=len(rows) - accepted,
                rejected=0,
                batch=batch.as_dict(),
                suite_sha256="0" * 64,
            )
        )


def lay(period: Period, resources: Resources, workers: list[int], members: list[dict[str, Any]]) -> None:
    deliver("workers", period, [worker(number) for number in workers], resources)
    deliver("memberships", period, [*members, member(STRANGER)], resources)


def approve(subject: str, period: Period, resources: Resources, verdict: str = "approved") -> None:
    actor = "dinas" if subject == "roster" else "bendahara"
    record_approval(period, subject, verdict, actor, "salah" if verdict == "rejected" else None, resources)


def rosters(warehouse: Engine) -> list[tuple[str, int, str, int, int]]:
    roster = entitlement.roster.c
    wanted = select(roster.period, roster.version, roster.status, roster.people, roster.subsidised)
    with warehouse.connect() as connection:
        return [tuple(row) for row in connection.execute(wanted.order_by(roster.roster_id))]


def by_nik(batch: BatchRef, resources: Resources) -> dict[str, dict[str, Any]]:
    return {row["nik"]: row for row in resources.lake.read(batch).to_pylist()}


def newest_outcome(verb: str, warehouse: Engine) -> dict[str, Any]:
    wanted = (
        select(audit.outcome).where(audit.outcome.c.verb == verb).order_by(audit.outcome.c.outcome_id.desc())
    )
    with warehouse.connect() as connection:
        return dict(connection.execute(wanted.limit(1)).mappings().one())


def test_persons_are_numbered_in_the_order_of_their_nik_and_keep_their_number(resources: Resources) -> None:
    lay(JANUARY, resources, [7, 3, 5], [member(3), member(4)])
    lay(FEBRUARY, resources, [5, 1, 7], [])
    first = link(JANUARY, resources)
    assert {row["nik"]: row["person_id"] for row in resources.lake.read(first).to_pylist()} == {
        nik(3): 1,
        nik(5): 2,
        nik(7): 3,
    }
    second = link(FEBRUARY, resources)
    assert {row["nik"]: row["person_id"] for row in resources.lake.read(second).to_pylist()} == {
        nik(5): 2,
        nik(7): 3,
        nik(1): 4,
    }
    with resources.warehouse.connect() as connection:
        known = connection.execute(select(identity.person.c.nik, identity.person.c.first_period)).all()
    assert len(known) == 4, "the stranger in the membership extract is no person of ours"
    assert dict(tuple(row) for row in known)[nik(5)] == "2026-01"


def test_link_twice_gives_the_same_batch_and_names_what_it_read_and_wrote(resources: Resources) -> None:
    lay(JANUARY, resources, [1, 2], [member(1)])
    assert link(JANUARY, resources) == link(JANUARY, resources)
    outcome = newest_outcome("link", resources.warehouse)
    counts = outcome["counts"]
    assert [counts[word] for word in ("persons", "listed_rows", "conflicts", "doubtful", "memberships")] == [
        2, 2, 0, 0, 1,
    ]  # fmt: skip
    assert {thing["dataset"] for thing in outcome["inputs"]} == {"quality.workers", "quality.memberships"}
    written = {thing["dataset"]: thing["rows"] for thing in outcome["outputs"] if isinstance(thing, dict)}
    assert written == {
        "identity.persons": 2,
        "identity.rows": 2,
        "identity.memberships": 1,
        "identity.pairs": 1,
        "identity.compared": 4,
        "identity.found": 0,
    }


def test_only_accepted_rows_become_persons(resources: Resources) -> None:
    deliver(
        "workers", JANUARY, [worker(1), worker(2, outcome="held"), worker(3, outcome="rejected")], resources
    )
    deliver("memberships", JANUARY, [member(1, outcome="rejected"), member(STRANGER)], resources)
    assert link(JANUARY, resources).rows == 1
    assert newest_outcome("link", resources.warehouse)["counts"]["memberships"] == 0


def test_nobody_is_linked_without_a_membership_extract(resources: Resources) -> None:
    deliver("workers", JANUARY, [worker(1)], resources)
    with pytest.raises(IdentityError, match="nobody may be billed without one"):
        link(JANUARY, resources)
    assert newest_outcome("link", resources.warehouse)["status"] == "failed"


def test_nobody_is_linked_without_an_accepted_row(resources: Resources) -> None:
    deliver("workers", JANUARY, [worker(1, outcome="held")], resources)
    deliver("memberships", JANUARY, [member(STRANGER)], resources)
    with pytest.raises(IdentityError, match="accepted row"):
        link(JANUARY, resources)


def test_decide_needs_link(resources: Resources) -> None:
    with pytest.raises(EntitlementError, match="Run link"):
        decide(JANUARY, resources)


def test_a_roster_holds_one_decision_per_person_and_is_reused_while_nothing_changes(
    resources: Resources,
) -> None:
    lay(JANUARY, resources, [1, 2, 3], [member(2)])
    link(JANUARY, resources)
    batch = decide(JANUARY, resources)
    assert decide(JANUARY, resources) == batch
    assert rosters(resources.warehouse) == [("2026-01", 1, "draft", 3, 2)]
    decision = entitlement.decision.c
    wanted = select(decision.outcome, func.count()).group_by(decision.outcome)
    with resources.warehouse.connect() as connection:
        assert dict(tuple(row) for row in connection.execute(wanted)) == {
            "subsidised": 2,
            "already_covered": 1,
        }
    outcome = newest_outcome("decide", resources.warehouse)
    assert {
        name: outcome["counts"][name] for name in ("persons", "subsidised", "already_covered", "joined")
    } == {
        "persons": 3,
        "subsidised": 2,
        "already_covered": 1,
        "joined": 2,
    }
    assert outcome["versions"]["rules"]
    written = {thing["dataset"]: thing for thing in outcome["outputs"] if isinstance(thing, dict)}
    (kept,) = resources.lake.read(BatchRef.from_dict(written["entitlement.coverage"])).to_pylist()
    assert (kept["person_id"], kept["finding"], kept["is_chosen"]) == (2, "ACTIVE_PU", True)


def test_a_rejected_or_changed_roster_gets_a_new_version(resources: Resources) -> None:
    lay(JANUARY, resources, [1], [])
    link(JANUARY, resources)
    decide(JANUARY, resources)
    approve("roster", JANUARY, resources, "rejected")
    decide(JANUARY, resources)
    deliver("workers", JANUARY, [worker(2)], resources, "late")
    link(JANUARY, resources)
    decide(JANUARY, resources)
    assert [row[1:4] for row in rosters(resources.warehouse)] == [
        (1, "rejected", 1),
        (2, "draft", 1),
        (3, "draft", 2),
    ]


def test_a_month_whose_invoices_stand_is_closed_and_says_how_many_would_differ(resources: Resources) -> None:
    lay(JANUARY, resources, [1, 2], [])
    link(JANUARY, resources)
    batch = decide(JANUARY, resources)
    approve("roster", JANUARY, resources)
    bill(JANUARY, resources)
    approve("invoices", JANUARY, resources)
    assert decide(JANUARY, resources) == batch
    assert newest_outcome("decide", resources.warehouse)["counts"]["changed_after_issue"] == 0
    deliver("memberships", JANUARY, [member(2)], resources, "late")
    link(JANUARY, resources)
    assert decide(JANUARY, resources) == batch
    assert newest_outcome("decide", resources.warehouse)["counts"]["changed_after_issue"] == 1
    assert rosters(resources.warehouse) == [("2026-01", 1, "approved", 2, 2)]


def test_a_version_that_came_while_finance_judged_does_not_stop_the_month(resources: Resources) -> None:
    """A late list makes version 2, then finance approves the invoices of version 1: the month ends by it."""
    lay(JANUARY, resources, [1], [])
    link(JANUARY, resources)
    first = decide(JANUARY, resources)
    approve("roster", JANUARY, resources)
    bill(JANUARY, resources)
    deliver("workers", JANUARY, [worker(2)], resources, "late")
    link(JANUARY, resources)
    assert decide(JANUARY, resources) != first
    approve("invoices", JANUARY, resources)
    with pytest.raises(ApprovalError, match="version 2 came too late"):
        approve("roster", JANUARY, resources)
    assert is_approved(JANUARY, "roster", resources), "nobody is asked about version 2"
    bill(JANUARY, resources)
    assert [invoice.people for invoice in issue(JANUARY, resources)] == [1]
    assert (summarise(JANUARY, resources).persons, summarise(JANUARY, resources).subsidised) == (1, 1)
    assert export("roster", JANUARY, resources.settings.home / "roster.csv", resources) == 1
    overview = "SELECT roster_version, subsidised_people, billed_people FROM reporting.month_overview"
    with resources.warehouse.connect() as connection:
        assert tuple(connection.execute(text(overview)).one()) == (1, 1, 1)


def test_whoever_was_covered_stays_or_leaves_with_a_reason(resources: Resources) -> None:
    lay(JANUARY, resources, [1, 2, 3, 4], [])
    link(JANUARY, resources)
    decide(JANUARY, resources)
    approve("roster", JANUARY, resources)
    lay(FEBRUARY, resources, [1, 9], [member(3), member(4, outcome="held")])
    link(FEBRUARY, resources)
    decided = by_nik(decide(FEBRUARY, resources), resources)
    told = {
        number: (decided[nik(number)]["reason_code"], decided[nik(number)]["change"])
        for number in (1, 2, 3, 4, 9)
    }
    assert told == {
        1: ("ELIGIBLE", "stayed"),
        2: ("KEPT_NOT_LISTED", "stayed"),
        3: ("ACTIVE_PU", "left"),
        4: ("KEPT_NOT_LISTED", "stayed"),
        9: ("ELIGIBLE", "joined"),
    }
    assert decided[nik(3)]["membership_row"] == 2
    assert decided[nik(2)]["delivery_id"] == "worka2026-01", "the row of the month in which they were listed"


def test_a_month_waits_for_the_judgement_about_the_month_before(resources: Resources) -> None:
    """Nobody is dropped because last month's roster still lay on a desk; a rejected one covered nobody."""
    lay(JANUARY, resources, [1], [])
    lay(FEBRUARY, resources, [2], [])
    link(JANUARY, resources)
    decide(JANUARY, resources)
    with pytest.raises(EntitlementError, match="roster of 2026-01, which waits"):
        link(FEBRUARY, resources)
    approve("roster", JANUARY, resources, "rejected")
    link(FEBRUARY, resources)
    assert decide(FEBRUARY, resources).rows == 1
    decide(JANUARY, resources)
    with pytest.raises(EntitlementError, match="roster of 2026-01, which waits"):
        decide(FEBRUARY, resources)
    approve("roster", JANUARY, resources)
    link(FEBRUARY, resources)
    assert decide(FEBRUARY, resources).rows == 2


def test_whoever_judges_is_told_of_membership_files_that_could_not_be_used(resources: Resources) -> None:
    lay(JANUARY, resources, [1], [])
    link(JANUARY, resources)
    decide(JANUARY, resources)
    assert newest_outcome("decide", resources.warehouse)["counts"]["unused_membership_files"] == 0
    deliver("memberships", JANUARY, [], resources, "b")
    stop = update(quality.validation).where(quality.validation.c.delivery_id == "membb2026-01")
    refused = {
        "delivery_id": "refused",
        "period": "2026-01",
        "source": "memberships",
        "file_name": "rusak.xlsx",
        "sha256": "1" * 64,
        "size_bytes": 1,
        "outcome": "refused",
        "message": "rusak.xlsx is damaged.",
    }
    with resources.warehouse.begin() as connection:
        connection.execute(insert(sources.delivery).values(refused))
        connection.execute(stop.values(outcome="stopped", message="Too few rows."))
    decide(JANUARY, resources)
    assert newest_outcome("decide", resources.warehouse)["counts"]["unused_membership_files"] == 2
    deliver("memberships", JANUARY, [], resources, "rusak")
    again = update(sources.delivery).where(sources.delivery.c.delivery_id == "membrusak2026-01")
    with resources.warehouse.begin() as connection:
        connection.execute(text("SET LOCAL ROLE NONE; SET LOCAL session_replication_role = replica"))
        connection.execute(again.values(file_name="rusak.xlsx"))
    decide(JANUARY, resources)
    assert newest_outcome("decide", resources.warehouse)["counts"]["unused_membership_files"] == 1


def test_decide_refuses_links_older_than_last_month_s_approval(resources: Resources) -> None:
    lay(JANUARY, resources, [1], [])
    lay(FEBRUARY, resources, [2], [])
    link(JANUARY, resources)
    link(FEBRUARY, resources)
    decide(JANUARY, resources)
    approve("roster", JANUARY, resources)
    with pytest.raises(EntitlementError, match="Run link again"):
        decide(FEBRUARY, resources)
    link(FEBRUARY, resources)
    assert decide(FEBRUARY, resources).rows == 2


def test_the_rules_folder_of_the_deployment_is_used(
    resources: Resources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    from sigap.entitlement.rules import SHIPPED

    folder = Path(shutil.copytree(SHIPPED, tmp_path / "rules"))
    places = folder / "places.yaml"
    places.write_text(
        places.read_text(encoding="utf-8").replace("quota: 11666", "quota: 1"), encoding="utf-8"
    )
    monkeypatch.setenv("SIGAP_RULES", str(folder))
    lay(JANUARY, resources, [1, 2], [])
    link(JANUARY, resources)
    decide(JANUARY, Resources.open(load_settings(), "test"))
    assert rosters(resources.warehouse) == [("2026-01", 1, "draft", 2, 1)]


def test_no_person_is_named_in_outcomes_or_lineage(resources: Resources) -> None:
    lay(JANUARY, resources, [1, 2], [member(2)])
    link(JANUARY, resources)
    decide(JANUARY, resources)
    told = json.dumps([newest_outcome(verb, resources.warehouse) for verb in ("link", "decide")], default=str)
    told += resources.settings.lineage_file.read_text(encoding="utf-8")
    assert "identity.persons" in told
    assert nik(1) not in told and name(1) not in told
