"""Which records are one person: the certain by NIK, the rest by weight, the doubtful to a person.

Works on the tables `worker` and `member` of a connection, both with the columns of STANDARD.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from sigap.identity.block_keys import make_keys
from sigap.identity.blocks import Block
from sigap.identity.clusters import join_rows
from sigap.identity.compared import Compared, keep_compared, split_compared
from sigap.identity.crowds import Candidates
from sigap.identity.model import Model
from sigap.identity.policy import Policy, policy
from sigap.identity.records import JUDGED

_VERDICTS = pa.schema([pa.field("fact_key", pa.string()), pa.field("verdict", pa.string())])
_COMPARED = (
    "nik", "nik_part", "name", "birth_date", "sex", "kk", "mother", "kelurahan_code", "kecamatan_code",
    "phone",
)  # fmt: skip
_FACTS = ", ".join(f"coalesce(side.{name}::VARCHAR, '')" for name in _COMPARED)


# Pairs under one NIK are looked at apart; everybody else is looked for.
OTHER_NIK = "(l.nik IS NULL OR r.nik IS NULL OR l.nik <> r.nik)"

Wanted = tuple[str, str, str]  # kind, and the relations of standardised records on the left and on the right
# Adds to table `found` the pairs that are wanted, each once; too many do no harm, they are weighed.
FindPairs = Callable[[duckdb.DuckDBPyConnection, Model, Sequence[Wanted]], None]


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
    (find or find_pairs)(connection, model, split_compared(connection, before))
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


def find_pairs(connection: duckdb.DuckDBPyConnection, model: Model, wanted: Sequence[Wanted]) -> None:
    """Add to `found` the pairs that the blocks of the model bring."""
    blocks = asked(model)
    for side in ("worker", "member"):
        make_keys(connection, side, blocks)
    connection.execute("SET preserve_insertion_order = false")  # or a limit would make DuckDB work alone
    for kind, left, right in wanted:
        sides = _keys_of(connection, left), _keys_of(connection, right)
        Candidates(connection, *sides, other_nik(kind)).gather(blocks)
        connection.execute(f'INSERT INTO found SELECT DISTINCT \'{kind}\', "left", "right" FROM candidate')
        for table in {*sides, "candidate"} - {"worker_keys", "member_keys"}:
            connection.execute(f"DROP TABLE {table}")
    connection.execute("DROP TABLE worker_keys; DROP TABLE member_keys; RESET preserve_insertion_order")


def asked(model: Model) -> tuple[Block, ...]:
    """The blocks of the model but one NIK, which is looked at apart."""
    return tuple(block for block in map(Block.parse, model.blocks) if block.equal != {"nik"})


def other_nik(kind: str) -> str:
    """Which pairs of a block are wanted: those under one NIK are known, and rows meet each other once."""
    return OTHER_NIK + (" AND l.record < r.record" if kind == "rows" else "")


def _keys_of(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    """The keys of a relation of workers or members."""
    side = "member" if relation.endswith("member") else "worker"
    if relation != side:
        part = f"FROM {side}_keys SEMI JOIN {relation} USING (record)"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {relation}_keys AS {part}")
    return f"{relation}_keys"


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
