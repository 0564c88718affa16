"""The gate's statistics against published figures, and its verdicts on synthetic pairs whose truth is known."""

from collections.abc import Sequence
import math
from random import Random
from statistics import NormalDist

from contendlib.exits import ContendError
from contendlib.gate import boundary, contest, self_check, signed_rank
from contendlib.gate.conductor import Conductor, Draw, heats
from contendlib.gate.contest import Benchmark, Contest
from contendlib.gate.pairs import CannotMeasure, Measurement, Pair
from contendlib.gate.rule import Rule, Verdict
import numpy as np
import pytest
from scipy.stats import beta, wilcoxon

RULE = Rule()


class Machine:
    """Makes pairs of a known slowdown and noise; now and then one that is far off, as on shared machines."""

    def __init__(self, seed: int, slowdown: float, noise: float, base_ns: float = 1000.0) -> None:
        self._rng = Random(seed)
        self._slowdown = slowdown
        self._noise = noise
        self._base_ns = base_ns
        self.now = 0.0

    def _half(self, factor: float) -> Measurement:
        outlier = self._rng.random() < 0.03
        return Measurement(self._base_ns * factor * math.exp(self._rng.gauss(0, self._noise * (8 if outlier else 0.7))))

    def pair(self, benchmark: Benchmark, head_first: bool) -> Pair:
        self.now += 0.17
        return Pair(benchmark.key, self._half(1.0), self._half(1.0 + self._slowdown), head_first, 0.17)

    def measure(self, draws: Sequence[Draw]) -> list[Pair | CannotMeasure]:
        return [self.pair(*draw) for draw in draws]


def suite(seed: int, size: int, slowdown: float, noise: float, budget: float = 120.0) -> list[Contest]:
    """The settled contests of one gate."""
    machine, rng = Machine(seed, slowdown, noise), Random(seed + 1)
    contests = [Contest(Benchmark("p", f"b{i}", "cpu", 0.05), RULE, 2, 20) for i in range(size)]
    Conductor(contests, machine.measure, 2, lambda: machine.now, budget, rng).run()
    return contests


def verdicts(seeds: range, slowdown: float, noise: float) -> dict[Verdict, int]:
    found = [one.verdict for seed in seeds for one in suite(seed, 20, slowdown, noise)]
    return {verdict: found.count(verdict) for verdict in Verdict}


def test_the_boundary_is_pococks() -> None:
    for looks, z in ((2, 2.178), (4, 2.361), (5, 2.413), (6, 2.453)):
        equally_spaced = tuple(10 * (i + 1) for i in range(looks))
        assert boundary.crossing_probability(equally_spaced, z) == pytest.approx(0.025, abs=3e-4)
        assert boundary.nominal_level(equally_spaced, 0.025) == pytest.approx(0.5 * math.erfc(z / 2**0.5), rel=0.02)


def test_the_signed_rank_agrees_with_scipy() -> None:
    rng = np.random.default_rng(7)
    for n in (5, 12, 30):
        values = list(rng.normal(0.3, 1.0, n))
        expected = wilcoxon(values, alternative="greater", mode="exact").pvalue
        assert signed_rank.p_greater(signed_rank.walsh_averages(values), n) == pytest.approx(expected)


def test_the_bounds_of_the_signed_rank_are_those_of_the_test() -> None:
    values = list(np.random.default_rng(3).normal(0.0, 1.0, 20))
    averages = signed_rank.walsh_averages(values)
    for level in (0.2, 0.05, 0.01):
        low = signed_rank.lower_bound(averages, 20, level)
        assert signed_rank.p_greater(averages - low + 1e-9, 20) <= level
        assert signed_rank.p_greater(averages - low - 1e-9, 20) > 0.5 * level
    assert signed_rank.lower_bound(averages[:3], 2, 0.01) == -np.inf


def test_with_scales_the_rank_is_of_the_difference_over_its_scale() -> None:
    rng = np.random.default_rng(11)
    scales = rng.choice([1.0, 6.0], 30)
    values = 0.5 + rng.normal(0.0, 1.0, 30) * scales
    averages = signed_rank.walsh_averages(values, scales)
    expected = wilcoxon(values / scales, alternative="greater", mode="exact").pvalue
    assert signed_rank.p_greater(averages, 30) == pytest.approx(expected)
    shifted = signed_rank.walsh_averages(values + 7.0, scales)
    assert shifted == pytest.approx(averages + 7.0), "what all have more, the estimate has more"


def test_a_pair_that_was_measured_beside_others_counts_for_less() -> None:
    rng = Random(4)
    pairs = []
    for at in range(120):
        load, noise = (1.0, 0.4) if at % 2 else (0.0, 0.02)
        halves = [Measurement(1000 * math.exp(rng.gauss(0, noise)), 1.9, load) for _ in range(2)]
        pairs.append(Pair("p:b", *halves, False, 0.1))
    weighted, alike = contest.averages(pairs, 2), signed_rank.walsh_averages([pair.difference for pair in pairs])
    assert signed_rank.noise(weighted, 120) < 0.8 * signed_rank.noise(alike, 120)
    swapped = contest.averages([pair.swapped() for pair in pairs], 2)
    assert swapped == pytest.approx(-weighted[::-1]), "no side is favoured"


