"""Whether a membership check stands behind each decision: nobody is billed without one."""

import numpy as np
import pyarrow as pa

from sigap.domain.batch import BatchRef
from sigap.pipeline.resources import Resources

_LOOKED_UP = ("identity.persons", "entitlement.decisions")


def with_check(rows: pa.Table, decisions: BatchRef, resources: Resources) -> pa.Table:
    """The decisions with `was_checked`: that the person was looked up among the memberships of the month.

    Looked up is everybody who is listed this month, and everybody who was covered the month before; the
    batches that the decisions were made from name both. Without a batch of memberships nobody was.
    """
    parents = resources.lake.parents(decisions)
    looked_up = [
        resources.lake.read(parent, ["person_id"])["person_id"]
        for parent in parents
        if parent.dataset in _LOOKED_UP
    ]
    if not looked_up or not any(parent.dataset == "identity.memberships" for parent in parents):
        return rows.append_column("was_checked", pa.array([False] * rows.num_rows))
    known = np.concatenate([column.to_numpy() for column in looked_up])
    return rows.append_column("was_checked", pa.array(np.isin(rows["person_id"].to_numpy(), known)))
