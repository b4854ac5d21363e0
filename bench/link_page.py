"""The pages of `python -m bench link` and `accuracy`: what was promised beside what was measured."""

from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from bench.link import ALONE, NEXT, OURS, SPLINK_ALL, SPLINK_RESIDUE, Limits, Scored, Timed
from bench.link_data import SIZES
from bench.link_peers import peers_python, versions
from bench.link_truth import CLASSES, Became, Counted, mean, share
from sigap.identity.model import load_model

Row = Sequence[str]


def conditions(limits: Limits) -> str:
    """Versions of the peers, the model, and the limits, as a sentence below the machine."""
    ours = ", ".join(f"{name} {version(name)}" for name in ("splink", "rapidfuzz"))
    apart = ", ".join(f"{name} {number}" for name, number in versions(peers_python()).items())
    return (
        f"{ours}; peers in an environment of their own: {apart or 'not installed'}. "
        f"Model {load_model().name}. "
        f"Each run is a process of its own, stopped after {limits.seconds / 60:.0f} minutes or at "
        f"{limits.peak_bytes / 2**30:.0f} GiB."
    )


def speed_page(timed: Sequence[Timed]) -> list[str]:
    """The page of speed below its head."""
    runs = [str(max((len(one.runs) for one in timed), default=0))]
    return _page("link_speed", PROMISED=_promises(_promised_speed(timed)), SPEED=speed(timed), RUNS=runs)


def accuracy_page(scored: Sequence[Scored]) -> list[str]:
    """The page of accuracy below its head."""
    return _page(
        "link_accuracy",
        PROMISED=_promises(_promised_accuracy(scored)),
        ACCURACY=accuracy(scored),
        PEOPLE=people(scored),
    )


def _page(name: str, **parts: Sequence[str]) -> list[str]:
    text = Path(__file__).with_name(f"{name}.md").read_text(encoding="utf-8")
    for word, lines in parts.items():
        text = text.replace(f"{{{word}}}", "\n".join(lines))
    return text.rstrip().splitlines()


def _promises(rows: Sequence[Row]) -> list[str]:
    return _table(("promised", "measured", "kept"), rows, text=3) if rows else ["Nothing was measured."]


def speed(timed: Sequence[Timed]) -> list[str]:
    """Seconds and memory by size and method, as a ratio to Splink in the same run."""
    if not timed:
        return ["Not measured in this run."]
    header = (
        "rows", "by", "standardise or read, s", "train, s", "link, s", "whole, s", "CPU, s", "peak, MiB",
        "F1", "Splink's residue ÷ this", "Splink's everything ÷ this",
    )  # fmt: skip
    rows = [_speed(one, [each for each in timed if each.size == one.size]) for one in timed]
    return [*_table(header, rows, text=2), *(f"- {_whole(timed, size)}" for size in _sizes(timed))]


def accuracy(scored: Sequence[Scored]) -> list[str]:
    """Shares of all seeds together with Wilson intervals, F1 as the mean of the seeds with its t interval."""
    if not scored:
        return ["Not measured in this run."]
    header = (
        "profile", "rows of", "by", "precision of same", "recall of same", "F1", "insured called new",
        "by person: nor has a row joined to theirs a pair",
        "of these with a whole NIK, so billed", "rows in review",
    )  # fmt: skip
    rows = [
        (
            profile,
            source,
            by,
            *_shares([one.found[source] for one in scored if (one.profile, one.by) == (profile, by)]),
        )
        for profile in _once(one.profile for one in scored)
        for source in CLASSES
        for by in _once(one.by for one in scored)
    ]
    return [*_table(header, rows, text=3), "", *_joined(scored)]


