"""The sections of an explanation, each from what the case knows. Facts are texts in the asked language."""

from collections.abc import Iterable
from dataclasses import dataclass

from sigap.audit.case import Case, Row, place_in, row_name
from sigap.audit.evidence import Pair
from sigap.audit.history import checked_by, events_of, given_by, verdicts_about
from sigap.audit.step import Step
from sigap.audit.trace import cells_of, file_of
from sigap.audit.wording import (
    because,
    compared,
    day_of,
    reason_of,
    rule_of,
    say,
    section_of,
    value_of,
)

MOST_REFUSED = 8  # refused pairs that are shown: there can be hundreds, and the nearest tell most


@dataclass(frozen=True, slots=True)
class Section:
    """One part of an explanation. `lead` says what it shows, or that there is nothing to show."""

    name: str
    title: str
    lead: str
    steps: tuple[Step, ...]


def sections_of(case: Case) -> tuple[Section, ...]:
    """All sections in the order in which they are read."""
    return (
        _section(case, "person", _person(case)),
        _section(case, "rows", _rows(case)),
        _section(case, "joined", (_pair(case, pair) for pair in case.joined)),
        _section(case, "memberships", _memberships(case)),
        _section(case, "refused", _refused(case)),
        _section(case, "verdicts", _verdicts(case)),
        _section(case, "decision", _decision(case)),
    )


def _section(case: Case, name: str, steps: Iterable[Step]) -> Section:
    title, lead = section_of(name, case.language)
    found = tuple(steps)
    if not found:
        nothing = "unkept" if case.origin.pairs is None and name in ("joined", "refused") else name
        searched = ", ".join(case.origin.searched)
        lead = say("nothing", nothing, case.language, searched=searched, period=case.period)
    return Section(name, title, lead, found)


def _person(case: Case) -> Iterable[Step]:
    person, language = case.person, case.language
    facts = {name: person.get(name) for name in ("person_id", "nik", "full_name")}
    facts |= {"person_id": case.person_id, "birth_date": day_of(person.get("birth_date"), language)}
    facts |= {"sex": value_of("sex", person.get("sex"), language), "address": person.get("address")}
    facts |= {"sources": (person.get("sources") or "").replace(",", ", ")}
    facts |= {"conflict": reason_of(person.get("conflict"), language)}
    facts |= {"history": events_of(case.connection, case.person_id, case.period, language)}
    yield Step(say("titles", "person", language, person_id=case.person_id), _filled(facts))


def _rows(case: Case) -> Iterable[Step]:
    for row in sorted(case.rows, key=lambda row: (row["source"], *place_in(row))):
        facts = {"source": row["source"]} | _received(case, row)
        yield Step(case.name(row_name(row)), facts)


def _received(case: Case, row: Row) -> Row:
    """The file of a row and its cells, verbatim."""
    place = case.place(row["delivery_id"])
    file = file_of(place)
    facts = {
        "period": file["period"],
        "received_at": day_of(file["received_at"], case.language),
        "file_sha256": file["file_sha256"],
    }
    return facts | {"cells": cells_of(case.lake, place, row)}


def _pair(case: Case, pair: Pair) -> Step:
    other = pair.other_person_id if pair.other_person_id != case.person_id else None
    return Step(case.title(pair), _filled(_evidence(case, pair) | {"other_person": other}))


def _evidence(case: Case, pair: Pair) -> Row:
    """What was decided about a pair, by which rule, on what comparisons."""
    language = case.language
    return {
        "decided": value_of(pair.kind, pair.decision, language),
        "rule": rule_of(pair, language),
        "because": because(pair, case.model, language),
        "compared": compared(pair, language),
        "fact_key": pair.fact_key,
    }


def _memberships(case: Case) -> Iterable[Step]:
    found = {pair.there.place: pair for pair in reversed(case.linked)}  # of several rows the surest
    for row in case.memberships:
        pair = found.get(place_in(row))
        facts = _membership(case, row) | (_evidence(case, pair) if pair else {})
        yield Step(case.name(row_name(row)), _filled(facts | _received(case, row)))


def _membership(case: Case, row: Row) -> Row:
    days = [day_of(row[name], case.language) or "…" for name in ("coverage_start", "coverage_end")]
    chosen = say("sentences", "chosen", case.language) if row.get("is_chosen") else None
    plain = {name: row[name] for name in ("kpj", "segment", "status")}
    return plain | {
        "payer": row["payer_name"] or row["payer_code"],
        "covered": " – ".join(days),
        "last_paid_month": row["last_paid_month"],
        "as_of_date": day_of(row["as_of_date"], case.language),
        "means": row.get("words") or None,
        "coverage_rule": row.get("rule"),
        "evidence": chosen,
    }


def _refused(case: Case) -> Iterable[Step]:
    doubtful = [pair for pair in case.refused if pair.decision != "different"]
    others = [pair for pair in case.refused if pair.decision == "different"]
    shown = [*doubtful, *others[:MOST_REFUSED]]
    left = len(others) - MOST_REFUSED
    for number, pair in enumerate(shown, start=1):
        step = _pair(case, pair)
        if number == len(shown) and left > 0:
            step.facts["more"] = say("sentences", "more", case.language, count=left)
        yield step


def _verdicts(case: Case) -> Iterable[Step]:
    about = {pair.fact_key: pair for pair in case.pairs if pair.fact_key}
    for verdict in verdicts_about(case.connection, about):
        facts = {
            "verdict": value_of("verdict", verdict["verdict"], case.language),
            "reason": verdict["reason"],
            "given_by": given_by(verdict, case.language),
            "checked_by": checked_by(verdict, case.language),
            "effect": value_of("effect", verdict["effect"], case.language),
            "fact_key": verdict["fact_key"],
        }
        title = say("titles", "verdict", case.language, verdict_id=verdict["verdict_id"])
        yield Step(f"{title}: {case.title(about[verdict['fact_key']])}", _filled(facts))


def _decision(case: Case) -> Iterable[Step]:
    decided, language = case.decision, case.language
    if not decided:
        return
    facts: Row = {
        "outcome": value_of("outcome", decided["outcome"], language),
        "reason": reason_of(decided["reason_code"], language),
        "rule": decided["rule"],
        "tier": decided["tier"],
        "rank": decided["rank"],
        "change": value_of("change", decided["change"], language),
        "roster": value_of("roster", decided["roster"], language),
        "evidence": _evidence_row(case, decided),
    }
    yield Step(say("titles", "decision", language, version=decided["version"]), _filled(facts))


def _evidence_row(case: Case, decided: Row) -> str:
    delivery = decided["membership_delivery_id"]
    if delivery is None:
        return say("sentences", "none_chosen", case.language)
    place = {"delivery_id": delivery, "sheet": decided["membership_sheet"], "row": decided["membership_row"]}
    return case.name(row_name(place))


def _filled(facts: Row) -> Row:
    """The facts that say something."""
    return {name: value for name, value in facts.items() if value not in (None, "", [])}
