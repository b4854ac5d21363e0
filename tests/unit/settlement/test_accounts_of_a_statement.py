"""A csv statement of several accounts: a column that the catalog names says of which a line is."""

import pyarrow as pa
import pytest

from sigap.domain.datasets import SCHEMAS
from sigap.errors import SettlementError
from sigap.settlement.statement import read_movements

HEAD = {"booked_on": "10/02/2026", "debit": "16800", "credit": None, "description": "IURAN BPJS"}


def received(*accounts: str | None) -> pa.Table:
    schema = SCHEMAS["sources.statements"]
    rows = [
        {"sheet": "", "row": row, "account": account, **HEAD} for row, account in enumerate(accounts, start=2)
    ]
    return pa.Table.from_pylist(rows, schema)


def test_like_lines_of_two_accounts_are_two_movements_whichever_file_brings_them() -> None:
    both = read_movements("sources.statements", received("001-234-567", "009-876-543"), "rk.csv")
    assert both["account"].to_pylist() == ["001234567", "009876543"]
    one = read_movements("sources.statements", received("009-876-543"), "rk2.csv")
    assert one["line_key"].to_pylist() == both["line_key"].to_pylist()[1:]
    assert len(set(both["line_key"].to_pylist())) == 2


def test_a_line_without_its_account_in_a_file_of_several_is_refused() -> None:
    with pytest.raises(SettlementError, match=r"row 3.*column account"):
        read_movements("sources.statements", received("001-234-567", None, "009-876-543"), "rk.csv")


def test_a_file_of_one_account_needs_no_column() -> None:
    found = read_movements("sources.statements", received(None, None), "rk.csv")
    assert found["account"].to_pylist() == ["", ""]
