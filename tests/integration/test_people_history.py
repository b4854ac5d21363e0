"""A person's number from month to month: who keeps one, who gets one, what a month said stays said."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, func, select, text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from sigap.cli import app
from sigap.domain.period import Period
from sigap.errors import IdentityError
from sigap.pipeline.people import ENTITIES, VERDICTS, assign_people, count_events, survivors
from sigap.warehouse.tables import identity

JANUARY = Period(2026, 1)
Picture = dict[int, tuple[str, int | None, str]]


def nik(number: int) -> str:
    """The NIK of an invented person."""
    return f"3275010101{number:06d}"


@dataclass(frozen=True)
class Entity:
    """One person of a month's lists: the NIK they go by first, and who they were last month."""

    niks: tuple[int, ...] = ()
    known: tuple[int, ...] = ()


@dataclass
class History:
    """Runs months one after another on one connection."""

    connection: Connection

    def run(
        self, period: Period, entities: Sequence[Entity], verdicts: Sequence[tuple[int, int, str]] = ()
    ) -> list[int | None]:
        """The numbers of the entities, in their order."""
        rows = [
            {"entity": number, "nik": nik(one) if one else None, "is_lead": one == lead, "known": known}
            for number, entity in enumerate(entities)
            for lead in [entity.niks[0] if entity.niks else None]
            for one, known in pairs(entity)
        ]
        said = [
            {"nik": nik(one), "other_nik": nik(other), "verdict": verdict, "verdict_id": 7, "actor": "ani"}
            for one, other, verdict in verdicts
        ]
        table = pa.Table.from_pylist(rows, ENTITIES)
        found = assign_people(self.connection, period, table, pa.Table.from_pylist(said, VERDICTS))
        assert found["entity"].to_pylist() == list(range(len(entities)))
        return list(found["person_id"].to_pylist())

    def as_of(self, period: Period) -> Picture:
        """Everybody at the end of a month: NIK they go by, whom they were merged into, first month."""
        people = func.identity.person_as_of(str(period)).table_valued(
            "person_id", "nik", "merged_into", "first_period"
        )
        return {row[0]: tuple(row[1:]) for row in self.connection.execute(select(people))}

    def homes(self, period: Period) -> dict[str, int]:
        """Whose every NIK is at the end of a month."""
        rows = self.connection.execute(
            text("SELECT nik, person_id FROM identity.nik_as_of(:p)"), {"p": str(period)}
        )
        return {row.nik: row.person_id for row in rows}

    def rows(self) -> tuple[list[Any], list[Any]]:
        """Everything on record, also what was taken back."""
        event, belonging = identity.person_event, identity.person_nik
        return (
            list(self.connection.execute(select(event).order_by(event.c.event_id)).all()),
            list(self.connection.execute(select(belonging).order_by(belonging.c.person_nik_id)).all()),
        )

    def events(self, period: Period) -> list[tuple[Any, ...]]:
        """What counts of a month: kind, person, other person, NIK before and after, cause."""
        event = identity.person_event.c
        wanted = select(
            event.kind, event.person_id, event.other_person_id, event.nik_before, event.nik_after, event.cause
        ).where(event.period == str(period), event.withdrawn_at.is_(None))
        return sorted(tuple(row) for row in self.connection.execute(wanted))


def pairs(entity: Entity) -> list[tuple[int | None, int | None]]:
    """Rows of an entity: every NIK and every known person at least once."""
    count = max(len(entity.niks), len(entity.known), 1)
    niks = [*entity.niks, *[entity.niks[0] if entity.niks else None] * count][:count]
    known = [*entity.known, *[None] * count][:count]
    return list(zip(niks, known, strict=True))


@contextmanager
def undone(warehouse: Engine) -> Iterator[History]:
    """A history in a transaction that leaves nothing."""
    with warehouse.connect() as connection:
        yield History(connection)
        connection.rollback()


