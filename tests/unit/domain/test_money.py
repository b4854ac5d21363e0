"""Rupiah as Indonesians write them."""

import pytest

from sigap.domain.money import rupiah

AMOUNTS = ((0, "Rp0"), (6_800, "Rp6.800"), (195_988_800, "Rp195.988.800"), (-16_800, "-Rp16.800"))


@pytest.mark.parametrize(("amount", "text"), AMOUNTS)
def test_amounts_are_written_with_dots(amount: int, text: str) -> None:
    assert rupiah(amount) == text
