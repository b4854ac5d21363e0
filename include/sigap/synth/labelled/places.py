"""Where labelled people live and were registered: kelurahan of the city, invented ones of its neighbours."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from sigap.domain.region import city
from sigap.synth.draw import Indices
from sigap.synth.places import words


@dataclass(frozen=True, slots=True)
class Land:
    """Kelurahan and NIK prefixes, each numbered from 0."""

    kelurahan: pa.Array  # codes
    kecamatan: pa.Array  # code of the kecamatan of each kelurahan
    home_prefix: Indices  # number of the NIK prefix of each kelurahan
    prefixes: Indices  # six digits


def land(population: int, size: Mapping[str, Any]) -> Land:
    """The city, and as many neighbours as the population needs. `size`: `regencies` of profiles.yaml."""
    homes = [(place.code, place.kecamatan_code) for place in city().kelurahan]
    more = -(-population // size["people"]) - 1
    for regency in size["codes"][:more]:
        for kecamatan in range(1, size["kecamatan"] + 1):
            code = f"{regency}.{kecamatan:02d}"
            homes += [(f"{code}.{2000 + number}", code) for number in range(1, size["kelurahan"] + 1)]
    own = np.asarray([int(kecamatan.replace(".", "")) for _, kecamatan in homes])
    prefixes = np.unique(np.concatenate([own, [int(prefix) for prefix in words()["newcomer_prefixes"]]]))
    return Land(
        pa.array([kelurahan for kelurahan, _ in homes]),
        pa.array([kecamatan for _, kecamatan in homes]),
        np.searchsorted(prefixes, own),
        prefixes,
    )
