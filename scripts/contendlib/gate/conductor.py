"""Which benchmark is measured next, and when to stop. Measuring itself, and the clock, are handed in, so that the same
code conducts a gate on this machine and one on recorded pairs."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random
from typing import TypeVar

from contendlib.gate import choice
from contendlib.gate.contest import Benchmark, Contest
from contendlib.gate.pairs import CannotMeasure, Pair

_SCREENING_SHARE = 0.6  # of the budget, after which whoever is suspect must be confirmed
_FIRST_SHARE = 2 / 3  # of the budget, that what is sharp may have to itself

Draw = tuple[Benchmark, bool]  # what is measured, and whether head goes first
Measure = Callable[[Sequence[Draw]], Sequence[Pair | CannotMeasure]]  # pairs at the same time
Clock = Callable[[], float]
T = TypeVar("T")


class Conductor:
    """Runs the contests of a suite in rounds: one pair for each that is open, in an order drawn anew each time. First those
    that may share CPUs, of which up to so many as there are lanes are measured at a time: few pairs decide them. All that is
    left of the budget is for the others, which have all CPUs to themselves."""

    def __init__(
        self, contests: Sequence[Contest], measure: Measure, lanes: int, clock: Clock, budget: float, rng: Random
    ):
        self._contests = contests
        self._measure = measure
        self._lanes = lanes
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
            self._note_time()
        self._looked_early = self._spent >= _SCREENING_SHARE * self._budget

    def run(self) -> None:
        """Until all is decided or the budget is spent; then settles."""
        while open_ones := [one for one in self._contests if one.is_open]:
            self.on_round()
            turn = self._whose_turn(open_ones)
            self._rng.shuffle(turn)
            for heat in heats(turn, _may_share, self._lanes):
                if self.elapsed >= self._budget:
                    return self.settle()
                self._run(heat)
            self._look_early()
        self.settle()

    def settle(self) -> None:
        """The verdicts on what there is."""
        self.on_early_look()
        for contest in self._contests:
            contest.close()
        self._note_time()

    def _whose_turn(self, open_ones: list[Contest]) -> list[Contest]:
        first = [contest for contest in open_ones if _may_share(contest)]
        return first if first and self.elapsed < _FIRST_SHARE * self._budget else open_ones

    def _note_time(self) -> None:
        """In those that have been decided since the last time."""
        for contest in self._contests:
            if not contest.is_open and contest.decided_s is None:
                contest.decided_s = self.elapsed

    def _run(self, heat: Sequence[Contest]) -> None:
        draws = [(contest.benchmark, self._rng.random() < 0.5) for contest in heat]
        for contest, found in zip(heat, self._measure(draws)):
            if isinstance(found, CannotMeasure):
                contest.fail_to_measure(str(found))
            else:
                contest.add(found)
        self._note_time()

    def _look_early(self) -> None:
        """While there is time to confirm, one more look at all that are undecided; when, no timing has a say in."""
        if not self._looked_early and self.elapsed >= _SCREENING_SHARE * self._budget:
            self._looked_early = True
            self.on_early_look()
            for contest in self._contests:
                contest.look_early()
            self._note_time()


def heats(items: Sequence[T], may_share: Callable[[T], bool], lanes: int) -> Iterator[list[T]]:
    """What is measured at a time: those that may share CPUs, as many as there are lanes; each of the others alone."""
    sharing: list[T] = []
    for item in items:
        if not may_share(item):
            yield [item]
            continue
        sharing.append(item)
        if len(sharing) == lanes:
            yield sharing
            sharing = []
    if sharing:
        yield sharing


def _may_share(contest: Contest) -> bool:
    return choice.is_of_one_thread(contest.benchmark.name, contest.benchmark.metric)
