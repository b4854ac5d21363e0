"""The rules in force on the first day of a month, from dated YAML. No date or no reference: refused."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationError,
    field_validator,
)

from sigap.domain.period import Period
from sigap.errors import EntitlementError

SHIPPED = Path(__file__).with_name("rules")
# Every reason that a membership can give. Their order is a rule: coverage.order.
COVER_REASONS = (
    "ACTIVE_PU", "ACTIVE_BPU_SELF", "ACTIVE_OTHER_PAYER", "ACTIVE_OTHER_SEGMENT", "IN_GRACE",
    "COVER_UNCERTAIN",
)  # fmt: skip


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(_Strict):
    """How many persons one funding source pays for, and under which BPJS group."""

    funding_source: StrictStr
    wadah_code: StrictStr
    quota: StrictInt


class Payers(_Strict):
    """How a payer is recognised: by whole name or by the beginning of its code."""

    names: tuple[StrictStr, ...]
    code_prefixes: tuple[StrictStr, ...]


class Rules(_Strict):
    """Every value that decisions rest on. `deciding` gives the dated rule behind each reason code.

    `dated` gives each rule by its name with the date from which its value is in force, `unverified` those
    that nobody has seen in their source.
    """

    person_hold_conflict: Literal[True]
    person_stop_deceased: StrictBool
    person_stop_removed: StrictBool
    person_stop_inactive: StrictBool
    residence_regency: StrictStr
    continuity_keep: Literal[True]
    age_min: StrictInt
    age_max: StrictInt
    age_keep_if_enrolled: StrictBool
    desil_tiers: tuple[tuple[StrictInt, StrictInt], ...]
    desil_allow_unknown: StrictBool
    coverage_active_statuses: tuple[StrictStr, ...]
    coverage_lapsing_statuses: tuple[StrictStr, ...]
    coverage_grace_months: StrictInt
    coverage_allow_dual: StrictBool
    coverage_self_payers: tuple[StrictStr, ...]
    coverage_own_payers: Payers
    coverage_as_of_days: StrictInt
    coverage_revival_months: StrictInt
    coverage_own_outweighs: tuple[StrictStr, ...]
    coverage_order: tuple[StrictStr, ...]
    places_quota: tuple[Place, ...]
    deciding: Mapping[str, str]
    dated: Mapping[str, str]
    unverified: tuple[str, ...]
    sha256: str

    @field_validator("coverage_order")
    @classmethod
    def _names_every_cover_once(cls, order: tuple[str, ...]) -> tuple[str, ...]:
        if sorted(order) != sorted(COVER_REASONS):
            raise ValueError("name every cover reason once")
        return order


def load_rules(period: Period, overrides: Path | None = None) -> Rules:
    """The rules in force on the first day of the period, as shipped or from the folder `overrides`.

    Raises `EntitlementError` that names the file or rule at fault.
    """
    in_force = {
        name: _in_force(name, entry, period.first_day)
        for name, entry in _entries(overrides or SHIPPED).items()
    }
    try:
        return Rules(
            **{name.replace(".", "_"): rule["value"] for name, rule in in_force.items()},
            deciding={
                code: f"{name}@{rule['since']}" for name, rule in in_force.items() for code in rule["decides"]
            },
            dated={name: f"{name}@{rule['since']}" for name, rule in in_force.items()},
            unverified=tuple(
                f"{name}@{rule['since']}" for name, rule in in_force.items() if rule["verified"] is not True
            ),
            sha256=hashlib.sha256(json.dumps(in_force, sort_keys=True).encode()).hexdigest(),
        )
    except ValidationError as error:
        names = ", ".join(sorted({str(item["loc"][0]).replace("_", ".", 1) for item in error.errors()}))
        raise EntitlementError(
            f"Rules of {period}: {names} is missing, unknown or of the wrong kind. "
            f"Compare with the shipped entitlement/rules."
        ) from None


def _entries(folder: Path) -> dict[str, Any]:
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise EntitlementError(
            f"{folder} holds no rules. Correct SIGAP_RULES, or unset it for the shipped rules."
        )
    entries: dict[str, Any] = {}
    for file in files:
        found = _parse(file)
        if twice := entries.keys() & found.keys():
            raise EntitlementError(f"{file.name}: {', '.join(sorted(twice))} stands in another file too.")
        entries |= found
    return entries


def _parse(file: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(entry, dict) for entry in found.values()):
        raise EntitlementError(f"{file.name} is no file of rules. Write it as the shipped ones are written.")
    return found


def _in_force(name: str, entry: dict[str, Any], day: dt.date) -> dict[str, Any]:
    values = entry.get("values")
    if not isinstance(values, dict) or not all(type(since) is dt.date for since in values):
        raise EntitlementError(
            f"{name}: every value needs the date from which it is in force, as 2025-10-01."
        )
    for since, value in values.items():
        if not (isinstance(value, dict) and value.get("reference") and {"value", "verified"} <= value.keys()):
            raise EntitlementError(f"{name} of {since} needs a value, a reference and a `verified` mark.")
    past = [since for since in values if since <= day]
    if not past:
        raise EntitlementError(
            f"{name} has no value in force on {day}. The programme has no rule for that month."
        )
    chosen = values[max(past)]
    return {"since": str(max(past)), "decides": entry.get("decides", []), **chosen}
