"""Logistic regression by Newton's method: weights under which a sum is the log odds that something holds."""

import math

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
_RIDGE = 0.1  # how strongly a weight is held where it was: enough for one that the rows do not tell
_STEPS, _SETTLED = 100, 1e-9
_BIT = math.log(2)


def fit_bits(columns: npt.NDArray[np.float32], holds: Bools, weights: Floats, free: Bools) -> Floats:
    """The weights, in bits and one for each column, with those that are `free` chosen anew.

    They make what was seen likeliest, with a slight pull to what they were. Rows × columns, and
    whether it holds for each row.
    """
    if not free.any():
        return weights
    chosen, start = columns[:, free].astype(np.float64), weights[free] * _BIT
    fixed = (columns[:, ~free] @ weights[~free]) * _BIT
    found, loss = start, _loss(fixed + chosen @ start, holds, start - start)
    for _ in range(_STEPS):
        share = 1 / (1 + np.exp(-np.clip(fixed + chosen @ found, -500, 500)))
        slope = chosen.T @ (holds - share) - _RIDGE * (found - start)
        bend = (chosen * (share * (1 - share))[:, None]).T @ chosen + _RIDGE * np.eye(len(start))
        step, before = np.linalg.solve(bend, slope), loss
        while (loss := _loss(fixed + chosen @ (found + step), holds, found + step - start)) > before:
            step = step / 2  # too far: where the former weights are sure and wrong the slope is flat
        found = found + step
        if before - loss < _SETTLED * before:
            break
    fitted = weights.copy()
    fitted[free] = found / _BIT
    return fitted


def _loss(sums: Floats, holds: Bools, moved: Floats) -> float:
    """How badly the sums foretell what holds, and how far the weights have moved."""
    surprise = np.logaddexp(0, np.where(holds, -sums, sums)).sum()
    return float(surprise + _RIDGE / 2 * (moved**2).sum())
