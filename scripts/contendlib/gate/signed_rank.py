"""The Hodges-Lehmann estimate of a paired difference, and the exact bounds and p-value of Wilcoxon's signed rank.

With base and head the same program and the order within each pair drawn at random, each difference is as likely to be
positive as negative, whatever the noise, the drift or the neighbours: the levels are then exact and not asymptotic.
Source: M. Hollander, D. A. Wolfe, "Nonparametric Statistical Methods" (1999), sections 3.1 to 3.3.
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def walsh_averages(differences: Sequence[float], scales: Sequence[float] | None = None) -> Array:
    """The averages of all pairs of differences, each with itself too, sorted. With scales, how noisy each difference is
    beside the others: ranked is difference over scale, which is no less symmetric, and each average is weighted so that it is
    positive where the sum of the two that are ranked is. All levels stay exact."""
    values = np.asarray(differences, dtype=float)
    weights = np.ones_like(values) if scales is None else 1 / np.asarray(scales, dtype=float)
    rows, columns = np.triu_indices(len(values))
    sums = values[rows] * weights[rows] + values[columns] * weights[columns]
    return np.sort(sums / (weights[rows] + weights[columns]))


def estimate(averages: Array) -> float:
    """Hodges and Lehmann's: the median of the Walsh averages."""
    return float(np.median(averages))


def lower_bound(averages: Array, n: int, level: float) -> float:
    """What the true difference is below with a probability of at most `level`; -inf where n is too small to say."""
    rank = _rank(n, level)
    return float(averages[rank - 1]) if rank else -np.inf


def upper_bound(averages: Array, n: int, level: float) -> float:
    """What the true difference is above with a probability of at most `level`; inf where n is too small to say."""
    rank = _rank(n, level)
    return float(averages[-rank]) if rank else np.inf


def p_greater(averages: Array, n: int) -> float:
    """The exact one-sided p-value of `there is no difference` against `it is positive`. Ties count against."""
    statistic = int(np.count_nonzero(averages > 0))
    return float(_null_distribution(n)[statistic:].sum())


def noise(averages: Array, n: int) -> float:
    """A robust standard deviation of one difference, as much as it counts: from the width of the 68 % interval of the
    estimate."""
    rank = _rank(n, 0.1587)
    if not rank:
        return float("nan")
    return float(averages[-rank] - averages[rank - 1]) / 2 * np.sqrt(n * 3 / np.pi)


def _rank(n: int, level: float) -> int:
    """How many of the outermost Walsh averages may be left out at this level."""
    return int(np.searchsorted(np.cumsum(_null_distribution(n)), level, side="right"))


@cache
def _null_distribution(n: int) -> Array:
    """P(W = w) for w from 0 to n (n + 1) / 2: every rank is in the sum or not, with even odds."""
    chances = np.zeros(n * (n + 1) // 2 + 1)
    chances[0] = 1.0
    for rank in range(1, n + 1):
        shifted = np.zeros_like(chances)
        shifted[rank:] = chances[:-rank]
        chances = (chances + shifted) / 2
    return chances
