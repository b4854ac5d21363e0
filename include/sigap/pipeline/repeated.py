"""Membership rows that say again what an earlier row says: two extracts overlap, or one repeats itself."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sigap.pipeline.standing import ROW_KEY


def said_once(members: pa.Table) -> pa.Table:
    """The memberships in their order, without rows under a KPJ and no NIK that repeat an earlier one in all.

    Two of them would stand against each other as equally good, and nobody could say which is the person's.
    Rows under one NIK are one holder's to link anyhow, and stay.
    """
    places = pc.indices_nonzero(pc.and_(pc.is_null(members["nik"]), pc.is_valid(members["kpj"])))
    facts = [name for name in members.column_names if name not in ROW_KEY]
    rows = members.select(facts).take(places).append_column("place", places)
    first = rows.group_by(facts).aggregate([("place", "min")])["place_min"]
    if len(first) == len(places):
        return members
    stays = np.ones(members.num_rows, dtype=bool)
    stays[places.to_numpy()] = False
    stays[first.to_numpy()] = True
    return members.filter(pa.array(stays))
