"""What the places named in a list mean in Kemendagri codes. Each spelling is folded once."""

from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from sigap.domain.region import city, place_key
from sigap.quality.words import blanks

OUTSIDE = "00.00"  # regency_code of an address that names a place which is not in the city


def spell_places(received: pa.Table) -> pa.Table:
    """The key of every name in the columns kelurahan, kecamatan and kabupaten: columns name, key.

    The key of a name that says nothing is empty.
    """
    columns = [received[name].combine_chunks() for name in ("kelurahan", "kecamatan", "kabupaten")]
    names = pc.unique(pa.chunked_array(columns, pa.string())).drop_null().to_pylist()
    keys = ["" if name.strip().upper() in blanks() else place_key(name) for name in names]
    return pa.table({"name": pa.array(names, pa.string()), "key": pa.array(keys, pa.string())})


@cache
def city_kelurahan() -> pa.Table:
    """The city's kelurahan with the keys of their names and codes."""
    return pa.Table.from_pylist(
        [
            {
                "kelurahan_key": place_key(place.name),
                "kelurahan_code": place.code,
                "kecamatan_key": place_key(place.kecamatan_name),
                "kecamatan_code": place.kecamatan_code,
            }
            for place in city().kelurahan
        ]
    )


@cache
def city_names() -> pa.Table:
    """What a regency's name means: columns key, meaning (city or unclear). Any other is elsewhere."""
    named = [(name, "city") for name in city().aliases] + [(name, "unclear") for name in city().unclear]
    return pa.Table.from_pylist([{"key": place_key(name), "meaning": meaning} for name, meaning in named])
