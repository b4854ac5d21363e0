"""review: doubtful pairs are asked about once; above a limit of risk, two people answer."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection
from upath import UPath

from sigap.domain.period import Period
from sigap.errors import IdentityError
from sigap.identity.answers import Answers, PairCheck, PairVerdict, read_worklist
from sigap.identity.risk import RiskRules, load_risk
from sigap.identity.shown import ShownPair
from sigap.identity.worklist import write_worklist
from sigap.pipeline.doubtful import (
    QUESTIONS,
    Linked,
    newest_link,
    questions_of,
    show_pairs,
    with_risks,
)
from sigap.pipeline.pair_verdicts import (
    effective_verdicts,
    history_of,
    verdicts_of,
    waiting_keys,
    waiting_verdicts,
)
from sigap.pipeline.resources import Resources
from sigap.pipeline.settled import Kept, keep_checks, keep_verdicts, refuse_answers
from sigap.pipeline.stewards import refuse_stranger
from sigap.publish import publish

__all__ = [
    "MOST", "QUESTIONS", "Kept", "check_verdict", "effective_verdicts", "give_verdict", "keep_answers",
    "open_pairs", "read_open_pairs", "show_pair", "write_open_pairs",
]  # fmt: skip
MOST = 1_000  # pairs in a workbook: more is no week's work, and the riskiest come first


def open_pairs(period: Period, resources: Resources) -> pa.Table:
    """The questions that the month's newest link leaves, with the columns of QUESTIONS, highest risk first.

    One question per fact_key. Left out is what an effective verdict settles; what waits for a second person
    carries its `verdict_id`. Empty before the first link that keeps pairs.
    """
    with resources.warehouse.connect() as connection:
        linked = newest_link(connection, period)
        effective, waiting = effective_verdicts(connection), waiting_verdicts(connection)
    if linked is None:
        return QUESTIONS.empty_table()
    return questions_of(linked, effective, waiting_keys(waiting), load_risk(period), resources)


def show_pair(
    period: Period, key: str, actor: str, resources: Resources
) -> tuple[ShownPair, list[dict[str, Any]]]:
    """One pair in full by (the beginning of) its key, whatever was decided, and the verdicts about it.

    Each look leaves an outcome with the account and the key, not the person. Raises `IdentityError` unless
    exactly one pair has such a key.
    """
    with resources.outcome_of("look", period, f"pair {key}") as outcome:
        outcome.versions["actor"] = actor
        rules = load_risk(period)
        with resources.warehouse.connect() as connection:
            linked, waiting = _linked(connection, period), waiting_verdicts(connection)
            pair = _pair(linked, key, waiting_keys(waiting), rules, resources)
            history = history_of(connection, pair["fact_key"][0].as_py())
        outcome.read(linked.pairs, "identity.verdict")
        (shown,) = show_pairs(pair, linked, rules, waiting, resources)
        outcome.wrote("audit.outcome")
        outcome.count({"pairs": 1})
    return shown, history


def write_open_pairs(
    period: Period, out: Path, actor: str, resources: Resources, limit: int = MOST
) -> tuple[int, int]:
    """Write the riskiest questions as a workbook; returns how many stand in it and how many are left.

    The audit keeps who took it. Raises `IdentityError` when nothing waits.
    """
    with resources.outcome_of("export", period, "doubtful pairs") as outcome:
        outcome.versions["actor"] = actor
        questions = open_pairs(period, resources)
        if questions.num_rows == 0:
            raise IdentityError(f"{period} has no doubtful pair that waits for a person.")
        with resources.warehouse.connect() as connection:
            linked, waiting = _linked(connection, period), waiting_verdicts(connection)
        outcome.read(linked.pairs, "identity.verdict")
        pairs = show_pairs(questions.slice(0, limit), linked, load_risk(period), waiting, resources)
        left = questions.num_rows - len(pairs)
        publish(UPath(out), write_worklist(period, pairs, left))
        outcome.wrote(str(out.absolute()))
        outcome.count({"pairs": len(pairs), "left": left})
    return len(pairs), left


def read_open_pairs(file: Path) -> Answers:
    """The answers in a workbook of `write_open_pairs`. Raises `IdentityError` that names sheet and line."""
    return read_worklist(file)


def keep_answers(answers: Answers, actor: str, resources: Resources) -> Kept:
    """Keep verdicts and second answers of one person, all or none. The next link goes by them.

    The same answer by the same person again changes nothing; a verdict about facts that have changed is not
    kept, since its pair is asked about anew. Raises `IdentityError` for a person who is no steward, an answer
    without a reason, and a second answer by the person who gave the verdict.
    """
    with resources.outcome_of("verdict", answers.period, "pairs") as outcome:
        outcome.versions["actor"] = actor
        refuse_stranger(actor, resources.settings, IdentityError)
        refuse_answers(answers)
        rules = load_risk(answers.period)
        outcome.versions["risk"] = rules.versions
        with resources.warehouse.begin() as connection:
            linked = _linked(connection, answers.period)
            outcome.read(linked.pairs, "identity.verdict")
            pairs = _by_key(linked, [given.fact_key for given in answers.verdicts], rules, resources)
            made = keep_verdicts(connection, answers.period, answers.verdicts, pairs, rules, actor)
            kept = made + keep_checks(connection, answers.checks, actor)
        outcome.wrote("identity.verdict", "identity.verdict_check")
        outcome.count(asdict(kept))
    return kept


def give_verdict(
    period: Period, key: str, verdict: str, reason: str, actor: str, resources: Resources
) -> Kept:
    """Keep one verdict, same or different, about the pair whose key begins so. Raises as `keep_answers` does,
    and for a key that is not exactly one pair's.
    """
    with resources.warehouse.connect() as connection:
        linked = _linked(connection, period)
    pair = _pair(linked, key, waiting_keys({}), load_risk(period), resources)
    given = PairVerdict(pair["fact_key"][0].as_py(), verdict, reason)
    return keep_answers(Answers(period, (given,), ()), actor, resources)


def check_verdict(verdict_id: int, answer: str, reason: str, actor: str, resources: Resources) -> Kept:
    """Keep a second person's answer, agree or disagree, to a verdict. Raises as `keep_answers` does, and for
    a verdict that is unknown, was answered otherwise, or was followed by a newer one.
    """
    with resources.warehouse.connect() as connection:
        found = verdicts_of(connection, [verdict_id]).get(verdict_id)
    if found is None:
        raise IdentityError(f"There is no verdict {verdict_id}. `sigap review list PERIOD` numbers them.")
    check = PairCheck(verdict_id, answer, reason)
    return keep_answers(Answers(Period.parse(found.period), (), (check,)), actor, resources)


def _linked(connection: Connection, period: Period) -> Linked:
    linked = newest_link(connection, period)
    if linked is None:
        raise IdentityError(f"{period} has no pairs yet. Run `sigap link {period}` first.")
    return linked


def _by_key(
    linked: Linked, keys: Sequence[str], rules: RiskRules, resources: Resources
) -> dict[str, dict[str, Any]]:
    """The first pair of each key, with its risks."""
    found = resources.lake.read(linked.pairs, where=pc.field("fact_key").isin(pa.array(keys, pa.string())))
    return {row["fact_key"]: row for row in reversed(with_risks(found, rules).to_pylist())}


def _pair(linked: Linked, key: str, waiting: pa.Table, rules: RiskRules, resources: Resources) -> pa.Table:
    """The one pair whose key begins so, with the columns of QUESTIONS."""
    beginning = key.strip() or "-"  # a key is hexadecimal
    found = resources.lake.read(linked.pairs, where=pc.starts_with(pc.field("fact_key"), pattern=beginning))
    count = len(pc.unique(found["fact_key"]))
    if count != 1:
        raise IdentityError(
            f"{count} pairs have a key that begins with {beginning!r}. `sigap review list` names them."
        )
    at = pc.index_in(found["fact_key"], value_set=waiting["fact_key"].combine_chunks())
    found = with_risks(found, rules).append_column("verdict_id", waiting["verdict_id"].take(at))
    return found.slice(0, 1).select(QUESTIONS.names)
