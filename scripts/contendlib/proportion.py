"""So many of so many."""

from __future__ import annotations

from dataclasses import dataclass

from scipy.stats import beta


@dataclass(frozen=True)
class Rate:
    """So many of so many, with the exact two-sided 95 % interval of Clopper and Pearson."""

    hits: int
    trials: int

    @property
    def interval(self) -> tuple[float, float]:
        low = beta.ppf(0.025, self.hits, self.trials - self.hits + 1) if self.hits else 0.0
        high = beta.ppf(0.975, self.hits + 1, self.trials - self.hits) if self.hits < self.trials else 1.0
        return float(low), float(high)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.hits} of {self.trials} ({100 * low:.1f} to {100 * high:.1f} %)"
