"""Replayed gates on synthetic recordings whose truth is known, and the exact bounds of a rate."""

import json
import math
from pathlib import Path
from random import Random
from statistics import median

from contendlib import cli
from contendlib.exits import ContendError
from contendlib.gate import calibration, calibration_report, compare_py
from contendlib.gate.pairs import Measurement, Pair
from contendlib.gate.replay import Rate, replay
from contendlib.gate.rule import Rule, Verdict
from gate_bench import FAST, install_fake
import pytest
from scipy.stats import mannwhitneyu


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
    assert tally.failed_by_threshold > 20
    assert tally.failed_by_compare_py is None or tally.failed_by_compare_py > 20


def test_a_planted_slowdown_is_caught() -> None:
    at_the_smallest_effect = replay(recording(0.05, 0.01), False, 20, 1, Rule(), 2, 120.0)
    assert at_the_smallest_effect.rate(Verdict.FAIL).hits >= 95
    clearly_above_it = replay(recording(0.08, 0.01), False, 20, 1, Rule(), 2, 120.0)
    assert clearly_above_it.rate(Verdict.FAIL).hits == 100


def test_the_table_shows_what_was_planted_and_what_others_say(monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = {0: recording(0.0, 0.01), 10: recording(0.10, 0.01)}
    text = calibration_report.report(recorded, 5, 1, 120.0)
    equal, slower = [line.split(" | ") for line in text.splitlines() if line.startswith(("| 0 %", "| 10 %"))]
    assert equal[4].startswith("0 of 5") and slower[5].startswith("25 of 25")
    assert 1.09 < float(slower[3].split()[0]) < 1.11
    noise = [line.split(" | ") for line in text.splitlines() if line.startswith("| `b")]
    assert len(noise) == 5 and noise[0][1] == "cpu"
    assert all(1.0 < float(cells[3].rstrip("%")) < 2.2 and 1 <= int(cells[4].rstrip(" |")) < 10 for cells in noise)
    recorded[0]["b1/threads:2"] = recorded[0].pop("b1")
    rows = [line.split(" | ")[1] for line in calibration_report.report(recorded, 1, 1, 120.0).splitlines() if line.startswith("| 0 %")]
    assert rows == ["5 in all", "4 by cpu time", "1 by wall time"]
    monkeypatch.setattr(compare_py, "is_installed", lambda: False)
    assert "| not installed |" in calibration_report.report(recorded, 1, 1, 120.0)


@pytest.mark.skipif(not compare_py.is_installed(), reason="libbenchmark-tools is not installed")
def test_compare_py_is_asked_as_its_users_ask_it() -> None:
    rng = Random(2)
    for shift in (0.0, 0.5, 1.0, 2.0, -2.0):
        base, head = ([100 + at + rng.gauss(0, 1) for _ in range(20)] for at in (0.0, shift))
        significant = mannwhitneyu(base, head, alternative="two-sided").pvalue < 0.05
        assert compare_py.says_slower(base, head) == (significant and median(head) > median(base))


def test_recordings_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    for text in ("{\n", json.dumps({"benchmark": "x"}) + "\n", ""):
        path.write_text(text)
        with pytest.raises(ContendError):
            calibration.read([path])
    with pytest.raises(ContendError):
        calibration.read([tmp_path / "none"])


def test_real_gates_are_run_and_counted(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FAKE_GBENCH", json.dumps({"names": [FAST]}))
    program = install_fake(tmp_path / "bench_fake")
    words = ["calibrate", "--real", "2", "--program", str(program), "--out", str(tmp_path / "out"), "--seed", "3"]
    assert cli.main(words) == 0
    assert "0 % planted, 2 real gates" in (out := capfd.readouterr().out)
    assert "gates that fail 0 of 2" in out and "pass 2 of 2" in out
    assert cli.main([*words, "--real", "1", "--plant", "10"]) == 0
    assert "gates that fail 1 of 1" in (out := capfd.readouterr().out) and "fail 1 of 1" in out
    assert (tmp_path / "out" / "gate-001" / "gate.json").exists()
    assert cli.main([*words, "pairs.jsonl"]) == 2
