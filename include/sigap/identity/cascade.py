"""Which records are one person: the certain by NIK, the rest by weight, the doubtful to a person.

Works on the tables `worker` and `member` of a connection, both with the columns of STANDARD.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from sigap.identity.blocks import Block, Search, weighed_sql
from sigap.identity.clusters import join_rows
from sigap.identity.compared import Compared, keep_compared, split_compared
from sigap.identity.crowds import Candidates
from sigap.identity.model import Model
from sigap.identity.policy import Policy, policy
from sigap.identity.records import JUDGED
from sigap.identity.sketch import make_sketch

_VERDICTS = pa.schema([pa.field("fact_key", pa.string()), pa.field("verdict", pa.string())])
_COMPARED = (
    "nik", "nik_part", "name", "birth_date", "sex", "kk", "mother", "kelurahan_code", "kecamatan_code",
    "phone",
)  # fmt: skip
_FACTS = ", ".join(f"coalesce(side.{name}::VARCHAR, '')" for name in _COMPARED)


# Pairs under one NIK are looked at apart; everybody else is looked for.
OTHER_NIK = "(l.nik IS NULL OR r.nik IS NULL OR l.nik <> r.nik)"

Wanted = tuple[str, str, str]  # kind, and the relations of standardised records on the left and on the right
# Adds to table `found` the pairs that are wanted.
FindPairs = Callable[[duckdb.DuckDBPyConnection, Model, Policy, Sequence[Wanted]], None]


@dataclass(frozen=True, slots=True)
class Linked:
    """What was found out. `pairs`: JUDGED. `entities`: record, entity (the first record of the person).

    Counts are of pairs by decision and rule, and of what was looked at. `compared` spares the next run what
    this one compared.
    """

    pairs: pa.Table
    entities: pa.Table
    counts: Mapping[str, int]
    compared: Compared


def link_records(
    connection: duckdb.DuckDBPyConnection,
    model: Model,
    verdicts: pa.Table | None = None,
    rules: Policy | None = None,
    before: Compared | None = None,
    find: FindPairs | None = None,
) -> Linked:
    """Judge the pairs of the tables `worker` and `member` and join workers to persons.

    `worker` must be numbered so that the record to go by under one NIK has the smallest number. `verdicts`
    holds `fact_key` and `verdict` (same | different); a verdict outranks the model. Pairs below the policy's
    `evidence_from` are not kept, except those under one NIK. With what a run `before` compared only new and
    changed records are looked for, on both sides; the result is that of a full run. `find` looks for pairs
    elsewhere than in this connection.
    """
    rules = rules or policy()
    connection.register("verdicts", verdicts if verdicts is not None else _VERDICTS.empty_table())
    _start(connection, model, rules)
    (find or find_pairs)(connection, model, rules, split_compared(connection, before))
    _run(connection, "weigh", **_columns(model))
    _run(connection, "judge", facts=_FACTS)
    join_rows(connection)
    _run(connection, "settle")
    return _collect(connection, keep_compared(connection))


def _start(connection: duckdb.DuckDBPyConnection, model: Model, rules: Policy) -> None:
    """The figures of model and policy as variables, classes of sources, and the first record of each NIK."""
    figures = rules.figures
    for name, limits in model.thresholds.items():
        figures |= {f"same_{name}": limits["same"], f"review_{name}": limits["review"]}
    for name, value in figures.items():
        connection.execute(f"SET VARIABLE {name} = {float(value)}")
    connection.execute("SET VARIABLE registry = ?", [list(rules.registry)])
    _run(connection, "certain")


def find_pairs(
    connection: duckdb.DuckDBPyConnection, model: Model, rules: Policy, wanted: Sequence[Wanted]
) -> None:
    """Add to `found` the pairs that the blocks of the model bring, as far as they weigh enough."""
    blocks = tuple(block for block in map(Block.parse, model.blocks) if block.equal != {"nik"})
    registry = _registry(rules)
    sketched = Search(model, blocks, 0).sketched
    for side in ("worker", "member"):
        make_sketch(connection, side, (*sketched, registry))
    connection.execute("SET preserve_insertion_order = false")  # or a limit would make DuckDB work alone
    for kind, left, right in wanted:
        least = least_sql(model, rules, kind)
        sides = _sketch_of(connection, left), _sketch_of(connection, right)
        also = OTHER_NIK + (" AND l.record < r.record" if kind == "rows" else "")
        search = Search(model, blocks, least_sql(model, rules, kind, '{side}."{registry}"'))
        connection.execute('CREATE OR REPLACE TEMP TABLE candidate ("left" BIGINT, "right" BIGINT)')
        candidates = Candidates(connection, search, *sides, also)
        for block in blocks:
            candidates.add(block)
        candidates.sift()
        weighed = weighed_sql(model, "candidate", _side(left), _side(right), least)
        connection.execute(f"INSERT INTO found SELECT '{kind}', * FROM ({weighed})")
        for sketch in {*sides, "candidate"} - {"worker_sketch", "member_sketch"}:
            connection.execute(f"DROP TABLE {sketch}")
    connection.execute("DROP TABLE worker_sketch; DROP TABLE member_sketch; RESET preserve_insertion_order")


def _sketch_of(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    """The sketches of a relation of workers or members."""
    side = _side(relation)
    if relation == side:
        return f"{side}_sketch"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {relation}_sketch AS "
        f"FROM {side}_sketch SEMI JOIN {relation} USING (record)"
    )
    return f"{relation}_sketch"


def _side(relation: str) -> str:
    return "member" if relation.endswith("member") else "worker"


def least_sql(model: Model, rules: Policy, kind: str, registry: str = "{side}.{registry}") -> str:
    """What a pair has to weigh to be kept, by the class of its sources, as an expression over l and r.

    Two whole NIK are two people's unless everything else is one person's, so their pairs have to weigh more.
    `registry` says how a side tells that its source is a registry.
    """
    least = {
        name: (
            f"CASE WHEN l.nik IS NOT NULL AND r.nik IS NOT NULL "
            f"THEN {max(rules.evidence_from, rules.two_niks_from - rules.evidence_below)}::DOUBLE "
            f"ELSE {max(rules.evidence_from, limits['review'] - rules.evidence_below)}::DOUBLE END"
        )
        for name, limits in model.thresholds.items()
    }
    sides = ("l", "r") if kind == "rows" else ("l",)
    is_registry = " AND ".join(registry.format(side=side, registry=_registry(rules)) for side in sides)
    return f"CASE WHEN {is_registry} THEN {least['registry']} ELSE {least['association']} END"


def _registry(rules: Policy) -> str:
    listed = ", ".join(f"'{source}'" for source in rules.registry)
    return f"source IN ({listed})"


def _columns(model: Model) -> dict[str, str]:
    """The expressions that `weigh.sql` needs: levels, and the weights that belong to them."""
    return {
        "levels": ", ".join(f"{each.level_sql()} AS level_{each.name}" for each in model.comparisons),
        "weights": ", ".join(
            f"{each.known_weight_sql(f'level_{each.name}')} AS weight_{each.name}"
            for each in model.comparisons
        ),
        "prior": repr(model.prior),
        "total": " + ".join(f"weight_{each.name}" for each in model.comparisons),
    }


def _run(connection: duckdb.DuckDBPyConnection, name: str, **columns: str) -> None:
    """Run a script; `{word}` stands for an expression that the model gives, values are variables."""
    script = Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
    for word, expression in columns.items():
        script = script.replace(f"{{{word}}}", expression)
    connection.execute(script)


def _collect(connection: duckdb.DuckDBPyConnection, compared: Compared) -> Linked:
    pairs = connection.sql('SELECT * FROM judged ORDER BY kind, "left", "right"').to_arrow_table()
    entities = connection.sql("SELECT record, entity FROM entity ORDER BY record").to_arrow_table()
    counted = connection.sql(
        "SELECT kind || '_' || decision, count(*) FROM judged GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    rules = connection.sql(
        "SELECT 'rule_' || rule, count(*) FROM judged GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    crowded = connection.sql("SELECT 'crowded_rows', count(DISTINCT record) FROM crowded").fetchall()
    counts = dict([*counted, *rules, *crowded])
    return Linked(pairs.select([*JUDGED.names, "fact_key"]), entities, counts, compared)
