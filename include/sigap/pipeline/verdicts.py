"""What persons decided about rows of a source, as the check applies it."""

import pyarrow as pa
from sqlalchemy import Connection, Text, case, cast, select
from sqlalchemy.dialects.postgresql import distinct_on

from sigap.quality.verdicts import VERDICTS
from sigap.warehouse.store import copy_out
from sigap.warehouse.tables import quality


def newest_verdicts(connection: Connection, source: str) -> pa.Table:
    """The newest verdict about each row of a source, with the columns of VERDICTS.

    A person who accepts a row that was corrected before accepts it as corrected.
    """
    kept = quality.verdict.c
    of_source = (
        select(kept.fact_key, kept.verdict, kept.corrections)
        .where(kept.source == source)
        .ext(distinct_on(kept.fact_key))
        .order_by(kept.fact_key, kept.verdict_id.desc())
    )
    newest, correction = (
        of_source.subquery("newest"),
        of_source.where(kept.verdict == "correct").subquery("correction"),
    )
    corrections = case((newest.c.verdict != "reject", cast(correction.c.corrections, Text)))
    wanted = (
        select(newest.c.fact_key, newest.c.verdict, corrections.label("corrections"))
        .outerjoin(correction, correction.c.fact_key == newest.c.fact_key)
        .order_by(newest.c.fact_key)
    )
    types = {field.name: field.type for field in VERDICTS}
    return copy_out(connection, wanted, types).cast(VERDICTS)
