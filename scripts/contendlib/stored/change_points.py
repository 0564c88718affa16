"""Where a series of figures changed its level: E-divisive, each change tested by permutation.

The series is cut where the energy distance between both sides is largest, and each part again, for as long as a cut is larger
than those of nearly all shuffles of the same figures. Nothing is assumed about the noise but that its order does not
matter. Source: D. S. Matteson, N. A. James, J. American Statistical Association 109 (2014), with exponent 1.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

_LEAST = 3  # figures on each side of a change: of fewer, one that is far off would be a change


def change_points(values: Sequence[float], level: float, shuffles: int, seed: int) -> list[int]:
    """The indices at which a new level starts, in order. A series without a change has one with a probability of at most
    `level`."""
    rng = np.random.default_rng(seed)
    return sorted(_cuts(np.asarray(values, dtype=float), 0, level, shuffles, rng))


def _cuts(values: Matrix, offset: int, level: float, shuffles: int, rng: np.random.Generator) -> list[int]:
    if len(values) < 2 * _LEAST:
        return []
    distances = np.abs(values[:, None] - values[None, :])
    at, strength = _best_cut(distances)
    at_least_as_strong = 1
    for _ in range(shuffles):
        order = rng.permutation(len(values))
        at_least_as_strong += _best_cut(distances[np.ix_(order, order)])[1] >= strength
        if at_least_as_strong > level * (shuffles + 1):
            return []
    left = _cuts(values[:at], offset, level, shuffles, rng)
    return [*left, offset + at, *_cuts(values[at:], offset + at, level, shuffles, rng)]


def _best_cut(distances: Matrix) -> tuple[int, float]:
    """Where the scaled energy distance between what is left of it and some stretch right of it is largest, and how large.
    A stretch, so that a level that comes and goes is seen."""
    count = len(distances)
    sums = np.zeros((count + 1, count + 1))  # of the distances above and to the left
    sums[1:, 1:] = distances.cumsum(axis=0).cumsum(axis=1)
    cuts, ends = np.triu_indices(count + 1, _LEAST)
    cuts, ends = cuts[cuts >= _LEAST], ends[cuts >= _LEAST]
    m, n = cuts, ends - cuts
    left = sums[cuts, cuts]
    across = sums[cuts, ends] - left
    right = sums[ends, ends] - left - 2 * across
    strengths = m * n / (m + n) * (2 * across / (m * n) - left / (m * (m - 1)) - right / (n * (n - 1)))
    best = int(np.argmax(strengths))
    return int(cuts[best]), float(strengths[best])