def people(scored: Sequence[Scored]) -> list[str]:
    """What the verb `link` makes of the same rows: shares of all seeds together, by profile."""
    header = (
        "profile", "insured people who become a person to be paid for",
        "insured people of whom no row is a person's",
        "people without insurance taken for insured", "rows whose person is in doubt",
    )  # fmt: skip
    rows = [
        (
            profile,
            share(became.paid, became.insured),
            share(became.nobody, became.insured),
            share(became.taken, became.uninsured),
            share(became.asked, became.rows),
        )
        for profile in _once(one.profile for one in scored)
        if (became := _became(scored, profile))
    ]
    return _table(header, rows, text=1) if rows else ["Not measured in this run."]


def _became(scored: Sequence[Scored], profile: str) -> Became | None:
    each = [one.became for one in scored if one.profile == profile and one.became]
    total = each[0] if each else None
    for one in each[1:]:
        total = total + one if total else one
    return total


def _speed(one: Timed, same_size: Sequence[Timed]) -> Row:
    what = " × ".join(f"{rows:,}" for rows in SIZES[one.size])
    if not one.runs:
        return (what, one.by, f"did not run: {one.stopped}", *[""] * 8)
    parts, process = one.middle
    first = parts.get("standardise", parts.get("read", 0.0))
    train = f"{parts['train']:.1f}" if "train" in parts else ""
    ratios = [_ratio(_link(same_size, name), parts["link"]) for name in (SPLINK_RESIDUE, SPLINK_ALL)]
    f1 = f"{one.found.f1:.4f}" if one.found else ""
    seconds = (
        f"{first:.1f}",
        train,
        f"{parts['link']:.1f}",
        f"{process.seconds:.1f}",
        f"{process.cpu_seconds:.1f}",
    )
    return (what, one.by, *seconds, f"{process.peak_bytes / 2**20:,.0f}", f1, *ratios)


def _whole(timed: Sequence[Timed], size: str) -> str:
    """Ratios with everything counted that each of them has to do."""
    of = {one.by: one.middle for one in timed if one.size == size and one.runs}
    if OURS not in of or SPLINK_RESIDUE not in of or SPLINK_ALL not in of:
        return f"{size}: ours or Splink did not run, so there is no ratio of the whole."
    mine, process = of[OURS]
    given = mine["standardise"]
    trained, untrained = [], []
    for by in (SPLINK_RESIDUE, SPLINK_ALL):
        parts, theirs = of[by]
        trained.append(f"{(theirs.seconds + given - parts['train']) / process.seconds:.1f}×")
        untrained.append(f"{(theirs.seconds + given) / process.seconds:.1f}×")
    return (
        f"{size}, the whole process: with our {given:.1f} s of standardising, which it needs too, Splink "
        f"takes **{trained[0]}** our time on the residue and **{trained[1]}** on everything; "
        f"its training counted, {untrained[0]} and {untrained[1]}."
    )


def _link(timed: Sequence[Timed], by: str) -> float | None:
    return next((one.middle[0]["link"] for one in timed if one.by == by and one.runs), None)


def _ratio(theirs: float | None, mine: float) -> str:
    return f"{theirs / mine:.1f}×" if theirs is not None else "–"


def _shares(counted: Sequence[Counted]) -> Row:
    total = counted[0]
    for one in counted[1:]:
        total = total + one
    return (
        share(total.right, total.same),
        share(total.right, total.there),
        mean([one.f1 for one in counted]),
        share(total.missed, total.insured),
        share(total.unseen, total.insured),
        share(total.billed, total.insured),
        share(total.waiting, total.rows),
    )


def _joined(scored: Sequence[Scored]) -> list[str]:
    lines = ["Rows of one person within the lists, joined by us (pairs of rows in one person):", ""]
    for profile in _once(one.profile for one in scored):
        each = [one.joined for one in scored if one.profile == profile and one.joined]
        found, right, there = (
            sum(getattr(one, name) for one in each) for name in ("found", "right", "there")
        )
        lines.append(f"- {profile}: precision {share(right, found)}, recall {share(right, there)}")
    return lines


