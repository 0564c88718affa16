"""The gate tries its own rule before it judges anybody: on differences that are known, the verdicts must be the known
ones. A library that changed its mind, or a fault of ours, is found here and not in a wrong `pass`."""

import math
from random import Random

from contendlib.exits import ContendError
from contendlib.gate.contest import Benchmark, Contest
from contendlib.gate.pairs import Measurement, Pair
from contendlib.gate.rule import Rule, Verdict

_NOISE = 0.02
_HOPELESS = 1.0
_SEED = 20


def require_sound(rule: Rule) -> None:
    """Raises ContendError where the rule does not say of synthetic pairs what it must say."""
    for slowdown, noise, expected in (
        (0.0, _NOISE, Verdict.PASS),
        (0.10, _NOISE, Verdict.FAIL),
        (0.10, _HOPELESS, Verdict.INCONCLUSIVE),
    ):
        found = _verdict(slowdown, noise, rule)
        if found is not expected:
            raise ContendError(
                f"the gate's own check failed: a slowdown of {slowdown:.0%} with noise of {noise:.0%} is "
                f"'{found.value}' and not '{expected.value}'; no verdict of this gate is to be trusted"
            )


def _verdict(slowdown: float, noise: float, rule: Rule) -> Verdict:
    rng = Random(_SEED)
    contest = Contest(Benchmark("self", "check", "cpu", 0.05), rule, cpus=2, family=1)
    while contest.is_open:
        base = 1000 * math.exp(rng.gauss(0, noise / math.sqrt(2)))
        head = 1000 * (1 + slowdown) * math.exp(rng.gauss(0, noise / math.sqrt(2)))
        contest.add(Pair("self:check", Measurement(base), Measurement(head), rng.random() < 0.5, 0.1))
    return contest.verdict
