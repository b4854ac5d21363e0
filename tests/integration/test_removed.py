"""Who was taken out of an issued month by two people does not come back by itself."""

import datetime as dt
from collections.abc import Callable

from sigap.billing.correction import Proposal
from sigap.domain.period import Period
from sigap.pipeline.corrections import check, propose
from sigap.pipeline.removed import removed_people
from sigap.pipeline.resources import Resources

JANUARY = Period(2026, 1)


def agree(resources: Resources, proposal: Proposal) -> int:
    [asked] = propose([proposal], "dinas", resources)
    check([asked.proposal_id], "agree", "", "bendahara", resources)
    return asked.proposal_id


def removed(resources: Resources, period: Period) -> list[tuple[int, bool]]:
    with resources.warehouse.connect() as connection:
        rows = removed_people(connection, period).sort_by("person_id").to_pylist()
    return [(row["person_id"], row["is_dead"]) for row in rows]


def test_an_agreed_removal_holds_from_its_month_on(
    resources: Resources, lay_invoice: Callable[..., int]
) -> None:
    for month in ("2025-12", "2026-01", "2026-02"):
        lay_invoice(month, 3)
    agree(resources, Proposal("DECEASED", "Akta 12", person_id=2, effective_date=dt.date(2025, 12, 20)))
    agree(resources, Proposal("MOVED_OUT", "Surat 3", person_id=3, effective_date=dt.date(2026, 2, 1)))
    assert removed(resources, Period(2025, 12)) == []
    assert removed(resources, JANUARY) == [(2, True)]
    assert removed(resources, Period(2026, 3)) == [(2, True), (3, False)]


def test_a_proposal_alone_or_one_turned_down_removes_nobody(
    resources: Resources, lay_invoice: Callable[..., int]
) -> None:
    lay_invoice("2026-01", 3)
    [asked] = propose([Proposal("FOUND_INSURED", "Surat 1", person_id=1, period=JANUARY)], "dinas", resources)
    assert removed(resources, JANUARY) == []
    check([asked.proposal_id], "disagree", "Orang lain", "bendahara", resources)
    assert removed(resources, JANUARY) == []
