"""The extract of the social registry (DTKS) as the Dinas Sosial would send it."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sigap.domain.period import Period
from sigap.synth.cases import cases
from sigap.synth.draw import Dice, Keys
from sigap.synth.layouts import NUMBER_MARK, Layout

_HEADERS = {
    "dtks_id": "IDSEMESTA", "nik": "NIK", "kk": "NOKK", "full_name": "NAMA", "birth_place": "TEMPAT_LAHIR",
    "birth_date": "TGL_LAHIR", "sex": "JENIS_KELAMIN", "address": "ALAMAT", "rt": "RT", "rw": "RW",
    "kelurahan": "KELURAHAN", "kecamatan": "KECAMATAN", "kabupaten": "KABUPATEN", "provinsi": "PROVINSI",
    "desil": "DESIL", "job": "PEKERJAAN", "income": "PENGHASILAN", "inactive": "IS_NONAKTIF",
    "deceased": "KETERANGAN_MENINGGAL", "matched_at": "PADANKAN_AT",
}  # fmt: skip
_CAPITALS = ("full_name", "birth_place", "address", "kelurahan", "kecamatan", "kabupaten", "provinsi", "job")
_REPEATED = 0.004
_MATCHED = 0.92


def registry_layout(extension: str) -> Layout:
    """The form of the extract as csv or xlsx."""
    return Layout("dtks", extension, _HEADERS, sheet="DTKS")


def registry_rows(dice: Dice, people: pa.Table, period: Period) -> pa.Table:
    """The rows of those people who stand in the registry, some of them twice."""
    rows = people.filter(people["in_registry"])
    keys = rows["person"].to_numpy()
    for name in _CAPITALS:
        rows = rows.set_column(rows.schema.get_field_index(name), name, pc.utf8_upper(rows[name]))
    rows = rows.append_column("dtks_id", pc.cast(pc.add(rows["person"], 700_000_000_000), pa.string()))
    rows = rows.append_column("inactive", _where(rows, "inactive", "1"))
    rows = rows.append_column("deceased", _where(rows, "deceased", "MENINGGAL DUNIA"))
    rows = rows.append_column("matched_at", _matched_at(dice, keys, period))
    rows = rows.append_column(NUMBER_MARK, pa.array(np.zeros(len(keys), dtype=bool)))
    return repeat(rows, dice.share("repeated dtks", keys) < _REPEATED)


def _where(rows: pa.Table, case: str, text: str) -> pa.ChunkedArray:
    position = [entry.name for entry in cases()].index(case)
    return pc.if_else(pc.equal(rows["case"], position), text, "")


def _matched_at(dice: Dice, keys: Keys, period: Period) -> pa.Array:
    minutes = dice.below("matched at", keys, 20 * 24 * 60).astype("timedelta64[m]")
    moment = pc.strftime(
        pa.array(np.datetime64(period.previous().first_day, "s") + minutes), format="%Y-%m-%d %H:%M:%S"
    )
    return pc.if_else(pa.array(dice.share("matched", keys) < _MATCHED), moment, "")


def repeat(rows: pa.Table, is_repeated: NDArray[np.bool_]) -> pa.Table:
    """The rows with some of them standing twice, one below the other."""
    return rows.take(pa.array(np.repeat(np.arange(rows.num_rows), 1 + is_repeated)))
