"""How many repetitions of which cases, in what order, and how long that takes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
import math
import random
import re

from contendlib import results
from contendlib.cases import Case


@dataclass(frozen=True)
class Mode:
    """What --quick and --full stand for."""

    name: str
    repetitions: int
    round_s: float
    budget_s: float | None  # measuring longer than that is avoided by fewer repetitions
    fewest_repetitions: int = 4
    most_further: int = 0  # repetitions of the cases that are worth more of them than the others, while there is time


QUICK = Mode("quick", repetitions=6, round_s=0.05, budget_s=210.0)
FULL = Mode("full", repetitions=20, round_s=0.2, budget_s=None)
# Its budget is of the whole command, and most of it goes to what holds the model against the interpreters.
CLAIMS = Mode(results.CLAIMS, repetitions=4, round_s=0.03, budget_s=180.0, fewest_repetitions=2, most_further=60)
MODES = {mode.name: mode for mode in (QUICK, FULL, CLAIMS)}


@dataclass(frozen=True)
class Job:
    """One process: a case in a repetition; `order` is its place in the whole run."""

    case: Case
    repetition: int
    order: int


def repetition_jobs(cases: Sequence[Case], repetition: int, seed: int, first: int) -> list[Job]:
    """One repetition: all cases in random order, the same for the same seed; the first of them has that place in the run.

    Repetitions are outside, cases inside: what slows the machine down for a while hits all subjects alike.
    """
    order = list(cases)
    random.Random(f"{seed}/{repetition}").shuffle(order)
    return [Job(case, repetition, first + i) for i, case in enumerate(order)]


def further_cases(cases: Sequence[Case], pattern: str | None) -> list[Case]:
    """Those worth more repetitions than the others."""
    return [case for case in cases if pattern is not None and re.search(pattern, case.name)]


def affordable(mode: Mode, repetition_seconds: float, budget_s: float | None = None) -> int:
    """Repetitions that fit into a budget (the mode's), within the mode's limits."""
    budget_s = mode.budget_s if budget_s is None else budget_s
    if budget_s is None or repetition_seconds <= 0:
        return mode.repetitions
    return max(mode.fewest_repetitions, min(mode.repetitions, int(budget_s / repetition_seconds)))


def affordable_further(mode: Mode, left_s: float, repetition_seconds: float) -> int:
    """Repetitions of the cases worth more of them that can be begun in the time left."""
    if repetition_seconds <= 0 or left_s <= 0:
        return 0
    return min(mode.most_further, math.ceil(left_s / repetition_seconds))


class CostModel:
    """Seconds that each case takes: as estimated beforehand, then as measured."""

    def __init__(self, cases: Sequence[Case], round_s: float, overhead_s: float) -> None:
        self._expected = {case.name: case.rounds * round_s + overhead_s for case in cases}
        self._measured: dict[str, float] = {}
        self._measured_s = 0.0
        self._estimated_s = 0.0

    def expected(self, case: Case) -> float:
        """As estimated beforehand, whatever was measured since."""
        return self._expected[case.name]

    def learn(self, case: str, seconds: float) -> None:
        self._measured[case] = seconds
        self._measured_s += seconds
        self._estimated_s += self._expected[case]

    def of(self, cases: Iterable[Case]) -> float:
        """Each of these once. Those not measured yet are scaled by how far off the estimates were so far."""
        scale = self._measured_s / self._estimated_s if self._estimated_s else 1.0
        names = (case.name for case in cases)
        return sum(self._measured.get(name, scale * self._expected[name]) for name in names)
