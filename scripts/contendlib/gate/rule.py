"""The rule by which a benchmark passes, fails or stays undecided. All of it is fixed before anything is measured.

Differences are logarithms of head over base, so that 0 is `the same` and positive is slower. With the smallest effect of
interest d (5 %):

- Screening looks at 16, 22, 32, 48, 75, 120 and 190 pairs. PASS where the upper bound is below nine tenths of
  log(1 + d): more pairs do not average out a spell that lasts as long as they do, and the tenth is left for that. A suspect
  where the lower bound is above 0 and the estimate above half of log(1 + d): half, so that a slowdown of just d is not
  missed by a coin toss, and what is real but too small to matter is no suspect. Without a slowdown one in twenty becomes a
  suspect, all looks together: it costs some pairs and no verdict.
- A suspect is measured again, on fresh pairs, with the same looks and the same bounds, but that FAIL stands in the place of
  suspicion, at the level that is left: `alpha` over the number of benchmarks and over that one in twenty, and at most
  one in fifty.
- All else is INCONCLUSIVE.

Fresh pairs do not know why they were asked for. So a benchmark that is not slower fails with a chance of at most one in
twenty times that level, and any of a suite with one of at most `alpha` (Bonferroni), whichever others are slower. A slowdown of
d passes with a chance of at most `wrong_pass`, half of it in either stage.
"""

from dataclasses import dataclass
from enum import Enum
import math
from statistics import NormalDist

from contendlib.gate import boundary, signed_rank

_MISSED = 0.05
_CLEARLY_BELOW = 0.9  # of the smallest effect: what may pass


class Verdict(str, Enum):
    """What is said about one benchmark."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"
    ONLY_BASE = "only in base"
    ONLY_HEAD = "only in head"


@dataclass(frozen=True)
class Rule:
    """The levels of a gate; each is of all looks of a stage together."""

    alpha: float = 0.01
    wrong_pass: float = 0.001
    suspicion: float = 0.05
    least_sure: float = 0.02  # level of a FAIL, where the suite is so small that more would do
    looks: tuple[int, ...] = (16, 22, 32, 48, 75, 120, 190)

    @property
    def pass_level(self) -> float:
        return boundary.nominal_level(self.looks, self.wrong_pass / 2)

    @property
    def suspect_level(self) -> float:
        return boundary.nominal_level(self.looks, self.suspicion)

    def fail_level(self, family: int) -> float:
        """Of a suspect's fresh pairs, in a suite of so many benchmarks."""
        return boundary.nominal_level(self.looks, min(self.least_sure, self.alpha / (family * self.suspicion)))


@dataclass(frozen=True)
class Evidence:
    """What so many differences say, on the log scale."""

    n: int
    estimate: float
    low: float  # the true difference is below with a probability of at most the level of suspicion, or of a FAIL
    high: float  # the true difference is above with a probability of at most the level of a wrong pass
    noise: float  # of one pair
    detectable: float  # the smallest difference that so many such pairs find, with a chance of 95 %


def evidence(averages: signed_rank.Array, n: int, pass_level: float, slower_level: float) -> Evidence:
    """Of at least one difference, n, that have these Walsh averages; at the levels of one look."""
    noise = signed_rank.noise(averages, n)
    certainty = -NormalDist().inv_cdf(slower_level) - NormalDist().inv_cdf(_MISSED)
    return Evidence(
        n,
        signed_rank.estimate(averages),
        signed_rank.lower_bound(averages, n, slower_level),
        signed_rank.upper_bound(averages, n, pass_level),
        noise,
        certainty * noise * math.sqrt(math.pi / 3 / n),
    )


def passes(found: Evidence, min_effect: float) -> bool:
    return found.high < _CLEARLY_BELOW * math.log1p(min_effect)


def is_slower(found: Evidence, min_effect: float) -> bool:
    return found.low > 0 and found.estimate > math.log1p(min_effect) / 2