@pytest.fixture
def history(warehouse: Engine) -> Iterator[History]:
    with undone(warehouse) as opened:
        yield opened


def month(number: int) -> Period:
    return JANUARY.plus(number)


def alone(*numbers: int) -> list[Entity]:
    return [Entity((number,)) for number in numbers]


def test_new_people_get_the_next_numbers_in_the_order_of_their_nik(history: History) -> None:
    assert history.run(month(0), alone(30, 10, 20)) == [3, 1, 2]
    assert history.run(month(1), alone(5, 20)) == [4, 2]
    assert history.as_of(month(0)) == {
        1: (nik(10), None, "2026-01"),
        2: (nik(20), None, "2026-01"),
        3: (nik(30), None, "2026-01"),
    }
    assert history.as_of(month(1))[4] == (nik(5), None, "2026-02")
    assert history.as_of(JANUARY.previous()) == {}


def test_the_same_month_again_changes_nothing(history: History) -> None:
    first = [Entity((1, 2)), Entity((3,))]
    given_out = history.run(month(0), first)
    before = history.rows()
    assert history.run(month(0), first) == given_out
    assert history.rows() == before


def test_a_late_list_adds_its_people_and_leaves_the_others(history: History) -> None:
    history.run(month(0), alone(1, 9))
    before = history.rows()
    assert history.run(month(0), alone(1, 5, 9)) == [1, 3, 2]
    events, _ = history.rows()
    assert events[: len(before[0])] == before[0], "nobody else's event was touched"
    assert history.events(month(0))[-1][:2] == ("created", 3)


def test_a_number_taken_back_stays_reserved_for_its_nik(history: History) -> None:
    history.run(month(0), alone(1, 2))
    history.run(month(0), alone(1))
    assert set(history.as_of(month(0))) == {1}
    assert nik(2) not in history.homes(month(0))
    assert history.run(month(1), [*alone(1, 2), Entity((3,))]) == [1, 2, 3]
    assert history.as_of(month(1))[2] == (nik(2), None, "2026-02")


def test_a_corrected_nik_keeps_the_number(history: History) -> None:
    history.run(month(0), alone(1))
    assert history.run(month(1), [Entity((8,), (1,))]) == [1]
    assert history.events(month(1)) == [("nik_corrected", 1, None, nik(1), nik(8), "link")]
    assert history.as_of(month(0))[1][0] == nik(1)
    assert history.as_of(month(1))[1][0] == nik(8)
    assert history.run(month(2), alone(8)) == [1], "the corrected NIK alone leads to the person"


def test_a_stranger_under_the_mistyped_nik_does_not_take_the_number(history: History) -> None:
    history.run(month(0), alone(1))
    history.run(month(1), [Entity((8,), (1,))])
    assert history.run(month(2), [Entity((1,)), Entity((8,), (1,))]) == [2, 1]
    assert history.homes(month(2)) == {nik(1): 2, nik(8): 1}
    assert history.homes(month(1)) == {nik(1): 1, nik(8): 1}


def test_somebody_without_a_nik_keeps_a_known_number_and_gets_no_new_one(history: History) -> None:
    history.run(month(0), alone(1))
    assert history.run(month(1), [Entity((), (1,)), Entity(())]) == [1, None]
    assert history.events(month(1)) == []


def test_the_elder_survives_a_merge(history: History) -> None:
    history.run(month(0), alone(1, 2, 3))
    assert history.run(month(1), [Entity((3, 2)), *alone(1)]) == [2, 1]
    assert history.events(month(1)) == [
        ("merged", 3, 2, None, None, "link"),
        ("nik_corrected", 2, None, nik(2), nik(3), "link"),
    ]
    assert history.as_of(month(1))[3] == (nik(3), 2, "2026-01")
    assert survivors(history.connection, month(1)).to_pylist() == [{"person_id": 3, "survivor_id": 2}]
    assert survivors(history.connection, month(0)).num_rows == 0
    assert history.run(month(2), alone(3)) == [2], "either NIK leads to the survivor"


