"""What people decided about pairs, as kept: which verdicts have effect, which wait for a second person."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Row, case, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from sigap.domain.period import Period
from sigap.identity.shown import Waiting
from sigap.warehouse.store import copy_out
from sigap.warehouse.tables import identity_review

_verdict, _check = identity_review.verdict.c, identity_review.verdict_check.c
_with_answer = identity_review.verdict.outerjoin(
    identity_review.verdict_check, _check.verdict_id == _verdict.verdict_id
)
# agree or disagree; null while a second person is waited for. A low risk needs none.
_answer = func.coalesce(_check.answer, case((_verdict.risk_idr <= _verdict.limit_idr, "agree")))
_newest = (
    select(identity_review.verdict, _answer.label("answer"))
    .select_from(_with_answer)
    .ext(distinct_on(_verdict.fact_key))
    .order_by(_verdict.fact_key, _verdict.verdict_id.desc())
)


def effective_verdicts(connection: Connection) -> pa.Table:
    """What link goes by, once per key: fact_key, verdict (same | different), verdict_id, actor.

    The newest with effect counts.

    A verdict has effect when its risk lies within the limit of its day or a second person agreed, unless one
    disagreed.
    """
    wanted = (
        select(_verdict.fact_key, _verdict.verdict, _verdict.verdict_id, _verdict.actor)
        .select_from(_with_answer)
        .where(_answer == "agree")
        .ext(distinct_on(_verdict.fact_key))
        .order_by(_verdict.fact_key, _verdict.verdict_id.desc())
    )
    types = {"fact_key": pa.string(), "verdict": pa.string(), "verdict_id": pa.int64(), "actor": pa.string()}
    return copy_out(connection, wanted, types)


def count_verdicts(connection: Connection, period: Period) -> int:
    """How many pairs were settled in a month: those with a verdict of it that has effect."""
    wanted = select(func.count(_verdict.fact_key.distinct())).select_from(_with_answer)
    found = connection.execute(wanted.where(_verdict.period == str(period), _answer == "agree"))
    return int(found.scalar_one())


def waiting_verdicts(connection: Connection) -> dict[int, Waiting]:
    """Verdicts that wait for a second person, by number: the newest of their key, without an answer."""
    newest = _newest.subquery("newest")
    names = ("verdict_id", "fact_key", "verdict", "actor", "reason", "judged_at")
    wanted = select(*(newest.c[name] for name in names)).where(newest.c.answer.is_(None))
    return {row.verdict_id: Waiting(*row) for row in connection.execute(wanted)}


def waiting_keys(waiting: Mapping[int, Waiting]) -> pa.Table:
    """The same as a table: fact_key, verdict_id."""
    keys = pa.array([one.fact_key for one in waiting.values()], pa.string())
    return pa.table({"fact_key": keys, "verdict_id": pa.array(list(waiting), pa.int64())})


def newest_of(connection: Connection, keys: Sequence[str]) -> dict[str, Row[Any]]:
    """The newest verdict of each key, with `answer`: agree, disagree, or None while one is waited for."""
    return {row.fact_key: row for row in connection.execute(_newest.where(_verdict.fact_key.in_(keys)))}


def verdicts_of(connection: Connection, ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Verdicts by number, with `checked_as`, the second person's answer, and `newest_id` of the same key."""
    newer = identity_review.verdict.alias("newer")
    newest = (
        select(func.max(newer.c.verdict_id)).where(newer.c.fact_key == _verdict.fact_key).scalar_subquery()
    )
    wanted = (
        select(identity_review.verdict, _check.answer.label("checked_as"), newest.label("newest_id"))
        .select_from(_with_answer)
        .where(_verdict.verdict_id.in_(ids))
    )
    return {row.verdict_id: row for row in connection.execute(wanted)}


def history_of(connection: Connection, fact_key: str) -> list[dict[str, Any]]:
    """Every verdict about a pair with what a second person said, the oldest first."""
    said = (_check.actor.label("checker"), _check.reason.label("checker_reason"), _check.checked_at)
    wanted = (
        select(identity_review.verdict, _answer.label("answer"), *said)
        .select_from(_with_answer)
        .where(_verdict.fact_key == fact_key)
        .order_by(_verdict.verdict_id)
    )
    return [dict(row) for row in connection.execute(wanted).mappings()]
