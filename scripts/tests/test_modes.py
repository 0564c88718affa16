"""Whether rounds come in two modes, on data whose truth is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
import math
import random

import pytest

from contendlib.claims import convoys, modes
from contendlib.claims.agreement import MET, MISSED, NOT_DECIDABLE
from contendlib.claims.repeated import TIME
from contendlib.proportion import Rate

TRIES = 200
FAST_NS, SLOW_NS = 2e5, 1e7


def around(level: float, spread: float, count: int, draw: random.Random) -> list[float]:
    return [level * math.exp(draw.gauss(0, spread)) for _ in range(count)]


def splits(seed: int, make: str, count: int) -> int:
    """How often so many rounds of one mode were split."""
    draw = random.Random(seed)
    shapes = {
        "narrow": lambda: draw.gauss(0, 0.05),
        "wide": lambda: draw.gauss(0, 0.8),
        "even": lambda: draw.uniform(0, math.log(30)),
        "skewed": lambda: draw.expovariate(1.5),
        "skewed to the fast": lambda: -draw.expovariate(1.5),
        "heavy tails": lambda: draw.gauss(0, 0.3) * (4 if draw.random() < 0.1 else 1),
    }
    shape = shapes[make]
    return sum(modes.boundary([SLOW_NS * math.exp(shape()) for _ in range(count)]) is not None for _ in range(TRIES))


@pytest.mark.parametrize("make", ["narrow", "wide", "even", "skewed", "skewed to the fast", "heavy tails"])
@pytest.mark.parametrize("count", [20, 40, 100])
def test_one_mode_is_not_split(make: str, count: int) -> None:
    assert splits(5, make, count) <= 0.03 * TRIES


@pytest.mark.parametrize("fast", [3, 8, 20, 37])
def test_two_modes_are_told_apart_round_by_round(fast: int) -> None:
    draw = random.Random(fast)
    found = 0
    for _ in range(TRIES):
        quick, slow = around(FAST_NS, 0.4, fast, draw), around(SLOW_NS, 0.4, 40 - fast, draw)
        cut = modes.boundary([*slow, *quick])
        found += cut is not None
        assert cut is None or max(quick) < cut < min(slow)
    assert found >= 0.95 * TRIES


def test_one_or_two_odd_rounds_are_no_mode() -> None:
    draw = random.Random(3)
    for odd in (1, 2):
        rounds = [*around(SLOW_NS, 0.3, 40, draw), *around(FAST_NS, 0.1, odd, draw)]
        assert modes.boundary(rounds) is None
    assert modes.boundary([]) is None and modes.boundary([FAST_NS] * 2 + [SLOW_NS] * 2) is None
    assert modes.boundary([SLOW_NS] * 40) is None


def test_shares_are_alike_where_their_intervals_say_so() -> None:
    assert modes.alike(Rate(500, 1000), Rate(520, 1000), 2.0) is True
    assert modes.alike(Rate(2, 15), Rate(6, 15), 2.0) is None
    assert modes.alike(Rate(0, 40), Rate(40, 40), 2.0) is False
    assert modes.alike(Rate(900, 1000), Rate(999, 1000), 2.0) is False  # of the slow rounds there are 100 times as many


Rounds = list[Mapping[str, float]]


def rounds(times: Sequence[float]) -> Rounds:
    return [{TIME: time, "p99_ns": 3 * time} for time in times]


def verdicts(ours: Rounds, theirs: Rounds) -> dict[str, str]:
    return {one.what.removeprefix("echo"): one.met for one in convoys.compared("echo", "P", ours, theirs)}


def mixture(fast: int, slow: int, seed: int, level: float = 1.0) -> Rounds:
    draw = random.Random(seed)
    return rounds(around(level * FAST_NS, 0.15, fast, draw) + around(level * SLOW_NS, 0.15, slow, draw))


def test_each_mode_is_compared_with_its_like() -> None:
    found = verdicts(mixture(3, 27, seed=1), mixture(15, 15, seed=2))  # the medians are in different modes
    assert found[", fast rounds: throughput"] == found[", slow rounds: throughput"] == MET
    assert found[", fast rounds: p99"] == found[", slow rounds: p99"] == MET
    assert found[": modes"] == NOT_DECIDABLE
    assert verdicts(mixture(60, 60, seed=1), mixture(60, 60, seed=2))[": modes"] == MET


def test_a_mode_at_another_level_is_a_miss() -> None:
    found = verdicts(mixture(15, 15, seed=1, level=3.0), mixture(15, 15, seed=2))
    assert found[", fast rounds: throughput"] == found[", slow rounds: throughput"] == MISSED


def test_a_mode_that_one_of_them_never_has_is_a_miss() -> None:
    found = verdicts(mixture(30, 0, seed=1), mixture(0, 30, seed=2))
    assert found[": modes"] == MISSED
    assert found[", fast rounds: throughput"] == found[", slow rounds: throughput"] == NOT_DECIDABLE


def test_one_mode_in_both_is_said_to_be_one() -> None:
    found = verdicts(mixture(0, 10, seed=1), mixture(0, 10, seed=2))
    assert found == {": throughput": MET, ": p99": MET, ": modes": MET}
    assert verdicts(mixture(0, 3, seed=1), mixture(0, 3, seed=2))[": modes"] == NOT_DECIDABLE


def test_a_single_round_in_a_mode_decides_nothing() -> None:
    found = verdicts(mixture(1, 20, seed=1), mixture(10, 11, seed=2))
    assert found[", fast rounds: throughput"] == NOT_DECIDABLE and found[", slow rounds: throughput"] == MET
