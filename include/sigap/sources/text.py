"""Typed values as the text a person would read in the cell."""

import pyarrow as pa
import pyarrow.compute as pc

_EXACT = 2.0**62  # beyond that a float does not fit a 64-bit integer


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
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def _number_text(values: pa.Array) -> pa.Array:
    values = pc.if_else(pc.is_finite(values), values, pa.scalar(None, pa.float64()))
    whole = pc.and_(pc.equal(values, pc.floor(values)), pc.less(pc.abs(values), _EXACT))
    integers = pc.if_else(whole, values, 0.0).cast(pa.int64())
    return pc.if_else(whole, integers.cast(pa.string()), values.cast(pa.string()))


def _moment_text(values: pa.Array) -> pa.Array:
    seconds = values.cast(pa.timestamp("s"), safe=False)
    midnight = pc.equal(seconds, pc.floor_temporal(seconds, unit="day"))
    return pc.if_else(midnight, pc.strftime(seconds, "%Y-%m-%d"), pc.strftime(seconds, "%Y-%m-%d %H:%M:%S"))
