"""Two stored results beside each other. Advice, no verdict: between two sessions even an equal program on the same
machine moves by many percent, which no number of repetitions within a session shows."""

from dataclasses import asdict, dataclass, field
import math
from statistics import fmean, median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contendlib.stored import fingerprint
from contendlib.stored.run import StoredRun

Array = NDArray[np.float64]

SLOWER, FASTER, UNCLEAR, REFUSED = "slower", "faster", "no clear difference", "not comparable"
_Z = 1.96
_OUTLIER = 3.0  # robust standard deviations of the suite
_LEAST_SUITE = 8  # benchmarks from which the spread over a suite says something


@dataclass(frozen=True)
class Line:
    """One benchmark of both. `ratio` is new over old: of the times, or of their shares in their runs."""

    benchmark: str
    old_ns: float
    new_ns: float
    ratio: float
    low: float
    high: float
    advice: str


@dataclass
class Comparison:
    old: str
    new: str
    lines: list[Line]
    shift: float  # the median ratio: the whole machine, or all that was built, became slower or faster
    allowance: float  # a ratio within this factor of 1 is no clear difference
    only_old: list[str] = field(default_factory=list)
    only_new: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    refusal: list[str] = field(default_factory=list)  # why nothing is advised

    @property
    def worst_first(self) -> list[Line]:
        order = (SLOWER, REFUSED, FASTER, UNCLEAR)
        return sorted(self.lines, key=lambda line: (order.index(line.advice), -line.ratio))

    def count(self, advice: str) -> int:
        return sum(line.advice == advice for line in self.lines)

    def document(self) -> dict[str, Any]:
        return asdict(self)


def compare(old: StoredRun, new: StoredRun, min_effect: float) -> Comparison:
    """On different machines, each benchmark's share in its own run is compared, and nothing is advised."""
    both = [name for name in old.times if name in new.times]
    refusal = fingerprint.differences(old.facts, new.facts)
    logs = {name: (_logs(old, name), _logs(new, name)) for name in both}
    if refusal:
        logs = _relative(logs)
    estimates = {name: _estimate(*pair) for name, pair in logs.items()}
    allowance = _allowance([middle for middle, _, _ in estimates.values()], min_effect)
    lines = [
        Line(
            name,
            median(old.times[name]),
            median(new.times[name]),
            math.exp(middle),
            math.exp(low),
            math.exp(high),
            REFUSED if refusal else _advice(middle, low, high, allowance),
        )
        for name, (middle, low, high) in estimates.items()
    ]
    return Comparison(
        old.label,
        new.label,
        lines,
        median(line.ratio for line in lines) if lines else 1.0,
        math.exp(allowance),
        [name for name in old.times if name not in new.times and name not in new.failed],
        [name for name in new.times if name not in old.times and name not in old.failed],
        {**old.failed, **new.failed},
        refusal,
    )


def _logs(run: StoredRun, name: str) -> Array:
    return np.log(run.times[name])


def _relative(logs: dict[str, tuple[Array, Array]]) -> dict[str, tuple[Array, Array]]:
    """Each over the geometric mean of its run's, so that a faster machine is no faster benchmark."""
    middles = [fmean(float(np.median(pair[side])) for pair in logs.values()) if logs else 0.0 for side in (0, 1)]
    return {name: (old - middles[0], new - middles[1]) for name, (old, new) in logs.items()}


def _estimate(old: Array, new: Array) -> tuple[float, float, float]:
    """Hodges and Lehmann's shift with the 95 % interval of Mann and Whitney's test: of the noise within the sessions."""
    shifts = np.sort((new[:, None] - old[None, :]).ravel())
    m, n = len(old), len(new)
    cut = max(0, math.floor(m * n / 2 - _Z * math.sqrt(m * n * (m + n + 1) / 12)))
    return float(np.median(shifts)), float(shifts[cut]), float(shifts[-1 - cut])


def _allowance(estimates: list[float], min_effect: float) -> float:
    """At least the smallest effect; more where the whole suite moved about by more between the sessions."""
    if len(estimates) < _LEAST_SUITE:
        return math.log1p(min_effect)
    middle = median(estimates)
    spread = 1.4826 * median(abs(value - middle) for value in estimates)
    return max(math.log1p(min_effect), abs(middle) + _OUTLIER * spread)


def _advice(middle: float, low: float, high: float, allowance: float) -> str:
    if low > 0 and middle > allowance:
        return SLOWER
    if high < 0 and middle < -allowance:
        return FASTER
    return UNCLEAR
