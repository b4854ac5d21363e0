"""Texts of few values come as codes: the same rows, also of a batch in several parts and of an older one."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from upath import UPath

from sigap.domain.datasets import LINES
from sigap.domain.period import Period
from sigap.lake import Lake
from sigap.lake import draft as drafts

MONTH = Period(2026, 1)
ROWS = 1_000


def test_codes_are_the_texts_that_were_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "_GROUP_ROWS", 300)  # each part knows other codes, in another order
    empty = {field.name: pa.nulls(ROWS, field.type) for field in LINES}
    payers = [f"APBDES_{number // 100 % 7}" if number % 9 else None for number in range(ROWS)]
    rows = pa.table(empty | {"person_id": np.arange(ROWS), "payer_set": payers}, schema=LINES)
    lake = Lake(UPath(tmp_path))
    batch = lake.write("billing.lines", MONTH, rows)
    coded = lake.read(batch, ["payer_set", "person_id", "tariff"], codes=["payer_set"])
    assert pa.types.is_dictionary(coded["payer_set"].type)
    assert coded["payer_set"].cast(pa.string()).to_pylist() == payers
    assert coded.group_by("payer_set").aggregate([]).num_rows == 8
    assert coded.filter(pc.field("payer_set") == "APBDES_3").num_rows == payers.count("APBDES_3")
    assert coded.schema.field("tariff").type == pa.string()
