"""What is true about the listed people. Tests compare the month with it; the pipeline never reads it."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sigap.domain.period import Period
from sigap.synth.associations import SLOTS
from sigap.synth.cases import cases
from sigap.synth.flaws import reasons_of

MINIMUM_AGE = 18
AGE_LIMIT = 65  # the age not yet reached on the first day of the month
TRUTH = pa.schema(
    [
        pa.field("true_person", pa.int64()),
        pa.field("nik", pa.string()),
        pa.field("full_name", pa.string()),
        pa.field("birth_date", pa.date32()),
        pa.field("case", pa.string()),
        pa.field("outcome", pa.string()),  # eligible | already_covered | not_eligible | held | unidentified
        pa.field("reason", pa.string()),
        pa.field("sector", pa.string()),
        pa.field("sources", pa.string()),  # every list they stand in, joined by commas, sorted
        pa.field("usable_sources", pa.string()),  # those in which their NIK is whole
    ]
)


def truth_rows(people: pa.Table, period: Period) -> pa.Table:
    """One row per listed person. `unidentified`: no list has their NIK whole, so no person can come of it."""
    case = people["case"].combine_chunks()
    outcome = pa.array([entry.outcome for entry in cases()]).take(case)
    reason = pa.array([entry.reason for entry in cases()]).take(case)
    outcome, reason = _aged(outcome, reason, people, period)
    spoilt = [reasons_of(people[f"{slot}_flaw"].combine_chunks()) for slot in SLOTS]
    usable = _sources(people, [pc.is_null(code) for code in spoilt])
    is_lost = pc.equal(usable, "")
    columns = {
        "true_person": people["person"],
        "nik": people["nik"],
        "full_name": people["full_name"],
        "birth_date": people["birth_date"],
        "case": pa.array([entry.name for entry in cases()]).take(case),
        "outcome": pc.if_else(is_lost, "unidentified", outcome),
        "reason": pc.if_else(is_lost, pc.coalesce(*spoilt), reason),
        "sector": people["sector"],
        "sources": _sources(people, [pa.scalar(True)] * len(SLOTS)),
        "usable_sources": usable,
    }
    return pa.table(columns).cast(TRUTH)


def _sources(people: pa.Table, is_usable: list[pa.Array]) -> pa.Array:
    """The lists of each person joined by commas, sorted."""
    lists = [
        pc.if_else(is_usable[position], people[slot].combine_chunks(), pa.scalar(None, pa.string()))
        for position, slot in enumerate(SLOTS)
    ]
    lists.append(pc.if_else(people["in_registry"].combine_chunks(), "dtks", pa.scalar(None, pa.string())))
    filled = np.stack(
        [pc.fill_null(column, "").to_numpy(zero_copy_only=False).astype("U16") for column in lists]
    )
    ordered = [pa.array(line.astype(object), pa.string()) for line in np.sort(filled, axis=0)]
    return pc.utf8_ltrim(pc.binary_join_element_wise(*ordered, ","), ",")


def _aged(outcome: pa.Array, reason: pa.Array, people: pa.Table, period: Period) -> tuple[pa.Array, pa.Array]:
    """People grow older from month to month, so the age is looked at, not the case."""
    birth = people["birth_date"].combine_chunks()
    is_young = pc.greater(birth, _years_before(period, MINIMUM_AGE))
    is_old = pc.less_equal(birth, _years_before(period, AGE_LIMIT))
    by_age = pc.is_in(reason, value_set=pa.array(["AGE_BELOW", "AGE_ABOVE", "ELIGIBLE"]))
    young, old = (pc.and_(by_age, wrong) for wrong in (is_young, is_old))
    found = pc.if_else(
        young, "AGE_BELOW", pc.if_else(old, "AGE_ABOVE", pc.if_else(by_age, "ELIGIBLE", reason))
    )
    is_wrong = pc.or_(young, old)
    return pc.if_else(is_wrong, "not_eligible", pc.if_else(by_age, "eligible", outcome)), found


def _years_before(period: Period, years: int) -> pa.Scalar:
    return pa.scalar(dt.date(period.year - years, period.month, 1))
