"""One benchmark on its way to a verdict: it takes pairs and says where it stands. Nothing here measures or waits."""

from dataclasses import dataclass, field
from enum import Enum

from contendlib.gate import regime, rule, signed_rank
from contendlib.gate.pairs import Pair
from contendlib.gate.rule import Evidence, Rule, Verdict

_TOO_SHORT_NS = 10.0
_LAYOUT_EFFECT = 0.10
_MOST_REJECTED = 3  # times as many pairs as are wanted may be asked for


@dataclass(frozen=True)
class Benchmark:
    """What is compared, and how; settled before anything is measured."""

    program: str
    name: str
    metric: str  # wall, cpu, or the name of a counter that is better when smaller
    min_effect: float
    fixed_effect: bool = False  # min_effect was given for this very benchmark

    @property
    def key(self) -> str:
        return f"{self.program}:{self.name}"


class Stage(Enum):
    SCREENING = "screening"
    CONFIRMING = "confirming"
    SETTLED = "settled"


@dataclass
class Contest:
    """State of one benchmark."""

    benchmark: Benchmark
    rule: Rule
    cpus: int
    family: int  # benchmarks in the suite
    stage: Stage = Stage.SCREENING
    screening: list[Pair] = field(default_factory=list)
    fresh: list[Pair] = field(default_factory=list)
    rejected: int = 0
    verdict: Verdict = Verdict.INCONCLUSIVE
    reason: str = ""
    min_effect: float = 0.0
    suspect: bool = False
    _looks: set[int] = field(default_factory=set)
    _replaced: int = 0  # planned looks whose place an earlier one took

    def __post_init__(self) -> None:
        self.min_effect = self.benchmark.min_effect

    @property
    def is_open(self) -> bool:
        return self.stage is not Stage.SETTLED

    @property
    def shown_pairs(self) -> list[Pair]:
        """What the shown estimate rests on: the fresh pairs of a suspect, because those that made it one flatter."""
        return self.fresh if len(self.fresh) >= self.rule.looks[0] else self.screening

    def evidence(self) -> Evidence | None:
        pairs = self.shown_pairs
        return rule.evidence(differences(pairs), self.rule) if pairs else None

    def add(self, pair: Pair) -> None:
        """Takes a pair that was measured for this benchmark, and looks where it is time to."""
        if not regime.is_kept(pair, self.cpus):
            self.rejected += 1
            if self.rejected > _MOST_REJECTED * self.rule.looks[-1]:
                self._settle(Verdict.INCONCLUSIVE, "other programs came and went all the time")
        elif self.stage is Stage.CONFIRMING:
            self.fresh.append(pair)
            if self._is_confirmed() or len(self.fresh) >= max(self.rule.least_fresh, len(self.screening)):
                self.stage = Stage.SETTLED
        else:
            self.screening.append(pair)
            if len(self.screening) in self.rule.looks:
                self._planned_look()

    def look_early(self) -> None:
        """A look between two planned ones, which takes the place of the next, so that there are never more."""
        if self.stage is Stage.SCREENING and len(self.screening) not in self.rule.looks:
            self._replaced += len(self.screening) > self.rule.looks[0]
            self._look()

    def _planned_look(self) -> None:
        if self._replaced and len(self.screening) < self.rule.looks[-1]:
            self._replaced -= 1
        else:
            self._look()

    def _look(self) -> None:
        n = len(self.screening)
        if n < self.rule.looks[0] or n in self._looks:
            return
        if not self._looks:
            self._mind_layout()
        self._looks.add(n)
        found = rule.evidence(differences(self.screening), self.rule)
        if rule.passes(found, self.min_effect):
            self._settle(Verdict.PASS, "")
        elif rule.is_suspect(found, self.min_effect):
            self.stage, self.suspect = Stage.CONFIRMING, True
        elif n >= self.rule.looks[-1]:
            self._settle(Verdict.INCONCLUSIVE, f"too noisy for {n} pairs")

    def close(self) -> None:
        """The budget is spent: what is still open is settled with what there is."""
        self.look_early()
        if self.stage is Stage.SCREENING:
            few = len(self.screening) < self.rule.looks[0]
            self._settle(Verdict.INCONCLUSIVE, "too few pairs in the budget" if few else "too noisy for the budget")
        elif self.stage is Stage.CONFIRMING:
            self.stage = Stage.SETTLED

    def p_value(self) -> float:
        """Of the fresh pairs alone; of the first of them and of all, twice the smaller one."""
        first = self.rule.first_fresh
        looks = [self.fresh[:first], self.fresh] if len(self.fresh) > first else [self.fresh]
        return min(1.0, 2 * min(signed_rank.p_greater(differences(pairs)) for pairs in looks)) if self.fresh else 1.0

    def _is_confirmed(self) -> bool:
        """Whether the first fresh pairs alone hold out against every correction there may be."""
        return len(self.fresh) == self.rule.first_fresh and self.p_value() <= self.rule.alpha / self.family

    def confirm(self, rejected_null: bool) -> None:
        """Settles a suspect, told whether Holm's procedure over all suspects rejects `no slower`."""
        if not self.fresh:
            return self._settle(Verdict.INCONCLUSIVE, "suspect; no time was left to confirm it")
        found = rule.evidence(differences(self.fresh), self.rule)
        if rejected_null and rule.matters(found, self.min_effect):
            self._settle(Verdict.FAIL, "")
        elif rule.passes(found, self.min_effect):
            self._settle(Verdict.PASS, "suspect at first, cleared by fresh pairs")
        else:
            self._settle(Verdict.INCONCLUSIVE, "suspect, not confirmed by fresh pairs")

    def fail_to_measure(self, error: str) -> None:
        self._settle(Verdict.ERROR, error)

    def _settle(self, verdict: Verdict, reason: str) -> None:
        self.stage, self.verdict, self.reason = Stage.SETTLED, verdict, reason

    def _mind_layout(self) -> None:
        """Below 10 ns an unrelated function that moves the code moves the time by up to 8 %."""
        times = sorted(pair.base.time_ns for pair in self.screening)
        if not self.benchmark.fixed_effect and times[len(times) // 2] < _TOO_SHORT_NS:
            self.min_effect = max(self.min_effect, _LAYOUT_EFFECT)


def differences(pairs: list[Pair]) -> list[float]:
    return [pair.difference for pair in pairs]


def settle_suspects(contests: list[Contest]) -> None:
    """Holm's procedure over the suspects of a suite."""
    suspects = {one.benchmark.key: one for one in contests if one.suspect and one.verdict is not Verdict.ERROR}
    if suspects:
        alpha = next(iter(suspects.values())).rule.alpha
        rejected = rule.holm({key: one.p_value() for key, one in suspects.items()}, alpha)
        for key, one in suspects.items():
            one.confirm(key in rejected)
