"""Everything that a month knows of one person, read once: the material of an explanation."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, select

from sigap.audit.evidence import Pair, RowName, model_named, pairs_of
from sigap.audit.origin import Origin, Place, place_of
from sigap.audit.trace import of_person
from sigap.audit.wording import say
from sigap.domain.period import Period
from sigap.identity.model import Model
from sigap.identity.words import Language
from sigap.lake import Lake
from sigap.warehouse.tables import entitlement

Row = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """One person in one month. `roster_id` is the roster version that decided, None before one did."""

    connection: Connection
    lake: Lake
    origin: Origin
    roster_id: int | None
    person_id: int
    period: Period
    language: Language
    _places: dict[str, Place] = field(default_factory=dict)

    @cached_property
    def rows(self) -> list[Row]:
        """The listed rows."""
        return of_person(self.lake, self.origin.rows, self.person_id)

    @cached_property
    def person(self) -> Row:
        """The person as linked; as decided about where no list names them now; {} for neither."""
        batch = self.origin.persons
        found = of_person(self.lake, batch, self.person_id) if batch else []
        return found[0] if found else self.decision

    @cached_property
    def memberships(self) -> list[Row]:
        """The memberships, each with what the rules said of it where decide has run."""
        covered = of_person(self.lake, self.origin.coverage, self.person_id) if self.origin.coverage else []
        judged = {place_in(row): row for row in covered}
        found = of_person(self.lake, self.origin.memberships, self.person_id)
        return [row | judged.get(place_in(row), {}) for row in found]

    @cached_property
    def pairs(self) -> list[Pair]:
        """Every pair that was kept."""
        return pairs_of(self.lake, self.origin.pairs, self.person_id) if self.origin.pairs else []

    @cached_property
    def joined(self) -> list[Pair]:
        """Pairs of two rows that are both the person's."""
        return [pair for pair in self.pairs if pair.kind == "rows" and pair.other_person_id == self.person_id]

    @cached_property
    def linked(self) -> list[Pair]:
        """Pairs of a row of the person and a membership that is theirs."""
        theirs = {place_in(row) for row in self.memberships}
        return [pair for pair in self.pairs if pair.kind == "membership" and pair.there.place in theirs]

    @cached_property
    def refused(self) -> list[Pair]:
        """All other pairs: doubtful ones first, then those that came nearest."""
        own = {id(pair) for pair in (*self.joined, *self.linked)}
        return [pair for pair in self.pairs if id(pair) not in own]

    @cached_property
    def decision(self) -> Row:
        """What the roster says of the person, with its version and status; {} for nothing."""
        decision, roster = entitlement.decision, entitlement.roster
        wanted = (
            select(decision, roster.c.version, roster.c.status.label("roster"))
            .join(roster)
            .where(decision.c.roster_id == self.roster_id, decision.c.person_id == self.person_id)
        )
        found = self.connection.execute(wanted).mappings().first()
        return dict(found) if found is not None else {}

    @cached_property
    def model(self) -> Model:
        """The model that weighed the pairs."""
        return model_named(self.origin.model)

    def place(self, delivery_id: str) -> Place:
        """A delivery as link read it. Raises `LakeError` where the audit trail is broken."""
        if delivery_id not in self._places:
            self._places[delivery_id] = place_of(self.connection, delivery_id, self.origin)
        return self._places[delivery_id]

    def name(self, row: RowName) -> str:
        """Sender, file, sheet and line of a row; of last month's people with the month."""
        file, form = self.place(row.delivery_id).file, "sheet" if row.sheet else "row"
        where = {"source": file["source"], "file": file["file_name"], "sheet": row.sheet, "row": str(row.row)}
        told = say("titles", form, self.language, **where)
        if row.is_known:
            return say("titles", "last_month", self.language, row=told, period=file["period"])
        return told

    def title(self, pair: Pair) -> str:
        """Both rows of a pair; no person is named."""
        return say("titles", "pair", self.language, here=self.name(pair.here), there=self.name(pair.there))


def place_in(row: Row) -> tuple[str, str, int]:
    """What names a row of any dataset."""
    return row["delivery_id"], row["sheet"] or "", row["row"]


def row_name(row: Row, source: str = "") -> RowName:
    """The same as a name to be shown."""
    return RowName(source, *place_in(row))