def test_two_people_of_last_month_in_one_entity_merge_whatever_their_nik(history: History) -> None:
    history.run(month(0), alone(1, 2))
    assert history.run(month(1), [Entity((9,), (1, 2))]) == [1]
    assert history.as_of(month(1)) == {1: (nik(9), None, "2026-01"), 2: (nik(2), 1, "2026-01")}


def test_a_verdict_takes_merged_people_apart_again_exactly(history: History) -> None:
    history.run(month(0), alone(1, 2))
    history.run(month(1), [Entity((2, 1))], [(1, 2, "same")])
    assert [event[-1] for event in history.events(month(1))] == ["verdict", "verdict"]
    # Last month's person is alike the second of them: the verdict still gives each their own number.
    apart = [Entity((2,), (1,)), *alone(1)]
    assert history.run(month(2), apart, [(1, 2, "different")]) == [2, 1]
    assert ("unmerged", 2, 1, None, None, "verdict") in history.events(month(2))
    assert history.as_of(month(2)) == history.as_of(month(0))
    assert history.homes(month(2)) == history.homes(month(0))


def test_a_verdict_also_counts_for_people_in_no_list(history: History) -> None:
    history.run(month(0), alone(1, 2, 3))
    history.run(month(1), [Entity((2, 1)), *alone(3)])
    assert history.as_of(month(1))[1] == (nik(2), None, "2026-01")
    history.run(month(2), alone(3), [(1, 2, "different")])
    assert history.as_of(month(2)) == history.as_of(month(0))


def test_a_nik_that_never_was_a_person_gets_its_own_number_when_taken_apart(history: History) -> None:
    history.run(month(0), alone(1))
    history.run(month(1), [Entity((7, 1))])
    assert history.homes(month(1)) == {nik(1): 1, nik(7): 1}
    assert history.run(month(2), [Entity((7,), (1,))], [(1, 7, "different")]) == [2]
    assert history.homes(month(2)) == {nik(1): 1, nik(7): 2}
    assert history.events(month(2))[0] == ("created", 2, None, None, nik(7), "verdict")


def test_last_months_person_stays_where_linking_alone_takes_two_apart(history: History) -> None:
    history.run(month(0), alone(1, 2))
    history.run(month(1), [Entity((2, 1))])
    assert history.run(month(2), [Entity((1,)), Entity((2,), (1,))]) == [3, 1]
    assert history.as_of(month(2))[2] == (nik(2), 1, "2026-01")


def test_undoing_a_merge_leaves_the_merge_below_it(history: History) -> None:
    history.run(month(0), alone(1, 2, 3))
    history.run(month(1), [Entity((2, 3)), *alone(1)])
    history.run(month(2), [Entity((1, 2, 3))])
    assert history.as_of(month(2))[3][1] == 1
    assert history.run(month(3), [Entity((1,)), Entity((2, 3))], [(1, 2, "different")]) == [1, 2]
    assert history.as_of(month(3)) == history.as_of(month(1))


def test_of_a_nik_that_two_people_carry_whoever_has_it_keeps_it(history: History) -> None:
    history.run(month(0), alone(1))
    assert history.run(month(1), [Entity((1,)), Entity((1,), (1,))]) == [2, 1]
    assert history.homes(month(1)) == {nik(1): 1}
    assert history.run(month(2), [Entity((1,), (2,)), Entity((1,), (1,))]) == [2, 1]
    assert history.run(month(3), [Entity((6,), (2,)), Entity((1,), (1,))]) == [2, 1]
    assert history.homes(month(3)) == {nik(1): 1, nik(6): 2}


