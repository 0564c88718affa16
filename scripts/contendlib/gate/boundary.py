"""What each of several looks at the same data may spend, so that all together keep a level.

Looking six times at a nominal 5 % is wrong 15 to 20 % of the time. The boundary is Pocock's, the same at every look,
for looks at any numbers of pairs. Sources: S. J. Pocock, Biometrika 64 (1977); P. Armitage, C. K. McPherson, B. C. Rowe,
J. R. Stat. Soc. A 132 (1969) for the recursion.
"""

from functools import cache
from statistics import NormalDist

import numpy as np
from scipy.integrate import trapezoid

_GRID = 161
_LOWEST = -8.0
_CLOSE = 1e-3


@cache
def nominal_level(looks: tuple[int, ...], level: float) -> float:
    """The one-sided level of each look, with which the chance that any of them errs is `level`."""
    if len(looks) == 1:
        return level

    normal = NormalDist()
    low, high = -normal.inv_cdf(level), -normal.inv_cdf(level / len(looks))
    while high - low > _CLOSE:
        z = (low + high) / 2
        low, high = (z, high) if crossing_probability(looks, z) > level else (low, z)
    return normal.cdf(-high)


def crossing_probability(looks: tuple[int, ...], z: float) -> float:
    """The chance that a standardised sum without drift is above z at any of the looks."""
    sums, density = _start(looks[0], z)
    for before, now in zip(looks, looks[1:]):
        reached = np.linspace(_LOWEST, z, _GRID) * np.sqrt(now)
        steps = _normal(reached[:, None] - sums[None, :], now - before)
        density = trapezoid(steps * density[None, :], sums, axis=1)
        sums = reached
    return 1.0 - float(trapezoid(density, sums))


def _start(first: int, z: float) -> tuple[np.ndarray, np.ndarray]:
    sums = np.linspace(_LOWEST, z, _GRID) * np.sqrt(first)
    return sums, _normal(sums, first)


def _normal(values: np.ndarray, variance: float) -> np.ndarray:
    density: np.ndarray = np.exp(values**2 / (-2 * variance)) / np.sqrt(2 * np.pi * variance)
    return density
