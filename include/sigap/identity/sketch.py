"""Sketches: records as numbers, in which most pairs of a block are turned down without reading a word.

A text is its digest of 32 bits there: two texts in four thousand million share one and are taken for equal,
which costs a pair that is weighed in vain. So what compares values for equality says the same of sketches as
of records, or hopes for more. What measures how alike two texts are is left open, but for one thing: of
numbers of one length (NIK) a sketch tells how many digits differ.
"""

from collections.abc import Iterable
from functools import cache
from typing import cast

import duckdb
import sqlglot
from sqlglot import exp

_DATES = (exp.Year, exp.Month, exp.Day, exp.DayOfYear)
_ORDERED = (exp.LT, exp.LTE, exp.GT, exp.GTE)
_PLAIN = (exp.EQ, exp.NEQ, exp.Is, exp.In, exp.Column, *_DATES)
# Of a missing value they say nothing, so where they hold there is none.
_MEASURES = frozenset({"length", "startswith", "hamming", "levenshtein", "damerau_levenshtein"})
_DIGITS = "_digits"
# Hexadecimal digits in which two numbers differ: a bit is set for each, at the same place of its four.
_DIGITS_APART = """
CREATE OR REPLACE TEMP MACRO digits_apart(a, b) AS
bit_count((xor(a, b) | (xor(a, b) >> 1) | (xor(a, b) >> 2) | (xor(a, b) >> 3)) & 1229782938247303441)
"""


def make_sketch(connection: duckdb.DuckDBPyConnection, relation: str, wanted: Iterable[str]) -> str:
    """Make table `<relation>_sketch` of `record` and what is `wanted`, and return its name.

    Wanted are columns, `<column>_digits` (the number that a text of at most 16 digits is) and expressions
    over columns; texts come as digests, missing values stay missing, an expression is its own name.
    """
    rows = connection.table(relation)
    chosen = [f'{_numbered(rows, name)} AS "{name}"' for name in dict.fromkeys(("record", *wanted))]
    connection.execute(_DIGITS_APART)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {relation}_sketch AS SELECT {', '.join(chosen)} FROM {relation}"
    )
    return f"{relation}_sketch"


def _numbered(rows: duckdb.DuckDBPyRelation, name: str) -> str:
    if name not in rows.columns and name.endswith(_DIGITS):
        return f"TRY_CAST('0x' || \"{name.removesuffix(_DIGITS)}\" AS UBIGINT)"
    value = f'"{name}"' if name in rows.columns else name
    is_text = str(rows.project(value).types[0]) == "VARCHAR"
    return f"CASE WHEN {value} IS NOT NULL THEN (hash({value}) >> 32)::UINTEGER END" if is_text else value


@cache
def key(expression: str, side: str) -> str:
    """A block's key over records of a `side` (l or r) as one over their sketches."""
    tree = sqlglot.parse_one(expression, read="duckdb")
    if _is_plain(tree):
        return expression
    return f'{side}."{unsided(expression, side)}"'


def unsided(expression: str, side: str) -> str:
    """A key of a block as an expression over the columns of one side."""
    return expression.replace(f"{side}.", "")


@cache
def needs(expression: str, side: str) -> str:
    """What of a sketch a block's key reads: a column, or the whole key."""
    tree = sqlglot.parse_one(expression, read="duckdb")
    column = tree.find(exp.Column)
    return column.name if column and _is_plain(tree) else unsided(expression, side)


@cache
def weaker(condition: str) -> tuple[str, bool]:
    """What must hold of two sketches where `condition` holds of their records; and whether it says as much.

    Conditions are Splink's, over `name_l` and `name_r`, or a block's, over `l.name` and `r.name`.
    """
    tree = sqlglot.parse_one(condition, read="duckdb")
    weak = _weak(tree)
    return weak.sql("duckdb"), weak == tree


@cache
def digits(condition: str) -> tuple[str, ...]:
    """Columns whose digits `weaker` counts."""
    calls = sqlglot.parse_one(condition, read="duckdb").find_all(exp.Anonymous)
    counted = (call for call in calls if _name(call) == "hamming")
    return tuple(column.name[:-2] + _DIGITS for call in counted for column in call.find_all(exp.Column))


def _weak(node: exp.Expr) -> exp.Expr:
    if isinstance(node, exp.Paren):
        inner = _weak(cast(exp.Expr, node.this))
        return inner if inner == exp.true() else exp.Paren(this=inner)
    if isinstance(node, exp.And | exp.Or):
        sides = [_weak(side) for side in (node.left, node.right)]
        if isinstance(node, exp.Or):
            return exp.true() if exp.true() in sides else exp.Or(this=sides[0], expression=sides[1])
        told = [side for side in sides if side != exp.true()]
        return exp.And(this=told[0], expression=told[1]) if len(told) == 2 else (*told, exp.true())[0]
    return node.copy() if _is_plain(node) else _left(node)


def _left(node: exp.Expr) -> exp.Expr:
    """What is left of a condition that reads words."""
    calls = {_name(call) for call in node.find_all(exp.Func)}
    if not calls or calls - _MEASURES or node.find(exp.Not):
        return exp.true()
    columns = dict.fromkeys(column.sql("duckdb") for column in node.find_all(exp.Column))
    there = " AND ".join(f"{column} IS NOT NULL" for column in columns)
    if calls == {"hamming"} and isinstance(node, exp.EQ):
        apart = ", ".join(f"{column[:-2]}{_DIGITS}{column[-2:]}" for column in columns)
        there = f"coalesce(digits_apart({apart}) = {node.expression.sql()}, {there})"
    return sqlglot.parse_one(f"({there})", read="duckdb")


def _is_plain(node: exp.Expr) -> bool:
    """Whether sketches say the same: columns, parts of dates, and whether they are equal or missing."""
    bare = node.this if isinstance(node, exp.Not) else node
    is_number = all(column.name.startswith("tf_") for column in node.find_all(exp.Column))
    return (
        isinstance(bare, (*_PLAIN, *_ORDERED) if is_number else _PLAIN)
        and all(isinstance(call, _DATES) for call in node.find_all(exp.Func))
        and not any(literal.is_string for literal in node.find_all(exp.Literal))
    )


def _name(call: exp.Expr) -> str:
    return call.name.lower() if isinstance(call, exp.Anonymous) else type(call).__name__.lower()
