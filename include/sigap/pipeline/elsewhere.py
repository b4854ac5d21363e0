"""What other governments on the same warehouse subsidise already: their person-months are nobody else's."""

from collections.abc import Collection

import pyarrow as pa
from sqlalchemy import Connection, func, select

from sigap.billing.price import BILLED
from sigap.domain.period import Period
from sigap.engine import connect
from sigap.pipeline.people import survivors
from sigap.warehouse.store import copy_out

# Under every number of the human: another government may list under one that this one knows as merged.
_EVERY_NUMBER = """
WITH human AS (
    SELECT person_id, survivor_id FROM merged UNION SELECT survivor_id, survivor_id FROM merged
)
SELECT DISTINCT lines.* REPLACE (coalesce(other.person_id, lines.person_id) AS person_id)
FROM lines
LEFT JOIN human ON human.person_id = lines.person_id
LEFT JOIN human AS other ON other.survivor_id = human.survivor_id
ORDER BY ALL
"""


def billed_elsewhere(connection: Connection, period: Period, months: Collection[Period]) -> pa.Table:
    """The person-months (`billing.price.BILLED`) that other governments bill, in drafts too, or add by a
    correction.

    Their payer sets stand after the kode wilayah, so that none is taken for one of this government.
    """
    wanted_months = sorted(str(month) for month in months)
    others = func.billing.billed_elsewhere(wanted_months).table_valued(*BILLED.names)
    types = {field.name: field.type for field in BILLED}
    lines = copy_out(connection, select(others), types).cast(BILLED)
    if lines.num_rows == 0:
        return lines
    with connect() as engine:
        engine.register("lines", lines)
        engine.register("merged", survivors(connection, period))
        return engine.sql(_EVERY_NUMBER).to_arrow_table().cast(BILLED)
