"""Few records are compared without a planned search: they find what a planned one finds."""

import pytest

from sigap.engine import connect
from sigap.identity import crowds
from sigap.identity.cascade import Linked, link_records
from sigap.identity.model import load_model
from sigap.identity.normalise import standardise
from sigap.identity.terms import Terms
from sigap.synth.labelled import Labelled, draw_labelled


def linked(drawn: Labelled) -> Linked:
    model = load_model()
    with connect() as connection:
        for side, rows in {"worker": drawn.workers, "member": drawn.members}.items():
            connection.register(f"{side}_records", rows)
            standardise(connection, f"{side}_records", side, Terms.from_json(model.terms))
        return link_records(connection, model)


def test_few_records_find_the_pairs_of_a_planned_search(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = draw_labelled(60, 150, "careless", 4)
    few = linked(drawn)
    monkeypatch.setattr(crowds, "_ROOM", 0)
    planned = linked(drawn)
    assert few.pairs.num_rows > 20
    assert few.pairs.equals(planned.pairs)
    assert few.entities.equals(planned.entities)
    assert few.counts == planned.counts
    assert few.compared.found.equals(planned.compared.found)
