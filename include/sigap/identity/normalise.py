"""Records made comparable: names without titles in one spelling; dates, sex, phones and numbers in one form.

Everything that is known about names stands in `names.yaml`. Its rules run once per token that occurs, not
once per record; records then only look their tokens up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import yaml
from duckdb import CaseExpression, ColumnExpression, ConstantExpression, Expression, FunctionExpression

from sigap.domain.nik import placeholders
from sigap.identity.terms import Terms

_NEWEST_YEAR = 15  # nobody in the lists is born after 2015, so 16 to 99 are of the last century
_OWN = (
    "mother", "token", "part", "apart", "piece", "word", "sounded", "heard", "reading", "meaning", "opening",
    "later", "mothers", "day",
)  # fmt: skip

Rule = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NameRules:
    """`names.yaml` as the statements need it."""

    values: Mapping[str, Any]  # titles_opening, titles_before, titles_after, parents, links: words
    family: pa.Table  # spelling, name, is_opening
    nickname: pa.Table  # nickname, name
    marks: Sequence[Rule]
    joined: Sequence[Rule]
    signs: str
    old: Sequence[Rule]
    sounds: Sequence[Rule]


def standardise(connection: duckdb.DuckDBPyConnection, records: str, target: str, terms: Terms) -> None:
    """Make table `target` with the columns of STANDARD, one row per row of `records` (columns of RECORDS).

    Both are names of relations of this connection; the records are read twice. The same rows give the same
    values whatever their order. `name_key` is only comparable within one version of DuckDB. A name without a
    letter is null, and so is all that comes of it. Tables and views named `naming_…` are made and dropped.
    """
    rules = name_rules()
    connection.table(records).create_view("naming_records", replace=True)
    _register(connection, rules, terms)
    _run(connection, "normalise_split", {})
    _run(connection, "normalise_tokens", rules.values)
    _spell(connection, rules)
    _run(connection, "normalise_dictionary", {**rules.values, "rare_token": terms.rare_token})
    rare = {"rare_token": terms.rare_token, "rare_birth": terms.rare_birth, "least_name": terms.least_name}
    known = {"placeholders": list(placeholders()), "newest_year": _NEWEST_YEAR}
    _run(connection, "normalise", {**known, **rare})
    connection.execute(f'ALTER TABLE naming_standard RENAME TO "{target}"')
    _tidy(connection)


@cache
def name_rules() -> NameRules:
    """Read `names.yaml` once."""
    tree = yaml.safe_load(Path(__file__).with_name("names.yaml").read_text(encoding="utf-8"))
    parents = _words(tree["parents"])
    titles = {f"titles_{place}": _words(rules) for place, rules in tree["titles"].items()}
    links = _words(tree["links"]) + [word for word in parents if len(word) > 1]
    families = [
        (spelling, family["name"], is_opening)
        for family in tree["families"]
        for is_opening, key in ((False, "spellings"), (True, "openings"))
        for spelling in family.get(key, [])
    ] + [(family["name"], family["name"], False) for family in tree["families"]]
    nicknames = [(nickname, rule["name"]) for rule in tree["nicknames"] for nickname in rule["nicknames"]]
    return NameRules(
        titles
        | {
            "told_by_place": [word for word, _, is_opening in families if is_opening]
            + [*titles["titles_opening"], *titles["titles_after"], *links],
            "parents": parents,
            "links": links,
            "joined": "|".join(rule["pattern"] for rule in tree["joined"]),
        },
        _table(("spelling", "name", "is_opening"), families),
        _table(("nickname", "name"), nicknames),
        tree["marks"],
        tree["joined"],
        tree["old_spelling"]["signs"],
        tree["old_spelling"]["replace"],
        tree["sounds"],
    )


def _register(connection: duckdb.DuckDBPyConnection, rules: NameRules, terms: Terms) -> None:
    connection.register("naming_family", rules.family)
    connection.register("naming_nickname", rules.nickname)
    connection.register("naming_tokens", terms.tokens)
    connection.register("naming_names", terms.names)
    connection.register("naming_births", terms.births)
    opening = [*rules.values["titles_before"], *rules.values["titles_opening"]]
    parents = rules.values["parents"]
    variables = {
        "titles": [title + dot for title in opening for dot in ("", ".")],
        "parent": f" {parents[0][0]}",
        "parents": f" (?:{'|'.join(parents)})[.]* .*$",
    }
    for name, value in variables.items():
        connection.execute(f"SET VARIABLE naming_{name} = $value", {"value": value})


def _spell(connection: duckdb.DuckDBPyConnection, rules: NameRules) -> None:
    parts = connection.table("naming_part").select(
        "token", "opening", "part", _rewritten(ColumnExpression("text"), rules.marks).alias("text")
    )
    apart = parts.select(
        "token",
        "opening",
        "part",
        _rewritten(_modern(ColumnExpression("text"), rules), rules.joined).alias("text"),
    )
    _keep(connection, apart, "naming_apart")
    _run(connection, "normalise_words", rules.values)
    word = ColumnExpression("word")
    words = connection.table("naming_word").select(word, _modern(word, rules).alias("modern"))
    sounded = words.select(word, _rewritten(ColumnExpression("modern"), rules.sounds).alias("sound"))
    _keep(connection, sounded, "naming_sounded")


def _modern(text: Expression, rules: NameRules) -> Expression:
    is_old = FunctionExpression("regexp_matches", text, ConstantExpression(rules.signs))
    return CaseExpression(is_old, _rewritten(text, rules.old)).otherwise(text)


def _rewritten(text: Expression, rules: Iterable[Rule]) -> Expression:
    return reduce(_step, rules, text)


def _step(text: Expression, rule: Rule) -> Expression:
    if "pattern" in rule:
        pattern, by, everywhere = (ConstantExpression(value) for value in (rule["pattern"], rule["by"], "g"))
        return FunctionExpression("regexp_replace", text, pattern, by, everywhere)
    for old, new in rule["replace"]:
        text = FunctionExpression("replace", text, ConstantExpression(old), ConstantExpression(new))
    return text


def _keep(connection: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation, name: str) -> None:
    connection.execute(f"DROP TABLE IF EXISTS {name}")
    relation.create(name)


def _tidy(connection: duckdb.DuckDBPyConnection) -> None:
    for name in _OWN:
        connection.execute(f"DROP TABLE naming_{name}")
    connection.execute("DROP MACRO TABLE naming_split; DROP VIEW naming_records")
    for name in ("titles", "parent", "parents"):
        connection.execute(f"RESET VARIABLE naming_{name}")
    for name in ("family", "nickname", "tokens", "names", "births"):
        connection.unregister(f"naming_{name}")


def _run(connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, Any]) -> None:
    script = Path(__file__).with_name(f"{name}.sql").read_text(encoding="utf-8")
    for statement in connection.extract_statements(script):
        connection.execute(statement, {key: values[key] for key in statement.named_parameters})


def _words(rules: Iterable[Rule]) -> list[str]:
    return [word for rule in rules for word in rule["words"]]


def _table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> pa.Table:
    return pa.table({column: [row[place] for row in rows] for place, column in enumerate(columns)})
