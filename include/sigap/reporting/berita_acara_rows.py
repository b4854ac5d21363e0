"""Differences as rows that finance reads: Indonesian headers, NIK and KPJ masked unless asked for whole."""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from sigap.reporting.invoice import masked

HEADERS = (
    "No", "Kelas", "NIK", "KPJ", "ID orang", "Tagihan SIGAP (Rp)", "Nota (Rp)", "Tagihan BPJS (Rp)",
    "Selisih (Rp)", "Dibayar (Rp)", "Aktif", "Hari belum aktif", "Keterangan", "Lembar", "Baris",
)  # fmt: skip
_FLAGS = {"t": "ya", "f": "tidak"}


def difference_rows(
    differences: pa.Table, titles: Mapping[str, str], parked: Mapping[str, str], *, full: bool = False
) -> pa.Table:
    """The rows of settlement.difference under `HEADERS`, in their order.

    `titles` are the words of the classes, `parked` those of the reasons why somebody was not invoiced. Sheet
    and row say where the bill has the person.
    """
    expected = pc.add(differences["invoiced_idr"], differences["noted_idr"])
    columns = (
        differences["difference_no"],
        _worded(differences["class"], titles),
        differences["nik"] if full else masked(differences["nik"]),
        differences["kpj"] if full else _ends(differences["kpj"]),
        differences["person_id"],
        differences["invoiced_idr"],
        differences["noted_idr"],
        differences["billed_idr"],
        pc.subtract(expected, differences["billed_idr"]),
        differences["paid_idr"],
        _worded(differences["is_active"], _FLAGS),
        differences["days_not_active"],
        _worded(differences["parked_code"], parked),
        differences["sheet"],
        differences["row"],
    )
    return pa.table(dict(zip(HEADERS, columns, strict=True)))


def _worded(codes: pa.ChunkedArray, words: Mapping[str, str]) -> pa.ChunkedArray:
    """The word of each code; a code without one is shown as it is."""
    places = pc.index_in(codes, value_set=pa.array(list(words), pa.string()))
    known = pa.chunked_array([pa.array(list(words.values()), pa.string()).take(places.combine_chunks())])
    return pc.coalesce(known, codes)


def _ends(kpj: pa.ChunkedArray) -> pa.ChunkedArray:
    """A KPJ by its last four digits: `*******0001`."""
    return pc.binary_join_element_wise("", pc.utf8_slice_codeunits(kpj, -4), "*******")
