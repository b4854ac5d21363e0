"""Texts that a spreadsheet program would take for a formula, were they ever pasted into one."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_STARTS = np.frombuffer(b"=+-@\t\r\xef", dtype=np.uint8)  # \xef begins the wide forms of the first four
_SIGNS = r"^[=@\t\r\x{FF1D}\x{FF20}]|^[+\-\x{FF0B}\x{FF0D}][^\n]*[^0-9 ().,/:\-\n]"


def looks_like_formula(values: pa.Array) -> np.ndarray:
    """Which texts start like a formula. Phone numbers (+62 812-…), negative numbers and dashes do not.

    The signs are those that OWASP lists for CSV injection.
    """
    nothing = np.zeros(len(values), dtype=bool)
    offsets, content = values.buffers()[1], values.buffers()[2]
    if not len(values) or not content:
        return nothing
    places = np.frombuffer(offsets, dtype=np.int32)[values.offset : values.offset + len(values) + 1]
    starts = places[:-1][places[1:] > places[:-1]]
    if not np.isin(np.frombuffer(content, dtype=np.uint8)[starts], _STARTS).any():
        return nothing
    found = pc.fill_null(pc.match_substring_regex(values, _SIGNS), False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)
