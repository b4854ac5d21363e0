"""Typed values as the text a person would read in the cell."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_EXACT = 2.0**62  # beyond that a float does not fit a 64-bit integer
_INVISIBLE = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x{80}-\x{9f}\p{Cf}]"


def as_text(values: pa.Array) -> pa.Array:
    """An Arrow array of any plain type as strings; an empty cell is null.

    Whole numbers lose their `.0`, dates become yyyy-mm-dd, truth TRUE or FALSE as spreadsheets show it.
    Raises `pyarrow.ArrowNotImplementedError` for nested types.
    """
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    kind = values.type
    if pa.types.is_boolean(kind):
        return pc.if_else(values, "TRUE", "FALSE")
    if pa.types.is_floating(kind):
        return _number_text(values.cast(pa.float64()))
    if pa.types.is_timestamp(kind):
        return _moment_text(values)
    text = values.cast(pa.string())
    if pc.min(pc.binary_length(text)).as_py() != 0:
        return text
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _number_text(values: pa.Array) -> pa.Array:
    values = pc.if_else(pc.is_finite(values), values, pa.scalar(None, pa.float64()))
    whole = pc.and_(pc.equal(values, pc.floor(values)), pc.less(pc.abs(values), _EXACT))
    if pc.all(pc.fill_null(whole, True)).as_py():
        return values.cast(pa.int64()).cast(pa.string())
    integers = pc.if_else(whole, values, 0.0).cast(pa.int64())
    return pc.if_else(whole, integers.cast(pa.string()), values.cast(pa.string()))


def _moment_text(values: pa.Array) -> pa.Array:
    seconds = values.cast(pa.timestamp("s"), safe=False)
    midnight = pc.equal(seconds, pc.floor_temporal(seconds, unit="day"))
    return pc.if_else(midnight, pc.strftime(seconds, "%Y-%m-%d"), pc.strftime(seconds, "%Y-%m-%d %H:%M:%S"))


def has_invisible(values: pa.Array) -> np.ndarray:
    """Which texts hold signs that nobody sees: control codes, zero-width signs, turned directions of writing.

    Tabs and line breaks are seen. Most columns are plain ASCII, and a look at their bytes is enough.
    """
    buffer = values.buffers()[2]
    content = np.frombuffer(buffer, dtype=np.uint8) if buffer else np.empty(0, dtype=np.uint8)
    if not ((content < 0x20) | (content >= 0x7F)).any():
        return np.zeros(len(values), dtype=bool)
    found = pc.fill_null(pc.match_substring_regex(values, _INVISIBLE), False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)