def test_a_month_that_finance_approved_answers_and_records_nothing(
    history: History, lay_invoice: Callable[..., int]
) -> None:
    history.connection.rollback()
    history.run(month(0), alone(1, 2))
    history.connection.commit()
    lay_invoice("2026-01", status="approved")
    before = history.rows()
    assert history.run(month(0), [Entity((2, 1)), *alone(5)]) == [1, 4], "lay_invoice gave out a third"
    assert history.rows() == before
    assert history.run(month(1), [Entity((2, 1)), *alone(5)]) == [1, 4]
    assert count_events(history.connection, month(1)) == {
        "created": 1, "nik_corrected": 1, "merged": 1, "unmerged": 0,
    }  # fmt: skip


@pytest.mark.parametrize("table", ["person_event", "person_nik"])
@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DELETE FROM identity.{}", "added to, never changed"),
        ("TRUNCATE identity.{}", "added to, never changed"),
        ("UPDATE identity.{} SET person_id = 2", "taken back once"),
        ("UPDATE identity.{} SET withdrawn_at = now(), person_id = 2", "taken back once"),
        ("UPDATE identity.{} SET withdrawn_at = now(); UPDATE identity.{} SET withdrawn_at = NULL", "once"),
    ],
)
def test_history_is_never_rewritten(history: History, table: str, statement: str, says: str) -> None:
    history.run(month(0), alone(1, 2))
    with pytest.raises(DBAPIError, match=says):
        for one in statement.format(table, table).split(";"):
            history.connection.execute(text(one))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE identity.person_event SET withdrawn_at = now()",
        "UPDATE identity.person_nik SET withdrawn_at = now()",
        "INSERT INTO identity.person_event (period, person_id, kind, other_person_id, cause) "
        "VALUES ('2026-01', 2, 'merged', 1, 'link')",
        "INSERT INTO identity.person_nik (nik, person_id, period) VALUES ('3275010101000077', 1, '2026-01')",
    ],
)
def test_the_database_keeps_what_happened_in_a_closed_month(
    warehouse: Engine, lay_invoice: Callable[..., int], statement: str
) -> None:
    with warehouse.begin() as connection:
        History(connection).run(month(0), alone(1, 2))
    lay_invoice("2026-01", status="approved")
    with (
        pytest.raises(DBAPIError, match="invoices of 2026-01 are approved"),
        warehouse.begin() as connection,
    ):
        connection.execute(text(statement))


def test_analysts_find_the_person_that_somebody_was_merged_into(
    warehouse: Engine, lay_invoice: Callable[..., int]
) -> None:
    lay_invoice("2026-01", people=3)
    with warehouse.begin() as connection:
        niks = connection.execute(select(identity.person.c.nik).order_by(identity.person.c.person_id))
        one, two, three = niks.scalars()
        rows = [
            {"entity": entity, "nik": one_nik, "is_lead": True, "known": known}
            for entity, one_nik, known in [(0, one, 1), (1, two, 2), (1, three, 3)]
        ]
        assign_people(connection, month(1), pa.Table.from_pylist(rows, ENTITIES))
        view = "SELECT person_id, current_person_id FROM reporting.dim_person ORDER BY person_id"
        assert connection.execute(text(view)).all() == [(1, 1), (2, 2), (3, 2)]


# ------------------------------------------------------------------------------------------- for all

PEOPLE = 5
GROUPS = st.lists(st.integers(0, PEOPLE), min_size=PEOPLE, max_size=PEOPLE)  # 0: in no list that month
MONTHS = st.lists(GROUPS, min_size=1, max_size=4)
MANY = settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])


def grouped(groups: Sequence[int], last: Mapping[str, int], offset: int = 0) -> list[Entity]:
    """Entities of the people who share a group, each with the persons of last month that its NIK were.

    `offset` turns the order of NIK, so that now the elder's, now the younger's is the one they go by.
    """
    entities = []
    given_away: set[int] = set()
    for group in sorted(set(groups) - {0}):
        niks = [number + 1 for number, of in enumerate(groups) if of == group]
        turn = offset % len(niks)
        niks = niks[turn:] + niks[:turn]
        known = {last[nik(number)] for number in niks if nik(number) in last} - given_away
        given_away |= known
        entities.append(Entity(tuple(niks), tuple(sorted(known))))
    return entities