def test_what_is_sharp_is_decided_first() -> None:
    machine, order = Machine(1, 0.0, 0.02), []

    def measure(draws: Sequence[Draw]) -> list[Pair | CannotMeasure]:
        order.extend(draw[0].metric for draw in draws)
        return machine.measure(draws)

    contests = [Contest(Benchmark("p", f"{metric}{i}", metric, 0.05), RULE, 2, 20) for i in range(3) for metric in ("cpu", "wall")]
    Conductor(contests, measure, 2, lambda: machine.now, 120.0, Random(0)).run()
    assert order.index("wall") == order.count("cpu"), "they need few pairs"
    decided = {metric: [one.decided_s for one in contests if one.benchmark.metric == metric] for metric in ("cpu", "wall")}
    assert max(map(float, decided["cpu"])) < min(map(float, decided["wall"])) <= machine.now


def test_what_is_sharp_and_yet_undecided_leaves_a_third_of_the_budget() -> None:
    machine, walls = Machine(1, 0.0, 2.0), []

    def measure(draws: Sequence[Draw]) -> list[Pair | CannotMeasure]:
        walls.extend(machine.now for draw in draws if draw[0].metric == "wall")
        return machine.measure(draws)

    contests = [Contest(Benchmark("p", metric, metric, 0.05), RULE, 2, 20) for metric in ("cpu", "wall")]
    Conductor(contests, measure, 2, lambda: machine.now, 30.0, Random(0)).run()
    assert 20.0 <= walls[0] < 20.5 and len(walls) > 20


def test_the_noise_is_that_of_a_pair() -> None:
    values = list(np.random.default_rng(5).normal(0.0, 0.03, 300))
    assert signed_rank.noise(signed_rank.walsh_averages(values), 300) == pytest.approx(0.03, rel=0.15)


def test_a_suite_shares_its_chance_of_a_wrong_fail() -> None:
    for family in (1, 20, 200):
        level = RULE.fail_level(family)
        z = NormalDist().inv_cdf(1 - level)
        assert family * RULE.suspicion * boundary.crossing_probability(RULE.looks, z) <= 1.02 * RULE.alpha


def test_what_may_share_a_cpu_is_measured_together() -> None:
    assert list(heats("aBcdeF", str.islower, 2)) == [["B"], ["a", "c"], ["d", "e"], ["F"]]
    assert list(heats("abc", str.islower, 2)) == [["a", "b"], ["c"]]
    assert list(heats("aB", str.islower, 1)) == [["a"], ["B"]]


def test_equal_programs_do_not_fail_and_mostly_pass() -> None:
    found = verdicts(range(30), slowdown=0.0, noise=0.03)
    assert found[Verdict.FAIL] == 0
    assert found[Verdict.PASS] >= 0.97 * 600


def test_a_slowdown_of_the_smallest_effect_is_caught_and_never_passes() -> None:
    found = verdicts(range(10), slowdown=0.05, noise=0.015)
    assert found[Verdict.FAIL] >= 0.97 * 200
    assert found[Verdict.PASS] <= 1


def test_noise_makes_undecided_and_not_pass() -> None:
    found = verdicts(range(10), slowdown=0.10, noise=0.5)
    assert found[Verdict.PASS] <= 1
    assert found[Verdict.INCONCLUSIVE] >= 190


def test_a_wrong_pass_is_as_rare_as_is_said() -> None:
    """Straight at the boundary, where a pass is wrong by definition."""
    passed = sum(one.verdict is Verdict.PASS for seed in range(25) for one in suite(seed, 20, 0.05, 0.06))
    assert beta.ppf(0.01, passed, 500 - passed + 1) < RULE.wrong_pass if passed else True


def test_what_is_hardly_below_the_smallest_effect_does_not_pass() -> None:
    """However many pairs say so: a spell may be why."""
    for slowdown, passed in ((0.047, 0), (0.02, 60)):
        found = verdicts(range(3), slowdown=slowdown, noise=0.002)
        assert found[Verdict.PASS] == passed


def test_fresh_pairs_decide_about_a_suspect() -> None:
    one = Contest(Benchmark("p", "b", "cpu", 0.05), RULE, 2, 1)
    machine = Machine(1, 0.10, 0.01)
    while not one.suspect:
        one.add(machine.pair(one.benchmark, False))
    honest = Machine(2, 0.0, 0.01)
    while one.is_open:
        one.add(honest.pair(one.benchmark, False))
    assert (one.verdict, one.reason) == (Verdict.PASS, "suspect at first, cleared by fresh pairs")


def test_a_suspect_without_time_to_confirm_is_undecided() -> None:
    one = Contest(Benchmark("p", "b", "cpu", 0.05), RULE, 2, 1)
    machine = Machine(1, 0.10, 0.01)
    while not one.suspect:
        one.add(machine.pair(one.benchmark, False))
    one.close()
    assert (one.verdict, one.reason) == (Verdict.INCONCLUSIVE, "suspect; no time was left to confirm it")


