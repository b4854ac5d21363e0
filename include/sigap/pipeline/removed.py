"""Who was taken out of an issued month by two people: the next month must not bring them back by itself."""

import pyarrow as pa
from sqlalchemy import Connection, case, exists, func, select

from sigap.domain.period import Period
from sigap.entitlement.decisions import REMOVED
from sigap.warehouse.store import copy_out
from sigap.warehouse.tables import notes

_LEAVING = ("DECEASED", "MOVED_OUT", "BECAME_PU", "FOUND_INSURED")
_correction = notes.correction.c
_check = notes.correction_check.c


def removed_people(connection: Connection, period: Period) -> pa.Table:
    """The people (`entitlement.decisions.REMOVED`) whom an agreed correction took out of this month or an
    earlier one, unless that correction was taken back by two people as well.
    """
    back, answer = notes.correction.alias(), notes.correction_check.alias()
    is_back = exists().where(
        back.c.reverses_id == _correction.correction_id,
        answer.c.correction_id == back.c.correction_id,
        answer.c.answer == "agree",
    )
    wanted = (
        select(
            _correction.person_id,
            func.max(case((_correction.reason_code == "DECEASED", 1), else_=0)).label("is_dead"),
        )
        .join(notes.correction_check, _check.correction_id == _correction.correction_id)
        .where(
            _check.answer == "agree",
            _correction.kind == "credit",
            _correction.reason_code.in_(_LEAVING),
            _correction.period <= str(period),
            ~is_back,
        )
        .group_by(_correction.person_id)
    )
    return copy_out(connection, wanted, {"person_id": pa.int64(), "is_dead": pa.int8()}).cast(REMOVED)