def kept_apart(entities: Sequence[Entity], everybody: Sequence[int]) -> list[tuple[int, int, str]]:
    """A verdict for every two NIK that do not stand in one entity."""
    together = {frozenset((one, two)) for entity in entities for one in entity.niks for two in entity.niks}
    return [
        (one, two, "different")
        for one in everybody
        for two in everybody
        if one < two and frozenset((one, two)) not in together
    ]


def numbers_of(entities: Sequence[Entity], numbers: Sequence[int | None]) -> dict[str, int]:
    return {
        nik(one): number
        for entity, number in zip(entities, numbers, strict=True)
        for one in entity.niks
        if number is not None
    }


@MANY
@given(months=MONTHS, turn=st.integers(0, 4))
def test_whatever_was_merged_is_restored_by_taking_it_apart(
    warehouse: Engine, months: list[list[int]], turn: int
) -> None:
    everybody = list(range(1, PEOPLE + 1))
    with undone(warehouse) as history:
        last = numbers_of(alone(*everybody), history.run(month(0), alone(*everybody)))
        first = history.as_of(month(0)), history.homes(month(0))
        pictures = {month(0): first}
        for number, groups in enumerate(months, start=1):
            entities = grouped(groups, last, turn)
            listed = [one for entity in entities for one in entity.niks]
            numbers = history.run(month(number), entities, kept_apart(entities, listed))
            last = numbers_of(entities, numbers)
            pictures[month(number)] = history.as_of(month(number)), history.homes(month(number))
        end = month(len(months) + 1)
        remaining = alone(*everybody[turn:])  # some are in no list when they are taken apart
        history.run(end, remaining, kept_apart(remaining, everybody))
        assert (history.as_of(end), history.homes(end)) == first
        for period, picture in pictures.items():
            assert (history.as_of(period), history.homes(period)) == picture, "the past has changed"


@settings(MANY, max_examples=5)
@given(months=MONTHS, turn=st.integers(0, 4), other=GROUPS)
def test_no_two_entities_share_a_number_and_a_rerun_restores_a_month(
    warehouse: Engine, months: list[list[int]], turn: int, other: list[int]
) -> None:
    with undone(warehouse) as history:
        last: dict[str, int] = {}
        for number, groups in enumerate(months):
            entities = grouped(groups, last, turn)
            numbers = history.run(month(number), entities)
            assert None not in numbers and len(set(numbers)) == len(numbers)
            picture = history.as_of(month(number)), history.homes(month(number))
            assert all(
                picture[0][person][:2] == (nik(entity.niks[0]), None)
                for entity, person in zip(entities, numbers, strict=True)
                if person
            )
            before = history.rows()
            history.run(month(number), entities)
            assert history.rows() == before, "the same month again wrote something"
            history.run(month(number), grouped(other, last))
            assert history.run(month(number), entities) == numbers
            assert (history.as_of(month(number)), history.homes(month(number))) == picture
            last = numbers_of(entities, numbers)


