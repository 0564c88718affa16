"""Replayed gates on synthetic recordings whose truth is known, and the exact bounds of a rate."""

import json
import math
from pathlib import Path
from random import Random

from contendlib.exits import ContendError
from contendlib.gate import calibration
from contendlib.gate.pairs import Measurement, Pair
from contendlib.gate.replay import Rate, replay
from contendlib.gate.rule import Rule, Verdict
import pytest


def recording(slowdown: float, noise: float, drift: float = 0.0) -> dict[str, list[Pair]]:
    """Forty pairs of five benchmarks. The machine slows down by `drift` in their course."""
    rng = Random(3)
    return {
        f"b{i}": [
            Pair(
                f"b{i}",
                Measurement(1000 * math.exp(drift * at / 40 + rng.gauss(0, noise))),
                Measurement(1000 * (1 + slowdown) * math.exp(drift * at / 40 + rng.gauss(0, noise))),
                False,
                0.17,
            )
            for at in range(40)
        ]
        for i in range(5)
    }


def test_bounds_are_clopper_and_pearsons() -> None:
    assert Rate(0, 300).interval == (0.0, pytest.approx(0.01222, abs=1e-4))
    assert Rate(10, 20).interval == (pytest.approx(0.272, abs=1e-3), pytest.approx(0.728, abs=1e-3))
    assert Rate(5, 5).interval[1] == 1.0


def test_equal_programs_do_not_fail_where_rules_without_pairs_do() -> None:
    tally = replay(recording(0.0, 0.01, drift=0.2), True, 40, 1, Rule(), 2, 120.0)
    assert tally.failed == 0
    assert tally.failed_by_threshold > 20 and tally.failed_by_u_test > 20


def test_a_planted_slowdown_is_caught() -> None:
    at_the_smallest_effect = replay(recording(0.05, 0.01), False, 20, 1, Rule(), 2, 120.0)
    assert at_the_smallest_effect.rate(Verdict.FAIL).hits >= 95
    clearly_above_it = replay(recording(0.08, 0.01), False, 20, 1, Rule(), 2, 120.0)
    assert clearly_above_it.rate(Verdict.FAIL).hits == 100


def test_recordings_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    for text in ("{\n", json.dumps({"benchmark": "x"}) + "\n", ""):
        path.write_text(text)
        with pytest.raises(ContendError):
            calibration.read([path])
    with pytest.raises(ContendError):
        calibration.read([tmp_path / "none"])
