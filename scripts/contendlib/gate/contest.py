"""One benchmark on its way to a verdict: it takes pairs and says where it stands. Nothing here measures or waits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

from contendlib.gate import regime, rule, signed_rank
from contendlib.gate.pairs import Pair
from contendlib.gate.rule import Evidence, Rule, Verdict

_TOO_SHORT_NS = 10.0
_LAYOUT_EFFECT = 0.10
_MOST_REJECTED = 3  # times as many pairs as are wanted may be asked for
_NOT_CONFIRMED = "suspect, not confirmed by fresh pairs"


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
class Series:
    """The pairs of one stage, and when they are looked at."""

    looks: tuple[int, ...]
    pairs: list[Pair] = field(default_factory=list)
    _looked: set[int] = field(default_factory=set)
    _replaced: int = 0  # planned looks whose place an earlier one took

    def add(self, pair: Pair) -> bool:
        """Whether it is time to look."""
        self.pairs.append(pair)
        n = len(self.pairs)
        if n not in self.looks:
            return False
        if self._replaced and not self.is_full:
            self._replaced -= 1
            return False
        self._looked.add(n)
        return True

    def look_early(self) -> bool:
        """Whether there may be a look now, between two planned ones: it takes the place of the next, so that there are never
        more."""
        n = len(self.pairs)
        if n < self.looks[0] or n in self.looks or n in self._looked:
            return False
        self._replaced += 1
        self._looked.add(n)
        return True

    @property
    def is_full(self) -> bool:
        return len(self.pairs) >= self.looks[-1]


@dataclass
class Contest:
    """State of one benchmark."""

    benchmark: Benchmark
    rule: Rule
    cpus: int
    family: int  # benchmarks in the suite
    stage: Stage = Stage.SCREENING
    screening: Series = field(init=False)
    fresh: Series = field(init=False)
    rejected: int = 0
    verdict: Verdict = Verdict.INCONCLUSIVE
    reason: str = ""
    min_effect: float = 0.0
    suspect: bool = False
    decided_s: float | None = field(default=None, compare=False)  # seconds of the gate until then

    def __post_init__(self) -> None:
        self.min_effect = self.benchmark.min_effect
        self.screening, self.fresh = Series(self.rule.looks), Series(self.rule.looks)

    @property
    def is_open(self) -> bool:
        return self.stage is not Stage.SETTLED

    @property
    def shown_pairs(self) -> list[Pair]:
        """What the shown estimate rests on: the fresh pairs of a suspect, because those that made it one flatter."""
        return (self.fresh if len(self.fresh.pairs) >= self.rule.looks[0] else self.screening).pairs

    def evidence(self) -> Evidence | None:
        """Of the shown pairs; the levels are those of their stage."""
        pairs = self.shown_pairs
        level = self.rule.fail_level(self.family) if pairs is self.fresh.pairs else self.rule.suspect_level
        return self._evidence(pairs, level) if pairs else None

    def add(self, pair: Pair) -> None:
        """Takes a pair that was measured for this benchmark, and looks where it is time to."""
        if not regime.is_kept(pair, self.cpus):
            self.rejected += 1
            if self.rejected > _MOST_REJECTED * self.rule.looks[-1]:
                self._settle(Verdict.INCONCLUSIVE, "other programs came and went all the time")
        elif self._series.add(pair):
            self._look()

    def look_early(self) -> None:
        """A look between two planned ones."""
        if self.is_open and self._series.look_early():
            self._look()

    def close(self) -> None:
        """The budget is spent: what is still open is settled with what there is."""
        self.look_early()
        if not self.is_open:
            return
        few = len(self._series.pairs) < self.rule.looks[0]
        if self.suspect:
            self._settle(Verdict.INCONCLUSIVE, "suspect; no time was left to confirm it" if few else _NOT_CONFIRMED)
        else:
            self._settle(Verdict.INCONCLUSIVE, "too few pairs in the budget" if few else "too noisy for the budget")

    def p_value(self) -> float:
        """Of a suspect's fresh pairs alone, had they been looked at but once."""
        pairs = self.fresh.pairs
        return signed_rank.p_greater(averages(pairs, self.cpus), len(pairs)) if pairs else 1.0

    @property
    def _series(self) -> Series:
        return self.fresh if self.suspect else self.screening

    def _evidence(self, pairs: Sequence[Pair], level: float) -> Evidence:
        return rule.evidence(averages(pairs, self.cpus), len(pairs), self.rule.pass_level, level)

    def _look(self) -> None:
        self._mind_layout()
        level = self.rule.fail_level(self.family) if self.suspect else self.rule.suspect_level
        found = self._evidence(self._series.pairs, level)
        if rule.passes(found, self.min_effect):
            self._settle(Verdict.PASS, "suspect at first, cleared by fresh pairs" if self.suspect else "")
        elif rule.is_slower(found, self.min_effect) and self.suspect:
            self._settle(Verdict.FAIL, "")
        elif rule.is_slower(found, self.min_effect):
            self.stage, self.suspect = Stage.CONFIRMING, True
        elif self._series.is_full:
            self._settle(Verdict.INCONCLUSIVE, _NOT_CONFIRMED if self.suspect else f"too noisy for {found.n} pairs")

    def fail_to_measure(self, error: str) -> None:
        self._settle(Verdict.ERROR, error)

    def _settle(self, verdict: Verdict, reason: str) -> None:
        self.stage, self.verdict, self.reason = Stage.SETTLED, verdict, reason

    def _mind_layout(self) -> None:
        """Below 10 ns an unrelated function that moves the code moves the time by up to 8 %. Settled at the first look."""
        times = sorted(pair.base.time_ns for pair in self.screening.pairs[: self.rule.looks[0]])
        if not self.benchmark.fixed_effect and times[len(times) // 2] < _TOO_SHORT_NS:
            self.min_effect = max(self.min_effect, _LAYOUT_EFFECT)


def averages(pairs: Sequence[Pair], cpus: int) -> signed_rank.Array:
    """The Walsh averages of their differences, those in quiet times the more."""
    return signed_rank.walsh_averages([pair.difference for pair in pairs], [regime.scale(pair, cpus) for pair in pairs])
