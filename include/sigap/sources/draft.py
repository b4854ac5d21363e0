"""Writes a proposed catalog entry as YAML that a person can read, correct and commit."""

from collections.abc import Iterable, Iterator

import yaml

from sigap.sources.likeness import header_words
from sigap.sources.propose import EXTRA, IGNORE, MINIMISE, Proposal, Proposed

_TEXT = """\
# {code}: proposed by `sigap source add` from one file. Read it, correct it, commit it.
# Beside each column stand how sure the proposal is, its letter in the file, and what it was told by.
title: {title}  # as finance and stewards should read it
kind: {kind}
group: {group}
{sector}dates: dmy_or_mdy  # {dates}
{sheets}columns:
{columns}
{apart}
# Uncomment when the sender agreed to send exactly these columns in this order: others then wait for a person.
# template: {template}
expect: {{at_least: 1, at_most: 100000}}  # rows: fewer stops the delivery, more warns
"""


def draft_entry(proposal: Proposal, code: str) -> str:
    """The text of `<code>.yaml`. A needed column that was not found stands there without headers:
    `read_entry` refuses the file until a person has written them.
    """
    is_list = proposal.group == "associations"
    return _TEXT.format(
        code=code,
        title=_yaml(code.replace("_", " ").capitalize()),
        kind=proposal.kind,
        group=proposal.group,
        sector=f"sector: {code}  # occupation group of everyone on the list\n" if is_list else "",
        dates=_dates(proposal),
        sheets=_sheets(proposal),
        columns="\n".join(_columns(proposal)),
        apart="\n".join(_apart(proposal)),
        template=_yaml([column.header for column in proposal.columns]),
    ).replace("dmy_or_mdy", proposal.dates.order)


def _columns(proposal: Proposal) -> Iterator[str]:
    words = header_words()
    needed = words["needed"][proposal.kind]
    required = {*needed, *words["wanted"].get(proposal.kind, ())}
    for column in proposal.columns:
        if column.meaning not in (EXTRA, IGNORE, MINIMISE):
            headers = _yaml([column.header])
            given = f"{{headers: {headers}, required: true}}" if column.meaning in required else headers
            yield f"  {column.meaning}: {given}  # {_why(column)}"
    for name in proposal.missing:
        yield f"  {name}: {{headers: [], required: true}}  # NOT FOUND: write the header that it stands under"


def _apart(proposal: Proposal) -> Iterator[str]:
    for name, why in ((IGNORE, "known and not needed"), (MINIMISE, "not carried past the archive")):
        headers = [column.header for column in proposal.columns if column.meaning == name]
        if headers:
            yield f"{name}: {_yaml(headers)}  # {why}"
    extras = [column for column in proposal.columns if column.meaning == EXTRA]
    if extras:
        yield "# Nobody knows these headers. They stay with the row as it came, and nothing uses them."
        yield "# What the purpose does not need about a person belongs under minimise:"
        yield from (f"#   {column.letter}  {column.header}" for column in extras)


def _sheets(proposal: Proposal) -> str:
    if len(proposal.sheets) < 2:
        return ""
    return f"every_sheet: true  # the same list stands in {len(proposal.sheets)} sheets\n"


def _dates(proposal: Proposal) -> str:
    count = proposal.dates
    if count.day_first and count.month_first:
        return f"MIXED: {count.day_first} typed dates can only be day first, {count.month_first} month first"
    if count.day_first or count.month_first:
        return f"{count.day_first or count.month_first} typed dates can only be read in this order"
    return "no typed date says otherwise: ask the sender"


def _why(column: Proposed) -> str:
    return f"{column.confidence:.0%}, {column.letter}, by its {column.because}"


def _yaml(value: str | Iterable[str]) -> str:
    value = value if isinstance(value, str) else list(value)
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=10_000)
    return text.removesuffix("\n").removesuffix("\n...")
