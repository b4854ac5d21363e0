"""Chance without a state: every draw is a function of the seed, what is drawn and who it is drawn for.

So a person is the same in every month, in every chunk and on every machine, whatever else is drawn.
"""

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.int64]
Indices = NDArray[np.int64]

_MASK = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15
# Irrational steps that no short cycle comes near, independent of each other.
_SPREADING = (math.sqrt(5) / 2 - 0.5, math.sqrt(2) - 1, math.sqrt(3) - 1)


def _mix(number: int) -> int:
    number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    number = (number ^ (number >> 27)) * 0x94D049BB133111EB & _MASK
    return number ^ (number >> 31)


@dataclass(frozen=True, slots=True)
class Dice:
    """All draws of one seed."""

    seed: int

    def salt(self, purpose: str) -> int:
        """A 64-bit number that belongs to the seed and the purpose."""
        return _mix((self.seed * _STEP + zlib.crc32(purpose.encode()) + 1) & _MASK)

    def bits(self, purpose: str, keys: Keys) -> NDArray[np.uint64]:
        """64 well-mixed bits per key (the finaliser of SplitMix64)."""
        state = keys.astype(np.uint64) * np.uint64(_STEP) + np.uint64(self.salt(purpose))
        state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.asarray(state ^ (state >> np.uint64(31)))

    def share(self, purpose: str, keys: Keys) -> NDArray[np.float64]:
        """A number from 0 to below 1 per key."""
        return (self.bits(purpose, keys) >> np.uint64(11)).astype(np.float64) / 2.0**53

    def below(self, purpose: str, keys: Keys, size: int | NDArray[np.int64]) -> Indices:
        """A whole number from 0 to below `size` per key."""
        return np.floor(self.share(purpose, keys) * size).astype(np.int64)

    def spread(self, purpose: str, axis: int, keys: Keys) -> NDArray[np.float64]:
        """Like `share`, but neighbouring keys fill 0 to 1 evenly, so small lists keep their proportions.

        Three axes (1 to 3) are independent of each other.
        """
        step = np.uint64(int(2.0**64 * _SPREADING[axis - 1]))
        state = keys.astype(np.uint64) * step + np.uint64(self.salt(purpose))
        return (state >> np.uint64(11)).astype(np.float64) / 2.0**53


def weigh(shares: NDArray[np.float64], weights: Sequence[int]) -> Indices:
    """Turn shares from 0 to 1 into positions in `weights`, each as often as its weight says."""
    limits = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.asarray(np.searchsorted(limits / limits[-1], shares, side="right"), dtype=np.int64)
