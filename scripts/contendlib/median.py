"""The percentile-bootstrap interval of a median, without resampling.

A resample's median is one of the sample's values, or the mean of two, and how likely each is follows from the size of
the sample alone: what a bootstrap approaches with ever more resamples is computed exactly (Efron 1979; Maritz and
Jarrett 1978), the same each time, and once for each size.
"""

from collections.abc import Sequence
from functools import cache
from math import comb

CONFIDENCE = 0.95

Weights = list[tuple[int, int, float]]  # (i, j, chance that the median is the mean of the i-th and j-th smallest)


def interval(values: Sequence[float], confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Of one value or more. A single one, or values that agree, have an interval of no width."""
    ordered = sorted(values)
    if ordered[0] == ordered[-1]:
        return ordered[0], ordered[0]
    if len(ordered) % 2:
        medians = [(ordered[i], chance) for i, _, chance in weights(len(ordered))]
    else:
        medians = sorted(((ordered[i] + ordered[j]) / 2, chance) for i, j, chance in weights(len(ordered)))
    tail = (1 - confidence) / 2
    return _quantile(medians, tail), _quantile(medians[::-1], tail)


def _quantile(medians: Sequence[tuple[float, float]], tail: float) -> float:
    """The first value up to which the chances add up to the tail."""
    total = 0.0
    for value, chance in medians:
        total += chance
        if total >= tail:
            return value
    return medians[-1][0]


@cache
def weights(n: int) -> Weights:
    """How likely each median is among resamples of n from n; places count from 0."""
    middle = (n + 1) // 2
    at = [_reached(n, i + 1, middle) - _reached(n, i, middle) for i in range(n)]
    if n % 2:
        return [(i, i, chance) for i, chance in enumerate(at)]
    found: Weights = []
    for i in range(n):
        apart = [(i, j, _both_middles(n, i, j)) for j in range(i + 1, n)]
        found += [(i, i, max(at[i] - sum(chance for _, _, chance in apart), 0.0)), *apart]
    return found


def _reached(n: int, up_to: int, least: int) -> float:
    """The chance that at least so many of n draws are among the `up_to` smallest."""
    p = up_to / n
    return sum(comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(least, n + 1))


def _both_middles(n: int, i: int, j: int) -> float:
    """The chance that the lower middle of n draws, n even, is the i-th and the upper the j-th, i < j."""
    half = n // 2
    lower = ((i + 1) / n) ** half - (i / n) ** half
    upper = ((n - j) / n) ** half - ((n - j - 1) / n) ** half
    return comb(n, half) * lower * upper
