"""The rule by which a benchmark passes, fails or stays undecided. All of it is fixed before anything is measured.

Differences are logarithms of head over base, so that 0 is `the same` and positive is slower. With the smallest effect of
interest d (5 %):

- Screening looks at 10, 20, 30, 45, 60, 80 and 120 pairs. PASS where the upper bound is below log(1 + d): a slowdown of d
  passes with a probability of at most `wrong_pass`, all looks together. A suspect where the lower bound is above 0 and the
  estimate above half of log(1 + d): half, so that a slowdown of just d is not missed by a coin toss, and what is real but
  too small to matter is no suspect.
- A suspect is measured again, on fresh pairs: 15, and where these are not plain, as many as before and at least 30. It
  fails where the p-value of these, Bonferroni's correction over the two looks and Holm's over all suspects made, is at
  most `alpha` and their estimate is above half of log(1 + d).
- All else is INCONCLUSIVE. So is a suspect that was not confirmed, unless its fresh pairs alone pass.

Fresh pairs do not know why they were asked for, so the chance that any benchmark of a suite fails wrongly is at most
`alpha`, however many benchmarks there are and whatever the screening did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
import math
from statistics import NormalDist

from contendlib.gate import boundary, signed_rank

_MISSED = 0.05


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
    """The levels of a gate."""

    alpha: float = 0.01
    wrong_pass: float = 0.01
    suspicion: float = 0.025
    looks: tuple[int, ...] = (10, 20, 30, 45, 60, 80, 120)
    first_fresh: int = 15
    least_fresh: int = 30

    @property
    def pass_level(self) -> float:
        return boundary.nominal_level(self.looks, self.wrong_pass)

    @property
    def suspect_level(self) -> float:
        return boundary.nominal_level(self.looks, self.suspicion)


@dataclass(frozen=True)
class Evidence:
    """What so many differences say, on the log scale."""

    n: int
    estimate: float
    low: float  # the true difference is below with a probability of at most the level of suspicion
    high: float  # the true difference is above with a probability of at most the level of a wrong pass
    noise: float  # of one pair
    detectable: float  # the smallest difference that so many such pairs make a suspect of, with a chance of 95 %


def evidence(differences: Sequence[float], rule: Rule) -> Evidence:
    """Of at least one difference."""
    n = len(differences)
    averages = signed_rank.walsh_averages(differences)
    noise = signed_rank.noise(averages, n)
    certainty = -NormalDist().inv_cdf(rule.suspect_level) - NormalDist().inv_cdf(_MISSED)
    return Evidence(
        n,
        signed_rank.estimate(averages),
        signed_rank.lower_bound(averages, n, rule.suspect_level),
        signed_rank.upper_bound(averages, n, rule.pass_level),
        noise,
        certainty * noise * math.sqrt(math.pi / 3 / n),
    )


def passes(found: Evidence, min_effect: float) -> bool:
    return found.high < math.log1p(min_effect)


def is_suspect(found: Evidence, min_effect: float) -> bool:
    return found.low > 0 and matters(found, min_effect)


def matters(found: Evidence, min_effect: float) -> bool:
    return found.estimate > math.log1p(min_effect) / 2


def holm(p_values: Mapping[str, float], alpha: float) -> set[str]:
    """The names whose null hypothesis is rejected; wrongly any of them with a probability of at most alpha."""
    rejected: set[str] = set()
    for name, p in sorted(p_values.items(), key=lambda item: item[1]):
        if p > alpha / (len(p_values) - len(rejected)):
            break
        rejected.add(name)
    return rejected
