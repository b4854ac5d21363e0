"""Keeps what people answer about pairs: makers' verdicts and checkers' answers, all of a batch or none."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert

from sigap.domain.nik import holds_nik
from sigap.domain.period import Period
from sigap.errors import IdentityError
from sigap.identity.answers import Answers, PairCheck, PairVerdict
from sigap.identity.risk import VERDICTS, RiskRules
from sigap.pipeline.pair_verdicts import newest_of, verdicts_of
from sigap.warehouse.tables import identity_review

_PLACE = ("delivery_id", "row", "other_delivery_id", "other_row", "kind", "match_weight")


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of answers: kept, of these waiting for a second person, known before, about old facts."""

    kept: int = 0
    waiting: int = 0
    known: int = 0
    stale: int = 0

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))


def refuse_answers(answers: Answers) -> None:
    """Raise `IdentityError` for an answer that is none, lacks its reason, or whose reason holds a NIK."""
    for given in answers.verdicts:
        _refuse(f"Pair {given.fact_key[:12]}", given.verdict, VERDICTS, given.reason)
    for check in answers.checks:
        _refuse(f"Verdict {check.verdict_id}", check.answer, ("agree", "disagree"), check.reason)


def keep_verdicts(
    connection: Connection,
    period: Period,
    verdicts: Sequence[PairVerdict],
    pairs: Mapping[str, Mapping[str, Any]],
    rules: RiskRules,
    actor: str,
) -> Kept:
    """Keep verdicts. `pairs` are those of the newest link by fact_key, with their risks.

    A key that it lacks is stale: a fact changed, and the pair is asked about anew.
    """
    before = newest_of(connection, [given.fact_key for given in verdicts])
    current = [given for given in verdicts if given.fact_key in pairs]
    new = [given for given in current if not _is_known(given, actor, before.get(given.fact_key))]
    rows = [_row(given, pairs[given.fact_key], period, rules, actor) for given in new]
    if rows:
        connection.execute(insert(identity_review.verdict), rows)
    waiting = sum(row["risk_idr"] > row["limit_idr"] for row in rows)
    return Kept(len(rows), waiting, len(current) - len(new), len(verdicts) - len(current))


def keep_checks(connection: Connection, checks: Sequence[PairCheck], actor: str) -> Kept:
    """Keep a second person's answers. Raises `IdentityError` where that person cannot answer."""
    made = verdicts_of(connection, [check.verdict_id for check in checks])
    new = [check for check in checks if _is_new(check, made.get(check.verdict_id), actor)]
    if new:
        rows = [
            {
                "verdict_id": check.verdict_id,
                "answer": check.answer,
                "actor": actor.strip(),
                "reason": check.reason.strip() or None,
            }
            for check in new
        ]
        connection.execute(insert(identity_review.verdict_check), rows)
    return Kept(kept=len(new), known=len(checks) - len(new))


def _refuse(what: str, answer: str, answers: Sequence[str], reason: str) -> None:
    if answer not in answers:
        raise IdentityError(f"{what}: {answer!r} is none of {', '.join(answers)}. Nothing was kept.")
    if not reason.strip() and answer != "agree":
        raise IdentityError(f"{what}: say why. Nothing was kept.")
    if holds_nik(reason):
        raise IdentityError(
            f"{what}: the reason holds a NIK. Name the evidence, not the person. Nothing was kept."
        )


def _is_known(given: PairVerdict, actor: str, newest: Row[Any] | None) -> bool:
    """Whether this person's same verdict is the newest and nobody disagreed with it."""
    return (
        newest is not None
        and newest.verdict == given.verdict
        and newest.answer != "disagree"
        and _same_account(newest.actor, actor)
    )


def _is_new(check: PairCheck, made: Row[Any] | None, actor: str) -> bool:
    what = f"Verdict {check.verdict_id}"
    if made is None:
        raise IdentityError(f"There is no verdict {check.verdict_id}. `sigap review list` numbers them.")
    if _same_account(made.actor, actor):
        raise IdentityError(f"{what} is checked by somebody else than the person who gave it. Ask another.")
    if made.checked_as == check.answer:
        return False
    if made.checked_as is not None:
        raise IdentityError(f"{what} was answered otherwise, and an answer stands. Give a new verdict.")
    if made.newest_id != check.verdict_id:
        raise IdentityError(f"{what} was followed by a newer one about the same pair. Answer that one.")
    return True


def _row(
    given: PairVerdict, pair: Mapping[str, Any], period: Period, rules: RiskRules, actor: str
) -> dict[str, Any]:
    return {
        **{name: pair[name] for name in _PLACE},
        "sheet": pair["sheet"] or "",
        "other_sheet": pair["other_sheet"] or "",
        "fact_key": given.fact_key,
        "verdict": given.verdict,
        "period": str(period),
        "risk_idr": pair[f"{given.verdict}_risk_idr"],
        "limit_idr": rules.limit_idr,
        "rules": rules.versions,
        "actor": actor.strip(),
        "reason": given.reason.strip(),
    }


def _same_account(one: str, other: str) -> bool:
    """As audit.same_account of the database sees it."""
    return _plain(one) == _plain(other)


def _plain(account: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", account).lower())
