"""One outcome and one primary reason for every person of the month. Set-based: Arrow tables in and out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import yaml

from sigap.domain.datasets import COVERAGE, DECISIONS
from sigap.domain.period import Period
from sigap.engine import connect
from sigap.entitlement.budget import Budget
from sigap.entitlement.rules import COVER_REASONS, Place, Rules
from sigap.errors import EntitlementError

# Kinds of reasons: a doubt holds who is new and keeps who was covered; any other cover is definite.
DOUBTS = ("NIK_NAME_CONFLICT", "LINK_DOUBTFUL", "RESIDENCE_UNKNOWN", "DATA_INCOMPLETE", "COVER_UNCERTAIN")
COVER = tuple(reason for reason in COVER_REASONS if reason not in DOUBTS)
ENTITLED = ("ELIGIBLE", "KEPT_NOT_LISTED", "KEPT_UNDER_REVIEW")
OUTCOMES = ("subsidised", "waiting", "already_covered", "not_eligible", "held")
CHANGES = ("joined", "stayed", "left")

REMOVED = pa.schema([pa.field("person_id", pa.int64()), pa.field("is_dead", pa.bool_())])

_BALANCE = """
SELECT (SELECT count(*) FROM (SELECT person_id FROM persons UNION SELECT person_id FROM previous)),
       count(*), count(DISTINCT person_id), count(rule),
       (SELECT count(*) FROM coverage WHERE rule IS NULL)
FROM decision
"""
_COVERAGE = """
SELECT * FROM coverage SEMI JOIN decision USING (person_id)
ORDER BY person_id, NOT is_chosen, delivery_id, sheet, "row"
"""
_NEW = "SELECT count(*) FROM placed WHERE funding_source = ? AND NOT is_paid"
_DIFFERENCES = """
SELECT count(*) FROM these FULL JOIN others USING (person_id)
WHERE row(these.outcome, these.reason_code, these.funding_source, these.wadah_code)
      IS DISTINCT FROM row(others.outcome, others.reason_code, others.funding_source, others.wadah_code)
