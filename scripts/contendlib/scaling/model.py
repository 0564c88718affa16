"""Amdahl's law and the Universal Scalability Law, fitted to throughput against workers.

X(n) = rate * n / (1 + contention * (n - 1) + coherency * n * (n - 1))

Amdahl's law is the case without coherency (N. Gunther, "Guerrilla Capacity Planning", 2007). The fit is in the logarithm
of the throughput, because noise is relative. The intervals are of the bootstrap over the repetitions. The largest number
of workers is held out of a second fit, and how far off that one predicts it is the model's error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import math
from typing import Any

import numpy as np

# Three parameters, and one point more than they need after one was held out.
FEWEST_COUNTS = 5
# The model is silent beyond this many times the workers that were measured.
FARTHEST = 2.0
_RESAMPLES = 200
_NEVER = 1e-9  # a coherency below it has no peak that anybody will see

Array = np.ndarray[Any, np.dtype[np.float64]]
Interval = tuple[float, float]


@dataclass(frozen=True)
class NotEstimable:
    """No fit, and why."""

    reason: str


@dataclass(frozen=True)
class Fit:
    """A fitted model, each parameter with its 95 % interval."""

    law: str  # "USL" or "Amdahl"
    rate: float  # of one worker, per second
    contention: float
    coherency: float
    contention_interval: Interval
    coherency_interval: Interval
    most_workers: int  # that were measured
    held_out_error: float  # of the prediction for most_workers by a fit without it: 0.1 is 10 % too much

    def throughput(self, workers: float) -> float | None:
        """Per second; nothing far beyond what was measured."""
        if workers > FARTHEST * self.most_workers:
            return None
        return float(_law(np.array([workers]), self.rate, self.contention, self.coherency)[0])

    @property
    def peak(self) -> float | None:
        """The number of workers at which more of them no longer help; nothing where it is too far away to say."""
        if self.coherency < _NEVER or self.contention >= 1:
            return None
        workers = math.sqrt((1 - self.contention) / self.coherency)
        return workers if workers <= FARTHEST * self.most_workers else None


def fit(rates: Mapping[int, Sequence[float]], law: str = "USL", seed: int = 1) -> Fit | NotEstimable:
    """`rates` holds the throughputs per second of all repetitions, by number of workers. Leave out what was
    oversubscribed: it is another regime."""
    counts = sorted(n for n, values in rates.items() if values)
    if len(counts) < FEWEST_COUNTS:
        return NotEstimable(
            f"not estimable: {len(counts)} numbers of workers within the CPUs; a model with an error of its own needs "
            f"{FEWEST_COUNTS}"
        )
    workers = np.array(counts, dtype=float)
    medians = np.array([float(np.median(rates[n])) for n in counts])
    coherent = law == "USL"
    best = _parameters(workers, medians, coherent)
    without = _parameters(workers[:-1], medians[:-1], coherent)
    predicted = float(_law(workers[-1:], *without)[0])
    samples = _bootstrap(workers, [np.asarray(rates[n], dtype=float) for n in counts], coherent, seed)
    return Fit(
        law,
        *best,
        _interval(samples[:, 1]),
        _interval(samples[:, 2]),
        counts[-1],
        predicted / float(medians[-1]) - 1,
    )


def _slowdown(workers: Array, contention: float, coherency: float) -> Array:
    """How many times as long an operation of one worker takes as it would alone."""
    return 1 + contention * (workers - 1) + coherency * workers * (workers - 1)


def _law(workers: Array, rate: float, contention: float, coherency: float) -> Array:
    return rate * workers / _slowdown(workers, contention, coherency)


def _parameters(workers: Array, rates: Array, coherent: bool) -> tuple[float, float, float]:
    from scipy.optimize import least_squares  # takes as long as a plot, and where there is nothing to fit nobody needs it

    guess = float(rates[0] / workers[0])
    free = 3 if coherent else 2
    columns = np.array([np.zeros(len(workers)), workers - 1, workers * (workers - 1)])[:free]

    def residuals(unknown: Array) -> Array:
        log_rate, contention, *rest = unknown
        return np.log(_law(workers, guess * math.exp(log_rate), contention, rest[0] if rest else 0.0) / rates)

    def derivatives(unknown: Array) -> Array:
        found = -columns.T / _slowdown(workers, *unknown[1:], *([] if coherent else [0.0]))[:, np.newaxis]
        found[:, 0] = 1.0
        return found

    bounds = ([-np.inf, 0.0, 0.0][:free], [np.inf, 1.0, 1.0][:free])
    found = least_squares(residuals, [0.0, 0.05, 0.001][:free], derivatives, bounds, x_scale="jac").x
    return guess * math.exp(found[0]), float(found[1]), float(found[2]) if coherent else 0.0


def _bootstrap(workers: Array, rates: Sequence[Array], coherent: bool, seed: int) -> Array:
    rng = np.random.default_rng(seed)
    resampled = [[np.median(rng.choice(values, len(values))) for values in rates] for _ in range(_RESAMPLES)]
    distinct, at = np.unique(resampled, axis=0, return_inverse=True)  # few, where repetitions are or agree
    return np.array([_parameters(workers, medians, coherent) for medians in distinct])[at]


def _interval(samples: Array) -> Interval:
    low, high = np.percentile(samples, [2.5, 97.5])
    return float(low), float(high)