def test_what_is_real_but_too_small_to_matter_is_no_failure() -> None:
    assert {one.verdict for one in suite(4, 20, 0.01, 0.005)} == {Verdict.PASS}


def test_the_budget_is_kept_and_ends_undecided() -> None:
    machine = Machine(1, 0.0, 0.02)
    contests = [Contest(Benchmark("p", f"b{i}", "cpu", 0.05), RULE, 2, 20) for i in range(20)]
    Conductor(contests, machine.measure, 2, lambda: machine.now, 10.0, Random(0)).run()
    assert machine.now <= 10.2
    assert {one.verdict for one in contests} == {Verdict.INCONCLUSIVE}
    assert {one.reason for one in contests} == {"too few pairs in the budget"}


def test_there_are_never_more_looks_than_planned() -> None:
    for seed in range(5):
        for one in suite(seed, 3, 0.03, 0.3, budget=40.0):
            assert max(len(stage._looked) for stage in (one.screening, one.fresh)) <= len(RULE.looks)


def test_pairs_in_which_a_neighbour_came_or_went_are_left_out_whatever_they_say() -> None:
    one = Contest(Benchmark("p", "b", "wall", 0.05), RULE, 2, 1)
    one.add(Pair("p:b", Measurement(10.0, 1.9, 0.0), Measurement(99.0, 1.0, 0.9), False, 0.1))
    one.add(Pair("p:b", Measurement(10.0, 1.9, 0.9), Measurement(99.0, 1.0, 0.8), False, 0.1))
    one.add(Pair("p:b", Measurement(10.0), Measurement(99.0), False, 0.1))
    assert (one.rejected, len(one.screening.pairs)) == (1, 2)


@pytest.mark.parametrize("told", [True, False])
def test_a_neighbour_that_comes_and_goes_fails_nobody(told: bool) -> None:
    """He makes a contended lock four times as fast, on both sides alike, whether the kernel tells of him or not."""
    for seed in range(4):
        machine, rng = Machine(seed, 0.0, 0.02), Random(seed)
        here, leaves = False, 0.0

        def half() -> Measurement:
            nonlocal here, leaves
            machine.now += 0.085
            if machine.now > leaves:
                here, leaves = not here, machine.now + rng.uniform(0.1, 3.0)
            time_ns = machine.pair(benchmark, False).base.time_ns / (4 if here else 1)
            return Measurement(time_ns, 1.9, float(here) if told else None)

        def measure(draws: Sequence[Draw]) -> list[Pair | CannotMeasure]:
            ((of, head_first),) = draws
            first, second = half(), half()
            base, head = (second, first) if head_first else (first, second)
            return [Pair(of.key, base, head, head_first, 0.17)]

        benchmark = Benchmark("p", "lock", "wall", 0.05)
        contests = [Contest(Benchmark("p", f"b{i}", "wall", 0.05), RULE, 2, 20) for i in range(20)]
        Conductor(contests, measure, 2, lambda: machine.now, 120.0, Random(seed)).run()
        assert all(one.verdict in (Verdict.PASS, Verdict.INCONCLUSIVE) for one in contests)
        assert any(one.rejected for one in contests) == told


def test_below_ten_nanoseconds_the_layout_widens_the_effect() -> None:
    for base_ns, expected in ((3.7, 0.10), (37.0, 0.05)):
        one = Contest(Benchmark("p", "b", "cpu", 0.05), RULE, 2, 1)
        machine = Machine(1, 0.0, 0.01, base_ns)
        while one.is_open:
            one.add(machine.pair(one.benchmark, True))
        assert one.min_effect == expected


def test_a_benchmark_that_cannot_be_measured_stops_nobody_else() -> None:
    machine = Machine(1, 0.0, 0.01)

    def measure(draws: Sequence[Draw]) -> list[Pair | CannotMeasure]:
        failure = CannotMeasure("in base: crashed")
        return [failure if draw[0].name == "bad" else machine.pair(*draw) for draw in draws]

    contests = [Contest(Benchmark("p", name, "cpu", 0.05), RULE, 2, 20) for name in ("good", "bad")]
    Conductor(contests, measure, 2, lambda: machine.now, 60.0, Random(0)).run()
    assert [one.verdict for one in contests] == [Verdict.PASS, Verdict.ERROR]


@pytest.mark.parametrize(
    ("function", "value"), [("passes", True), ("passes", False), ("is_slower", True), ("is_slower", False)]
)
def test_a_rule_that_says_the_wrong_thing_is_found_by_the_own_check(
    monkeypatch: pytest.MonkeyPatch, function: str, value: object
) -> None:
    self_check.require_sound(RULE)
    monkeypatch.setattr(contest.rule, function, lambda *_: value)
    with pytest.raises(ContendError, match="the gate's own check failed"):
        self_check.require_sound(RULE)
