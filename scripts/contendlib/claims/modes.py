"""Whether rounds come in two modes, a fast and a slow one, and where the boundary between them is."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, log, sqrt
import statistics

from contendlib.proportion import Rate

APART = 4.0  # levels nearer to each other are one mode: twice what the model may be off
FEWEST = 3  # rounds in a mode: one or two may be the neighbours' doing
_CLEAR = 6.0  # times the rounds' own spread lies between two modes; where there is one, between its halves lie about three


def boundary(times: Sequence[float]) -> float | None:
    """The time that separates fast rounds from slow ones, whoever's they are; None where all are of one mode.

    On the log scale the rounds are cut in two where that leaves the least variance within the parts (Otsu 1979). The parts are
    modes if they are far apart, and that by much more than the rounds of a part differ among themselves (Ashman's D, 1994):
    the halves of one level, however wide or skewed, are not.
    """
    logs = sorted(log(time) for time in times)
    if len(logs) < 2 * FEWEST:
        return None
    cut = max(range(FEWEST, len(logs) - FEWEST + 1), key=lambda k: _variance_between(logs[:k], logs[k:]))
    low, high = logs[:cut], logs[cut:]
    distance = statistics.fmean(high) - statistics.fmean(low)
    spread = sqrt((statistics.variance(low) + statistics.variance(high)) / 2)
    if distance < log(APART) or distance < _CLEAR * spread:
        return None
    return exp((low[-1] + high[0]) / 2)


def _variance_between(low: Sequence[float], high: Sequence[float]) -> float:
    return len(low) * len(high) * (statistics.fmean(high) - statistics.fmean(low)) ** 2


def alike(ours: Rate, theirs: Rate, limit: float) -> bool | None:
    """Whether two shares are within a factor of each other, and so are the rests; None where the intervals do not tell."""
    verdicts = []
    for a, b in ((ours, theirs), (_rest(ours), _rest(theirs))):
        (a_low, a_high), (b_low, b_high) = a.interval, b.interval
        if a_low > limit * b_high or b_low > limit * a_high:
            return False
        verdicts.append(a_high <= limit * b_low and b_high <= limit * a_low)
    return True if all(verdicts) else None


def _rest(share: Rate) -> Rate:
    return Rate(share.trials - share.hits, share.trials)