@MANY
@example(
    months=[[Entity((1, 3))], [Entity(), Entity((1,))]],
    choices=[0] * 4,
    verdicts=[
        (1, 3, "different")
    ],  # who carries the NIK takes the number from last month's person without one
)
@given(
    months=st.lists(
        st.lists(
            st.builds(Entity, st.lists(st.integers(1, 4), max_size=3, unique=True).map(tuple), st.just(())),
            max_size=4,
        ),
        min_size=1,
        max_size=4,
    ),
    choices=st.lists(st.integers(0, 40), min_size=4, max_size=4),
    verdicts=st.lists(
        st.tuples(st.integers(1, 4), st.integers(1, 4), st.sampled_from(["same", "different"])), max_size=3
    ),
)
def test_whatever_is_listed_history_stays_whole(
    warehouse: Engine,
    months: list[list[Entity]],
    choices: list[int],
    verdicts: list[tuple[int, int, str]],
) -> None:
    """NIK in two entities, entities without one, last month's person anywhere, verdicts that contradict."""
    with undone(warehouse) as history:
        past: dict[Period, Any] = {}
        last: list[int] = []
        for number, (drawn, choice) in enumerate(zip(months, choices, strict=False)):
            known = {(choice + index) % (len(drawn) or 1): person for index, person in enumerate(last)}
            entities = [
                Entity(entity.niks, (known[index],) if index in known else ())
                for index, entity in enumerate(drawn)
            ]
            said = [pair for pair in verdicts if pair[0] != pair[1]]
            numbers = history.run(month(number), entities, said)
            given_out = [one for one in numbers if one is not None]
            assert len(set(given_out)) == len(given_out)
            for entity, one in zip(entities, numbers, strict=True):
                nobody = not entity.niks and all(person in given_out for person in entity.known)
                assert one is not None or nobody, "who has a NIK or goes on from last month has a number"
                assert one is None or entity.niks or entity.known
            people, homes = history.as_of(month(number)), history.homes(month(number))
            assert all(people[one][1] is None for one in given_out), "a number that goes on is nobody's part"
            assert all(nik(one) in homes for entity in entities for one in entity.niks)
            assert all(into is None or (into < one and people[into][1] is None)
                       for one, (_, into, _) in people.items())  # fmt: skip
            before = history.rows()
            assert history.run(month(number), entities, said) == numbers
            assert history.rows() == before
            past[month(number)] = people, homes
            assert all((history.as_of(p), history.homes(p)) == picture for p, picture in past.items())
            last = given_out


# ------------------------------------------------------------------------------------------- as read

CANARY = "3275010101000001"


@pytest.fixture
def merged(warehouse: Engine, home: Path) -> None:
    with warehouse.begin() as connection:
        opened = History(connection)
        opened.run(month(0), alone(1, 2))
        opened.run(month(1), [Entity((2, 1))], [(1, 2, "same")])


@pytest.mark.usefixtures("merged")
def test_the_command_line_shows_a_number_as_of_a_month_without_its_nik(warehouse: Engine) -> None:
    shown = CliRunner().invoke(app, ["person", "show", "2", "--as-of", "2026-01"])
    assert "first listed in 2026-01" in shown.output and "merged" not in shown.output
    now = CliRunner().invoke(app, ["person", "show", "2"])
    assert "merged into 1" in now.output
    both = CliRunner().invoke(app, ["person", "show", "1", "--json"])
    assert json.loads(both.output)["stands_for"] == [2]
    listed = CliRunner().invoke(app, ["person", "history", "1"])
    assert "merged into 1" in listed.output and "verdict 7 of ani" in listed.output
    outputs = shown.output + now.output + both.output + listed.output
    assert not re.search(r"\d{16}", outputs)
    with warehouse.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit.outcome")).scalar_one() == 0


@pytest.mark.usefixtures("merged")
def test_a_look_at_the_nik_is_kept(warehouse: Engine) -> None:
    assert CANARY in CliRunner().invoke(app, ["person", "show", "1", "--reveal"]).output
    assert CANARY in CliRunner().invoke(app, ["person", "history", "1", "--reveal", "--json"]).output
    with warehouse.connect() as connection:
        looks = connection.execute(text("SELECT verb, subject, versions->>'actor' FROM audit.outcome")).all()
    assert [tuple(look)[:2] for look in looks] == [("look", "person 1")] * 2
    assert all(look[2] for look in looks)


@pytest.mark.usefixtures("merged")
@pytest.mark.parametrize(
    "words", [["show", "9"], ["history", "9"], ["show", "1", "--as-of", "2025-12"]], ids=" ".join
)
def test_a_number_nobody_had_is_said_so(words: list[str]) -> None:
    failed = CliRunner().invoke(app, ["person", *words])
    assert isinstance(failed.exception, IdentityError)
    assert "Nobody had the number" in str(failed.exception)
