"""Gates on recorded pairs: how often the rule errs on this machine, and how often others' rules do on the same data.

A gate takes, for each benchmark, the recorded pairs from a random place on, in the order in which they were measured, so
that drift and neighbours stay as they were. Where both sides were the same program, the roles are drawn anew, as the gate
itself draws them. Gates share recorded pairs: the bounds are on the rule given these recordings, not on new machines.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
import math
from random import Random
from statistics import median

from contendlib import cpus
from contendlib.gate import choice, compare_py, stopwatch
from contendlib.gate.calibration import CHOICE
from contendlib.gate.conductor import Conductor, Draw
from contendlib.gate.contest import Benchmark, Contest
from contendlib.gate.pairs import Pair
from contendlib.gate.rule import Rule, Verdict
from contendlib.proportion import Rate

Recorded = Mapping[str, Sequence[Pair]]  # by benchmark, in the order of measuring

_REPETITIONS = 20  # of a rule that measures base first and head afterwards
_THRESHOLD = 1.05


@dataclass
class Sequential:
    """What a rule says that measures base first and head afterwards."""

    gates: int
    failed: int = 0  # gates in which some benchmark is slower
    slower: Counter[str] = field(default_factory=Counter)  # by benchmark

    def add(self, slower: Sequence[str]) -> None:
        self.failed += bool(slower)
        self.slower.update(slower)

    def rate(self, benchmarks: Iterable[str]) -> Rate:
        found = [self.slower[name] for name in benchmarks]
        return Rate(sum(found), self.gates * len(found))


@dataclass
class Tally:
    """What became of the gates on one set of recordings."""

    gates: int
    failed: int
    by_benchmark: dict[str, dict[Verdict, list[float]]]  # after so many seconds of a gate
    by_threshold: Sequential
    by_compare_py: Sequential | None  # None where it is not installed

    def rate(self, verdict: Verdict, benchmarks: Iterable[str] | None = None, within: float = math.inf) -> Rate:
        """Verdicts of that kind, in so many seconds, of all."""
        names = list(benchmarks or self.by_benchmark)
        hits = sum(seconds <= within for name in names for seconds in self.by_benchmark[name].get(verdict, []))
        return Rate(hits, self.gates * len(names))

    def add(self, contest: Contest) -> None:
        self.by_benchmark[contest.benchmark.name].setdefault(contest.verdict, []).append(contest.decided_s or 0.0)


def replay(recorded: Recorded, equal: bool, gates: int, seed: int, rule: Rule, cpus: int, budget: float) -> Tally:
    """Runs that many gates; `equal` where both sides were the same program doing the same work."""
    rng = Random(seed)
    theirs = Sequential(gates) if compare_py.is_installed() else None
    tally = Tally(gates, 0, {name: {} for name in recorded}, Sequential(gates), theirs)
    for _ in range(gates):
        contests = _gate(recorded, equal, rng, rule, cpus, budget)
        for contest in contests:
            tally.add(contest)
        tally.failed += any(contest.verdict is Verdict.FAIL for contest in contests)
        times = {name: _base_then_head(pairs, rng) for name, pairs in recorded.items()}
        tally.by_threshold.add([name for name, (base, head) in times.items() if median(head) > _THRESHOLD * median(base)])
        if theirs is not None:
            theirs.add([name for name, (base, head) in times.items() if compare_py.says_slower(base, head)])
    return tally


def replay_all(recorded: Mapping[int, Recorded], gates: int, seed: int, budget: float) -> dict[int, Tally]:
    """By planted percentage."""
    return _replayed(recorded, 0, gates, seed, budget)


def replay_exact(equal: Recorded, plants: Iterable[int], gates: int, seed: int, budget: float) -> dict[int, Tally]:
    """The same by percentage, on pairs of equal programs whose head's times are made longer by just so much. Of extra work
    that was done, the recording knows the effect only as well as it has pairs."""
    rng = Random(seed)

    def slower(pair: Pair, percent: int) -> Pair:
        drawn = pair.swapped() if rng.random() < 0.5 else pair
        return replace(drawn, head=replace(drawn.head, time_ns=drawn.head.time_ns * (1 + percent / 100)))

    recorded = {percent: {name: [slower(pair, percent) for pair in pairs] for name, pairs in equal.items()} for percent in plants}
    return _replayed(recorded, None, gates, seed, budget)


def _replayed(recorded: Mapping[int, Recorded], equal: int | None, gates: int, seed: int, budget: float) -> dict[int, Tally]:
    """Each by itself, and so on all CPUs; `equal` is the percentage at which both sides were the same program."""
    count = len(cpus.usable())
    with ProcessPoolExecutor(count) as pool:
        tallies = {
            percent: pool.submit(replay, those, percent == equal, gates, seed, Rule(), count, budget)
            for percent, those in sorted(recorded.items())
        }
        return {percent: tally.result() for percent, tally in tallies.items()}


def _gate(recorded: Recorded, equal: bool, rng: Random, rule: Rule, cpus: int, budget: float) -> list[Contest]:
    asked = [choice.chosen("recorded", name, CHOICE) for name in recorded]
    contests = [Contest(benchmark, rule, cpus, len(recorded)) for benchmark in asked if benchmark]
    next_at = {name: rng.randrange(len(pairs)) for name, pairs in recorded.items()}
    now = 0.0

    def next_pair(benchmark: Benchmark) -> Pair:
        nonlocal now
        pairs = recorded[benchmark.name]
        pair = pairs[next_at[benchmark.name] % len(pairs)]
        next_at[benchmark.name] += 1
        now += pair.seconds
        return pair.swapped() if equal and rng.random() < 0.5 else pair

    def measure(draws: Sequence[Draw]) -> list[Pair]:
        return [next_pair(benchmark) for benchmark, _ in draws]

    Conductor(contests, measure, stopwatch.lanes(cpus), lambda: now, budget, rng).run()
    return contests


def _base_then_head(pairs: Sequence[Pair], rng: Random) -> tuple[list[float], list[float]]:
    """What who measures base and then head would have seen: the base of some pairs and the head of those after them."""
    start, many = rng.randrange(len(pairs)), min(_REPETITIONS, len(pairs) // 2)
    window = [pairs[(start + i) % len(pairs)] for i in range(2 * many)]
    return [pair.base.time_ns for pair in window[:many]], [pair.head.time_ns for pair in window[many:]]
