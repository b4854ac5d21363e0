"""An explanation in words: `explain.yaml`, and dates as each language writes them."""

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from babel.dates import format_date

from sigap.audit.evidence import Pair
from sigap.domain.reasons import reasons
from sigap.identity.model import Model
from sigap.identity.policy import policy
from sigap.identity.waterfall import write_total
from sigap.identity.words import Language, name_comparison, tell, waterfall

_LOCALES = {"id": "id_ID", "en": "en_GB"}
_ZONE = ZoneInfo("Asia/Jakarta")


def say(part: str, name: str, language: Language, **values: Any) -> str:
    """A sentence, title or label of explain.yaml with its values."""
    return str(_words()[part][name][language]).format(**values)


def value_of(name: str, code: Any, language: Language) -> str | None:
    """The words of a code; the code itself where it has none, None for nothing."""
    if code is None or code == "":
        return None
    found = _words()["values"].get(name, {}).get(code)
    return str(found[language]) if found else str(code)


def section_of(name: str, language: Language) -> tuple[str, str]:
    """Title and lead of a section."""
    found = _words()["sections"][name][language]
    return found["title"], found["lead"]


def label_of(name: str, language: Language) -> str:
    """What a fact is called; header and code stay what they are."""
    found = _words()["labels"].get(name)
    return str(found[language]) if found else name


def day_of(moment: dt.date | None, language: Language) -> str | None:
    """A day as `5 Januari 2026`, by the city's clock."""
    if isinstance(moment, dt.datetime):
        moment = moment.astimezone(_ZONE).date()
    return None if moment is None else str(format_date(moment, "d MMMM y", locale=_LOCALES[language]))


def reason_of(code: str | None, language: Language) -> str | None:
    """The sentence of a reason code, with the code."""
    if not code:
        return None
    known = reasons().get(code)
    return f"{known.indonesian if language == 'id' else known.english} ({code})" if known else code


def limits_of(pair: Pair, model: Model) -> dict[str, float]:
    """The thresholds of the pair's class, none where a rule decided whatever the weight."""
    return dict(model.thresholds.get(pair.source_class, {})) if pair.is_weighed else {}


def because(pair: Pair, model: Model, language: Language) -> str:
    """Why the pair was decided so: its weight against the thresholds, or a rule."""
    limits = {name: write_total(limit, language) for name, limit in limits_of(pair, model).items()}
    form = pair.decision if pair.rule == "score" else "guard" if limits else "rule"
    return say(
        "sentences",
        form,
        language,
        weight=write_total(pair.match_weight, language),
        **{"class": value_of("class", pair.source_class, language)},
        **limits,
    )


def compared(pair: Pair, language: Language) -> list[str]:
    """The way from the starting point to the total, one sentence per comparison, and what was missing."""
    start, *lines, total = waterfall(pair.levels, pair.weights, pair.match_weight, language)
    first, last = (
        say("sentences", end.comparison, language, weight=write_total(end.weight, language))
        for end in (start, total)
    )
    known = [tell(line, language) for line in lines if pair.levels[line.comparison] >= 0]
    lacking = [name_comparison(name, language) for name, level in pair.levels.items() if level < 0]
    missing = [say("sentences", "missing", language, names=", ".join(lacking))] if lacking else []
    return [first, *known, *missing, last]


def rule_of(pair: Pair, language: Language) -> str:
    """The rule that decided, in words."""
    return str(policy().rules[pair.rule][language])


@cache
def _words() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("explain.yaml").read_text(encoding="utf-8")
    )
    return content