"""


@dataclass(frozen=True, slots=True)
class Decisions:
    """Rows of `entitlement.decisions` and `entitlement.coverage` by person_id; how many by outcome and
    change; how many by reason.
    """

    rows: pa.Table
    coverage: pa.Table
    counts: Mapping[str, int]
    reasons: Mapping[str, int]


def decide_people(
    persons: pa.Table,
    memberships: pa.Table,
    previous: pa.Table,
    rules: Rules,
    period: Period,
    budget: Budget | None = None,
    removed: pa.Table | None = None,
) -> Decisions:
    """Decide about everybody who is listed this month or was subsidised last month.

    `persons` and `memberships` have the columns of their identity datasets, `previous` those of the decisions
    (last month's subsidised persons), `removed` those of `REMOVED`: who was taken out of an issued month by
    two people. Without a `budget` places are limited by their quota alone. What a membership says is in
    `coverage.sql`, the order of checks in `checks.sql`, of places in `ranks.sql`.
    Raises `EntitlementError` when a person would have no or two decisions, or a reason has no rule.
    """
    with connect() as connection:
        tables = {
            "persons": persons,
            "memberships": memberships,
            "previous": previous,
            "removed": REMOVED.empty_table() if removed is None else removed,
            **_rule_tables(rules),
        }
        for name, rows in tables.items():
            connection.register(name, rows)
        for script in ("coverage", "checks", "ranks"):
            _run(connection, script, _values(rules, period))
        _give_places(connection, rules.places_quota, budget or Budget())
        _run(connection, "decisions", _values(rules, period))
        _refuse_gaps(connection)
        rows = connection.sql("SELECT * FROM decision ORDER BY person_id").to_arrow_table()
        coverage = connection.sql(_COVERAGE).to_arrow_table()
        return Decisions(
            rows.select(DECISIONS.names).cast(DECISIONS),
            coverage.select(COVERAGE.names).cast(COVERAGE),
            _counts(connection),
            _reasons(connection),
        )


def count_differences(these: pa.Table, others: pa.Table) -> int:
    """How many persons two sets of decisions differ about, by outcome, reason or payer."""
    with connect() as connection:
        connection.register("these", these)
        connection.register("others", others)
        return int(connection.sql(_DIFFERENCES).fetchall()[0][0])


def _give_places(connection: duckdb.DuckDBPyConnection, places: Sequence[Place], budget: Budget) -> None:
    """Fill the places of each source in turn; what its people cost is gone for the sources after it."""
    connection.register("paid_for", budget.paid_for)
    new: dict[str, int] = {}
    for place in places:
        affordable = budget.affordable(place.funding_source, new)
        values = place.model_dump() | {"affordable": place.quota if affordable is None else affordable}
        _run(connection, "place", values)
        new[place.funding_source] = connection.execute(_NEW, [place.funding_source]).fetchall()[0][0]


def _rule_tables(rules: Rules) -> dict[str, pa.Table]:
    reasons, texts = list(rules.deciding), list(rules.deciding.values())
    findings = _findings()
    return {
        "findings": pa.table(
            {
                "finding": list(findings),
                "words": [found["words"] for found in findings.values()],
                "rule": [rules.dated[found["rule"]] for found in findings.values()],
            }
        ),
        "deciding": pa.table({"reason_code": reasons, "rule": texts}),
    }


@cache
def _findings() -> dict[str, dict[str, str]]:
    """coverage.yaml: by finding its rule and its words."""
    text = Path(__file__).with_name("coverage.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def _values(rules: Rules, period: Period) -> dict[str, Any]:
    return {
        "first_day": period.first_day,
        "last_day": period.last_day,
        "own_names": list(rules.coverage_own_payers.names),
        "own_prefixes": list(rules.coverage_own_payers.code_prefixes),
        "self_payers": list(rules.coverage_self_payers),
        "active": list(rules.coverage_active_statuses),
        "lapsing": list(rules.coverage_lapsing_statuses),
        "grace_months": rules.coverage_grace_months,
        "allow_dual": rules.coverage_allow_dual,
        "as_of_days": rules.coverage_as_of_days,
        "revival_months": rules.coverage_revival_months,
        "own_outweighs": list(rules.coverage_own_outweighs),
        "order": list(rules.coverage_order),
        "stop_deceased": rules.person_stop_deceased,
        "stop_removed": rules.person_stop_removed,
        "stop_inactive": rules.person_stop_inactive,
        "regency": rules.residence_regency,
        "age_min": rules.age_min,
        "age_max": rules.age_max,
        "keep_if_enrolled": rules.age_keep_if_enrolled,
        "tiers": [list(tier) for tier in rules.desil_tiers],
        "allow_unknown": rules.desil_allow_unknown,
        "cover_reasons": list(COVER),
        "doubts": list(DOUBTS),
        "entitled": list(ENTITLED),
        "quota": sum(place.quota for place in rules.places_quota),
    }


def _run(connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, Any]) -> None:
    script = Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
    for statement in connection.extract_statements(script):
        connection.execute(statement, {key: values[key] for key in statement.named_parameters})


def _refuse_gaps(connection: duckdb.DuckDBPyConnection) -> None:
    people, rows, decided, ruled, unruled = connection.sql(_BALANCE).fetchall()[0]
    if not people == rows == decided:
        raise EntitlementError(f"{people} persons but {rows} decisions about {decided}. Run link again.")
    if ruled != rows or unruled:
        raise EntitlementError("A reason has no rule. Name it under `decides` of the rule it rests on.")


def _counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    found = dict(
        connection.sql(
            "SELECT outcome, count(*) FROM decision GROUP BY ALL UNION ALL "
            "SELECT change, count(*) FROM decision WHERE change IS NOT NULL GROUP BY ALL"
        ).fetchall()
    )
    counts = {name: found.get(name, 0) for name in (*OUTCOMES, *CHANGES)}
    return {"persons": sum(counts[name] for name in OUTCOMES), **counts}


def _reasons(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    found = connection.sql("SELECT reason_code, count(*) FROM decision GROUP BY ALL ORDER BY ALL")
    return dict(found.fetchall())
