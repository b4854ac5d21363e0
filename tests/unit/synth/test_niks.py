"""Invented identity numbers: right in structure, of nobody, never two alike."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sigap.synth.draw import Dice
from sigap.synth.niks import NikSpace

SMALL = NikSpace((327501, 327502), dt.date(1999, 12, 30), dt.date(2000, 3, 1))


@given(seed=st.integers(0, 1000), first=st.integers(0, 10**8), count=st.integers(1, 3000))
def test_nik_carry_prefix_sex_birth_date_and_a_serial_of_nobody(seed: int, first: int, count: int) -> None:
    found = SMALL.identities(Dice(seed), np.arange(first, first + count))
    for nik, sex, birth in zip(found.nik.tolist(), found.sex.tolist(), found.birth.tolist(), strict=True):
        day = f"{birth.day + 40 * sex:02d}"
        assert str(nik)[:12] in {f"{prefix}{day}{birth:%m%y}" for prefix in SMALL.prefixes}
        assert 9000 <= nik % 10_000 <= 9999
    assert np.unique(found.nik).size == count


def test_every_nik_of_a_space_is_used_once_when_all_are_drawn() -> None:
    space = NikSpace((327501, 327502, 321606), dt.date(2000, 2, 28), dt.date(2000, 3, 1))
    found = space.identities(Dice(7), np.arange(space.size))
    assert space.size == 3 * 2 * 3 * 1000
    assert np.unique(found.nik).size == space.size


def test_birth_dates_sexes_and_prefixes_have_nothing_to_do_with_the_order_of_people() -> None:
    space = NikSpace((327501, 327502, 327503), dt.date(1966, 1, 1), dt.date(2004, 12, 31))
    keys = np.arange(50_000_000, 50_020_000)
    found = space.identities(Dice(1), keys)
    values = (found.birth.astype(np.int64), found.sex, found.nik // 10**10, found.nik % 10_000)
    for step in (1, 2, 3, 13, 1000):
        chosen = Dice(1).spread("case", 1, keys) < 0.01 * step if step < 20 else keys % step == 0
        for value in values:
            assert abs(value[chosen].mean() - value.mean()) < 5 * value.std() / np.sqrt(chosen.sum())
            assert value[chosen].std() > 0.7 * value.std()
            assert abs(np.corrcoef(value[:-step], value[step:])[0, 1]) < 0.04


def test_nik_differ_between_seeds() -> None:
    one, other = (SMALL.identities(Dice(seed), np.arange(1000)).nik for seed in (1, 2))
    assert (one != other).mean() > 0.99


@pytest.mark.parametrize("axis", [1, 2, 3])
def test_spread_draws_keep_their_proportions_when_few(axis: int) -> None:
    shares = Dice(3).spread("case", axis, np.arange(50_000_000, 50_000_200))
    for low in np.arange(0, 1, 0.1):
        assert 16 <= ((shares >= low) & (shares < low + 0.1)).sum() <= 24
