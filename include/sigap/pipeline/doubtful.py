"""The doubtful pairs of a month as people see them: found in the newest link, with the facts of both rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection, cast, select
from sqlalchemy.dialects.postgresql import JSONB

from sigap.audit.origin import Origin
from sigap.domain.batch import BatchRef
from sigap.domain.datasets import EVIDENCE, PAIRS
from sigap.domain.period import Period
from sigap.engine import connect
from sigap.errors import IdentityError
from sigap.identity.risk import VERDICTS, RiskRules
from sigap.identity.shown import ShownPair, Waiting
from sigap.pipeline.pair_facts import RowKey, facts_of
from sigap.pipeline.resources import Resources
from sigap.warehouse.tables import audit

# A question: the pair, what each verdict about it would risk, and the verdict that waits for a second person.
QUESTIONS = pa.schema(
    [
        *PAIRS,
        *[pa.field(f"{verdict}_risk_idr", pa.int64()) for verdict in VERDICTS],
        pa.field("verdict_id", pa.int64()),
    ]
)
_OPEN = Path(__file__).with_name("open_pairs.sql").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Linked:
    """The newest run of link that left pairs: the pairs, and from when its rows are taken."""

    pairs: BatchRef
    origin: Origin


def newest_link(connection: Connection, period: Period) -> Linked | None:
    """The newest run of link that left pairs, None before the first."""
    outcome = audit.outcome.c
    wrote = outcome.outputs.op("@>")(cast([{"dataset": "identity.pairs"}], JSONB))
    wanted = (
        select(outcome.outcome_id, outcome.outputs)
        .where(outcome.verb == "link", outcome.status == "ok", outcome.period == str(period), wrote)
        .order_by(outcome.outcome_id.desc())
        .limit(1)
    )
    row = connection.execute(wanted).one_or_none()
    if row is None:
        return None
    written = [BatchRef.from_dict(thing) for thing in row.outputs if isinstance(thing, dict)]
    refs = {ref.dataset: ref for ref in written}
    origin = Origin(refs["identity.rows"], refs["identity.memberships"], (), row.outcome_id)
    return Linked(refs["identity.pairs"], origin)


def questions_of(
    linked: Linked, effective: pa.Table, waiting: pa.Table, rules: RiskRules, resources: Resources
) -> pa.Table:
    """One row per question, QUESTIONS, the highest risk first.

    A pair in review is one unless an effective verdict settles it (`effective`: fact_key), and so is every
    pair with a verdict that waits for a second person (`waiting`: fact_key, verdict_id).
    """
    keys = waiting["fact_key"].combine_chunks()
    wanted = (pc.field("decision") == "review") | pc.field("fact_key").isin(keys)
    return _ask(with_risks(resources.lake.read(linked.pairs, where=wanted), rules), effective, waiting)


def with_risks(pairs: pa.Table, rules: RiskRules) -> pa.Table:
    """The pairs with what each verdict about them would risk."""
    kinds, weights = pairs["kind"].to_numpy(), pairs["match_weight"].to_numpy()
    for verdict in VERDICTS:
        pairs = pairs.append_column(
            f"{verdict}_risk_idr", pa.array(rules.of_pairs(kinds, verdict, weights), pa.int64())
        )
    return pairs


def show_pairs(
    questions: pa.Table,
    linked: Linked,
    rules: RiskRules,
    waiting: Mapping[int, Waiting],
    resources: Resources,
) -> list[ShownPair]:
    """The questions with the facts of both rows, in their order. `waiting` by verdict_id.

    Raises `IdentityError` when a row is not where the pair names it.
    """
    rows = questions.to_pylist()
    facts = facts_of([key for row in rows for key in _keys(row)], linked.origin, resources)
    return [_shown(row, facts, rules, waiting) for row in rows]


def _ask(pairs: pa.Table, effective: pa.Table, waiting: pa.Table) -> pa.Table:
    with connect() as engine:
        for name, table in {"pairs": pairs, "effective": effective, "waiting": waiting}.items():
            engine.register(name, table)
        return engine.sql(_OPEN).to_arrow_table().select(QUESTIONS.names).cast(QUESTIONS)


def _keys(row: Mapping[str, Any]) -> tuple[RowKey, RowKey]:
    return (
        (row["delivery_id"], row["sheet"] or "", row["row"]),
        (row["other_delivery_id"], row["other_sheet"] or "", row["other_row"]),
    )


def _shown(
    row: Mapping[str, Any],
    facts: Mapping[RowKey, Mapping[str, str]],
    rules: RiskRules,
    waiting: Mapping[int, Waiting],
) -> ShownPair:
    left, right = _keys(row)
    missing = [key for key in (left, right) if key not in facts]
    if missing:
        raise IdentityError(
            f"Row {missing[0][2]} of delivery {missing[0][0]} is not in its checked list. Run check and link "
            "of the month again."
        )
    return ShownPair(
        fact_key=row["fact_key"],
        kind=row["kind"],
        match_weight=row["match_weight"],
        left=facts[left],
        right=facts[right],
        levels={name: row[f"level_{name}"] for name in EVIDENCE if row[f"level_{name}"] is not None},
        weights={name: row[f"weight_{name}"] or 0.0 for name in EVIDENCE},
        risks={verdict: row[f"{verdict}_risk_idr"] for verdict in VERDICTS},
        limit_idr=rules.limit_idr,
        waiting=waiting.get(row["verdict_id"]) if row.get("verdict_id") is not None else None,
    )