def _promised_accuracy(scored: Sequence[Scored]) -> list[Row]:
    return [row for profile in _once(one.profile for one in scored) for row in _promised_of(scored, profile)]


def _promised_of(scored: Sequence[Scored], profile: str) -> list[Row]:
    """The promises in one profile: strict, and what the verb makes of them."""
    mine = [one for one in scored if one.profile == profile]
    ours = [one.found for one in mine if one.by == OURS]
    if not ours:
        return []
    totals = {source: _sum([one[source] for one in ours]) for source in CLASSES}
    everyone, association = totals["all"], totals["association"]
    f1 = {by: _f1([one for one in mine if one.by == by]) for by in _once(one.by for one in mine)}
    best = max((value for by, value in f1.items() if by not in (OURS, ALONE)), default=0.0)
    became = _became(scored, profile)
    strict = [
        _promise(
            f"F1 of {OURS} not below Splink's (the better of its fixed thresholds)",
            f"{f1[OURS]:.4f} beside {best:.4f}",
            f1[OURS] >= best,
        ),
        _at_least("precision of pairs called same, all rows", everyone.right / everyone.same, 0.998),
        _at_least("precision of pairs called same, association", association.right / association.same, 0.995),
        _at_most("insured people called new, by person", everyone.unseen / everyone.insured, 0.006),
        _at_most("rows in review", everyone.waiting / everyone.rows, 0.025),
    ]
    verb = (
        [
            _at_most(
                "the verb: insured people who become a person to be paid for",
                became.paid / became.insured,
                0.006,
            ),
            _at_most("the verb: rows whose person is in doubt", became.asked / became.rows, 0.025),
        ]
        if became
        else []
    )
    return [(f"{profile}: {what}", *rest) for what, *rest in (*strict, *verb)]


def _promised_speed(timed: Sequence[Timed]) -> list[Row]:
    of = {(one.size, one.by): one.middle for one in timed if one.runs}
    rows = []
    if ("medium", OURS) in of:
        rows.append(_within("300k × 1M in all, s", of["medium", OURS][1].seconds, 5))
    if ("large", OURS) in of:
        parts, process = of["large", OURS]
        rows += [
            _within("3M × 10M: standardising, s", parts["standardise"], 20),
            _within("3M × 10M: linking, s", parts["link"], 25),
            _within("3M × 10M: whole, s", process.seconds, 60),
            _within("3M × 10M: peak, GiB", process.peak_bytes / 2**30, 6),
        ]
    if ("large", NEXT) in of:
        rows.append(_within("3M × 10M: linking a second month, s", of["large", NEXT][0]["link"], 5))
    return rows


def _within(what: str, measured: float, most: float) -> Row:
    return _promise(f"{what}: at most {most}", f"{measured:.1f}", measured <= most)


def _at_least(what: str, measured: float, least: float) -> Row:
    return _promise(f"{what}: at least {least:.1%}", f"{measured:.2%}", measured >= least)


def _at_most(what: str, measured: float, most: float) -> Row:
    return _promise(f"{what}: at most {most:.1%}", f"{measured:.2%}", measured <= most)


def _promise(what: str, measured: str, is_kept: bool) -> Row:
    return (what, measured, "yes" if is_kept else "**no**")


def _f1(scored: Sequence[Scored]) -> float:
    return _sum([one.found["all"] for one in scored]).f1


def _sum(counted: Sequence[Counted]) -> Counted:
    total = counted[0]
    for one in counted[1:]:
        total = total + one
    return total


def _once(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _sizes(timed: Sequence[Timed]) -> list[str]:
    return _once(one.size for one in timed)


def _table(header: Row, rows: Sequence[Row], text: int) -> list[str]:
    line = "|" + "---|" * text + "---:|" * (len(header) - text)
    return [f"| {' | '.join(header)} |", line, *(f"| {' | '.join(row)} |" for row in rows)]
