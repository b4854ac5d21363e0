"""Hundreds of people with one name and one birth date: a result for each of them, and quickly."""

import datetime as dt

import pyarrow as pa
import pytest

from sigap.engine import connect
from sigap.identity.cascade import Linked, link_records
from sigap.identity.crowds import FEW
from sigap.identity.model import load_model
from sigap.identity.normalise import standardise
from sigap.identity.records import RECORDS
from sigap.identity.terms import Terms
from sigap.synth.labelled import draw_labelled

MODEL = load_model()
SITI = {"source": "becak", "full_name": "Siti Aminah", "birth_date": dt.date(1970, 1, 1), "sex": "P"}


def crowd(size: int, **facts: str) -> list[dict[str, object]]:
    """`size` records of whom nothing is told but a frequent name and 1 January."""
    return [{"record": place + 1, **SITI, **facts} for place in range(size)]


def linked(workers: list[dict[str, object]], members: list[dict[str, object]]) -> Linked:
    with connect() as connection:
        for side, rows in {"worker": workers, "member": members}.items():
            connection.register(f"{side}_records", pa.Table.from_pylist(rows, RECORDS))
            standardise(connection, f"{side}_records", side, Terms.from_json(MODEL.terms))
        return link_records(connection, MODEL)


@pytest.fixture(scope="module")
def met() -> Linked:
    """A crowd of 600 workers and 600 members, and one pair that a phone tells from it."""
    told = {"phone": "081234567890", "kelurahan_code": "32.75.01.1001", "kecamatan_code": "32.75.01"}
    dewi = {**SITI, **told, "record": 601, "full_name": "Dewi Kartika", "birth_date": dt.date(1981, 5, 17)}
    return linked([*crowd(600), dewi], [*crowd(600), dewi])


def test_each_of_a_crowd_waits_for_a_person(met: Linked) -> None:
    pairs = met.pairs.to_pandas()
    of_crowd = pairs[(pairs.kind == "membership") & (pairs.left <= 600)]
    assert set(of_crowd.left) == set(range(1, 601))
    assert set(of_crowd.decision) == {"review"}
    assert of_crowd.groupby("left").size().min() >= 2
    assert met.counts["crowded_rows"] == 600
    assert met.entities["entity"].to_pylist() == met.entities["record"].to_pylist()


def test_a_crowd_brings_a_few_pairs_for_each_and_not_all(met: Linked) -> None:
    assert met.pairs.num_rows < 600 * 4 * (FEW + 1)


def test_whoever_is_told_apart_from_a_crowd_is_linked(met: Linked) -> None:
    pairs = met.pairs.to_pandas()
    assert pairs[pairs.left == 601][["right", "decision"]].to_numpy().tolist() == [[601, "same"]]


def test_without_a_crowd_nobody_is_in_one() -> None:
    people = draw_labelled(500, 2000, "careless", 12)
    assert linked(people.workers.to_pylist(), people.members.to_pylist()).counts["crowded_rows"] == 0
