"""Which benchmark is measured next, and when to stop. Measuring itself, and the clock, are handed in, so that the same
code conducts a gate on this machine and one on recorded pairs."""

from collections.abc import Callable, Iterable, Sequence
from random import Random

from contendlib.gate.contest import Benchmark, Contest, settle_suspects
from contendlib.gate.pairs import CannotMeasure, Pair

_SCREENING_SHARE = 0.6  # of the budget, after which whoever is suspect must be confirmed

MeasurePair = Callable[[Benchmark, bool], Pair]  # (what, whether head goes first); may raise CannotMeasure
Clock = Callable[[], float]


class Conductor:
    """Runs the contests of a suite in rounds: one pair for each that is open, in an order drawn anew each time."""

    def __init__(self, contests: Sequence[Contest], measure: MeasurePair, clock: Clock, budget: float, rng: Random):
        self._contests = contests
        self._measure = measure
        self._clock = clock
        self._budget = budget
        self._rng = rng
        self._start = clock()
        self._spent = 0.0
        self._looked_early = False
        self.on_round: Callable[[], None] = lambda: None
        self.on_early_look: Callable[[], None] = lambda: None

    @property
    def elapsed(self) -> float:
        """Seconds of the budget, those before an interruption too."""
        return self._spent + self._clock() - self._start

    def take_up(self, events: Iterable[Pair | None]) -> None:
        """What an interrupted gate measured, in its order; None stands for an early look. All contests are then where they
        were, and have looked at their pairs as often."""
        by_key = {contest.benchmark.key: contest for contest in self._contests}
        for pair in events:
            if pair is None:
                for contest in self._contests:
                    contest.look_early()
            else:
                by_key[pair.benchmark].add(pair)
                self._spent += pair.seconds
        self._looked_early = self._spent >= _SCREENING_SHARE * self._budget

    def run(self) -> None:
        """Until all is decided or the budget is spent; then settles."""
        while open_ones := [one for one in self._contests if one.is_open]:
            self.on_round()
            self._rng.shuffle(open_ones)
            for contest in open_ones:
                if self.elapsed >= self._budget:
                    return self.settle()
                self._one_pair(contest)
            self._look_early()
        self.settle()

    def settle(self) -> None:
        """The verdicts on what there is."""
        self.on_early_look()
        for contest in self._contests:
            contest.close()
        settle_suspects(list(self._contests))

    def _one_pair(self, contest: Contest) -> None:
        try:
            contest.add(self._measure(contest.benchmark, self._rng.random() < 0.5))
        except CannotMeasure as failure:
            contest.fail_to_measure(str(failure))

    def _look_early(self) -> None:
        """While there is time to confirm, one more look at all that are undecided; when, no timing has a say in."""
        if not self._looked_early and self.elapsed >= _SCREENING_SHARE * self._budget:
            self._looked_early = True
            self.on_early_look()
            for contest in self._contests:
                contest.look_early()
