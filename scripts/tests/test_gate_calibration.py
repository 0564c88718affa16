"""Replayed gates on synthetic recordings whose truth is known, and the exact bounds of a rate."""

from collections import Counter
from collections.abc import Callable
from functools import partial
import gzip
import json
import math
import os
from pathlib import Path
from random import Random
import signal
from statistics import median
from threading import Thread
import time
from typing import Any

from contendlib import cli
from contendlib.exits import ContendError
from contendlib.gate import calibration, calibration_report, compare_py, rehearsal, session, tuning
from contendlib.gate.pairs import Measurement, Pair, records
from contendlib.gate.replay import Rate, replay, replay_all, replay_exact
from contendlib.gate.rule import Rule, Verdict
from gate_bench import FAST, MAP, install_fake
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
    assert tally.by_threshold.failed > 20
    assert tally.by_compare_py is None or tally.by_compare_py.failed > 20


def test_what_is_exactly_as_much_slower_as_was_said_is_caught_and_does_not_pass() -> None:
    equal = recording(0.0, 0.02)
    (tally,) = replay_exact(equal, [10], 20, 1, 120.0).values()
    assert tally.rate(Verdict.FAIL).hits == 100
    found = calibration_report.Evidence({0: equal}, replay_all({0: equal}, 1, 1, 120.0), [], 120.0, {5: tally})
    row = cells(calibration_report.page(found, None), "5 % slower, CPU-bound (CPU time): caught")[0]
    assert row[2] == "not measured" and row[4].startswith("100 of 100")


def test_a_planted_slowdown_is_caught() -> None:
    at_the_smallest_effect = replay(recording(0.05, 0.01), False, 20, 1, Rule(), 2, 120.0)
    assert at_the_smallest_effect.rate(Verdict.FAIL).hits >= 90, "gates share forty pairs: several meet a stretch that flatters"
    clearly_above_it = replay(recording(0.08, 0.01), False, 20, 1, Rule(), 2, 120.0)
    assert clearly_above_it.rate(Verdict.FAIL).hits == 100


def evidence(recorded: dict[int, dict[str, list[Pair]]], gates: int) -> calibration_report.Evidence:
    return calibration_report.Evidence(recorded, replay_all(recorded, gates, 1, 120.0), [], 120.0)


def cells(text: str, start: str) -> list[list[str]]:
    return [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith(f"| {start}")]


def test_the_page_shows_what_was_planted_and_what_others_say(monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = {0: recording(0.0, 0.01), 5: recording(0.06, 0.01), 10: recording(0.10, 0.01)}
    for by_name in recorded.values():
        by_name["b1/threads:2"] = by_name.pop("b1")
    text = calibration_report.page(evidence(recorded, 5), None)
    assert cells(text, "equal programs: gates that fail")[0][2].startswith("0 of 5")
    assert cells(text, "5 % slower, CPU-bound (CPU time): caught")[0][2].startswith("20 of 20")
    assert cells(text, "10 % slower, contended (wall time): caught")[0][2].startswith("5 of 5")
    assert cells(text, "10 % slower, contended (wall time): passed")[0][2].startswith("0 of 5")
    alone, contended = cells(text, "10 %")[-2:]
    assert [alone[1], contended[1]] == ["4 CPU-bound (CPU time)", "1 contended (wall time)"]
    assert alone[4].startswith("20 of 20") and contended[4].startswith("5 of 5")
    assert 1.09 < float(alone[3].split()[0]) < 1.11
    effects, noise = (cells(part, "`b") for part in text.split("## Noise"))
    assert [row[:2] for row in effects] == [["`b1/threads:2`", "10 %"], *(["`b%d`" % i, "5 %"] for i in (0, 2, 3, 4))]
    assert 1.08 < float(effects[0][3].split()[0]) < 1.12 and effects[0][5] == "unknown" and effects[0][6].startswith("5 of 5")
    assert 1.0 < float(effects[0][4].rstrip(" %")) < 2.2
    assert len(noise) == 5 and sorted(row[1] for row in noise) == ["cpu"] * 4 + ["wall"]
    assert all(1.0 < float(row[3].rstrip(" %")) < 2.2 and 1 <= int(row[4]) < 10 for row in noise)
    monkeypatch.setattr(compare_py, "is_installed", lambda: False)
    assert "| not installed |" in calibration_report.page(evidence(recorded, 1), None)


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
    for packed in (b"no gzip", gzip.compress(b"{}\n" * 99)[:-9]):
        (tmp_path / "pairs.jsonl.gz").write_bytes(packed)
        with pytest.raises(ContendError):
            calibration.read([tmp_path / "pairs.jsonl.gz"])


@pytest.fixture
def calibrate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """`contend calibrate` on a fake program of one benchmark of each kind."""
    monkeypatch.setenv("FAKE_GBENCH", json.dumps({"names": [FAST, MAP]}))
    monkeypatch.setattr(calibration, "_LIMIT_S", 600.0)
    monkeypatch.setattr(rehearsal, "Request", partial(session.Request, time_limit=600.0))
    program = install_fake(tmp_path / "bench_fake")
    words = ["calibrate", "--program", str(program), "--out", str(tmp_path / "out"), "--seed", "3"]
    return lambda *more: cli.main([*words, *more])


def test_a_plant_is_tuned_until_its_effect_is_what_was_asked_for(
    calibrate: Callable[..., int], tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of the time of the one that is contended does not grow with its work."""
    plan = {"names": [FAST, MAP], "fixed": {MAP: 0.5}, "noise": 0.01}
    monkeypatch.setenv("FAKE_GBENCH", json.dumps(plan))
    assert calibrate("--tune", "1000") == 0
    plants = tuning.read(tmp_path / "out")
    assert plants.tries[0].percent == 10 and plants.tries[0].high < 1.07, "ten percent of work are five of time"
    assert plants.amounts.keys() == {MAP} and 16 <= plants.amounts[MAP] <= 24
    last = plants.tries[-1]
    assert 1.085 < last.ratio < 1.115, "what 99 % confidence does not tell from ten percent; a 95 % interval may miss it"
    assert last.low < last.ratio < last.high and last.percent == plants.amounts[MAP]
    text = capfd.readouterr().out
    assert "calibrate --tune 1000 --seed 3" in text and len(cells(text, f"`{MAP}`")) == len(plants.tries)

    monkeypatch.setenv("FAKE_GBENCH", json.dumps({**plan, "noise": 0.001}))
    assert calibrate("--record", "1", "--gates", "0", "--filter", "threads:2", "--plant", "10") == 0
    found = [record["head"]["time_ns"] / record["base"]["time_ns"] for record in records(tmp_path / "out" / "pairs.jsonl.gz")]
    assert median(found) == pytest.approx(1 + plants.amounts[MAP] / 200, abs=0.005), "what is recorded is what was tuned"
    assert calibrate("--tune", "100") == 2 and "--tune comes first" in capfd.readouterr().err


def test_a_plant_whose_effect_is_right_stays() -> None:
    plants = tuning.tune([MAP], plant_of(lambda percent: percent / 100), 2, lambda: True, Random(1))
    assert plants.amounts == {MAP: 10} and len(plants.tries) == 1
    assert plants.environment(5, 10) == {"CONTEND_PLANT": "005", "CONTEND_PLANT_CONTENDED": f"{MAP}=010"}
    assert plants.environment(0, 2)["CONTEND_PLANT_CONTENDED"] == f"{MAP}=002"
    assert tuning.Plants().environment(0, 10)["CONTEND_PLANT_CONTENDED"] == "010"


def test_a_plant_that_no_amount_makes_right_is_the_closest() -> None:
    plants = tuning.tune([MAP], plant_of(lambda percent: 0.2 if percent > 7 else 0.05), 2, lambda: True, Random(1))
    assert plants.amounts == {MAP: min(known.percent for known in plants.tries)} and len(plants.tries) > 1


def test_what_cannot_be_tuned_in_the_time_is_said() -> None:
    with pytest.raises(ContendError, match="tune for longer"):
        tuning.tune([MAP], plant_of(lambda percent: 0.1), 2, lambda: False, Random(1))


def plant_of(effect: Callable[[int], float]) -> tuning.Measure:
    """Measures pairs of a benchmark on which so many percent of extra work have such an effect."""
    rng = Random(6)

    def measure(name: str, amounts: tuning.Amounts) -> Pair:
        base, head = (Measurement(1000 * factor * math.exp(rng.gauss(0, 0.02))) for factor in (1.0, 1 + effect(amounts[name])))
        return Pair(name, base, head, False, 0.1)

    return measure


def test_real_gates_are_run_and_counted(
    calibrate: Callable[..., int], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert calibrate("--real", "2") == 0
    (line,) = cells(capfd.readouterr().out, "equal programs: gates that fail")
    assert line[2] == "not measured" and line[3].startswith("0 of 2 (0.0 to 84.2 %)")
    assert calibrate("--real", "1", "--plant", "5", "--plant-contended", "10") == 0
    out = capfd.readouterr().out
    assert cells(out, "equal programs: gates that fail") == [line], "what was measured before is there"
    assert cells(out, "5 % slower, CPU-bound (CPU time): caught within 120 s")[0][3].startswith("1 of 1")
    assert cells(out, "10 % slower, contended (wall time): caught")[0][3].startswith("1 of 1")
    assert [row[:3] for row in cells(out, "10 %")[-1:]] == [["10 %", "1 contended (wall time)", "1"]]
    assert "calibrate --real 1 --plant 5 --plant-contended 10 --budget 180 --seed 3" in out
    assert calibrate("--real", "2") == 0
    assert len((tmp_path / "out" / "gates.jsonl").read_text().splitlines()) == 3, "two of equal programs were there"
    assert calibrate() == 0, "only the page"
    assert capfd.readouterr().out.startswith("# Calibration of the gate")


def test_rare_errors_and_noisy_benchmarks_get_more_pairs() -> None:
    jobs = Counter(calibration.Wanted(1.0).jobs([FAST, MAP]))
    assert [jobs[name, plant] for name in (FAST, MAP) for plant in (0, 5)] == [2, 1, 6, 3]


def seconds_of(recorded: list[dict[str, Any]]) -> float:
    return sum(record["seconds"] for record in recorded)


def a_second_more(recorded: list[dict[str, Any]]) -> str:
    """A pair may have taken longer than what was asked for."""
    return str(math.ceil(seconds_of(recorded) + 1))


def test_a_recording_goes_on_where_it_was(
    calibrate: Callable[..., int], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert calibrate("--record", "1", "--gates", "0") == 0
    first = records(tmp_path / "out" / "pairs.jsonl.gz")
    assert calibrate("--record", a_second_more(first), "--gates", "0") == 0
    both = records(tmp_path / "out" / "pairs.jsonl.gz")
    assert both[: len(first)] == first and len(both) > len(first)
    assert seconds_of(first) >= 1.0 and seconds_of(both) >= float(a_second_more(first))
    assert not (tmp_path / "out" / "pairs.jsonl").exists()
    capfd.readouterr()
    assert calibrate() == 1 and "record for longer" in capfd.readouterr().err


def test_a_recording_may_be_of_some_benchmarks_and_of_one_plant(
    calibrate: Callable[..., int], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert calibrate("--record", "1", "--gates", "0") == 0
    before = records(tmp_path / "out" / "pairs.jsonl.gz")
    seconds = a_second_more(before)
    assert calibrate("--record", seconds, "--gates", "0", "--filter", "threads:2", "--plant", "10") == 0
    added = records(tmp_path / "out" / "pairs.jsonl.gz")[len(before) :]
    assert added and {(record["benchmark"], record["plant"]) for record in added} == {(MAP, 10)}
    assert f"calibrate --record {seconds} --filter threads:2 --plant 10 --seed 3" in capfd.readouterr().out
    assert calibrate("--record", "99", "--filter", "NoSuchThing") == 1
    assert "nothing to record" in capfd.readouterr().err


def test_an_interrupted_calibration_says_how_it_goes_on(
    calibrate: Callable[..., int], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    recorded = tmp_path / "out" / "pairs.jsonl"

    def interrupt_once_something_is_recorded() -> None:
        while not (recorded.is_file() and recorded.read_text()):
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGTERM)  # SIGINT is ignored in what a shell starts with &

    Thread(target=interrupt_once_something_is_recorded, daemon=True).start()
    assert calibrate("--record", "600") == 130
    assert "goes on from here" in capfd.readouterr().err
    assert records(tmp_path / "out" / "pairs.jsonl.gz")


def test_a_calibration_is_of_one_program(calibrate: Callable[..., int], tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert calibrate("--real", "1") == 0
    (tmp_path / "bench_fake").open("a").write("\n")
    assert calibrate("--real", "2") == 2
    assert "was measured on another program" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--plant", "101"], "from 0 to 100"),
        (["--real", "1", "--record", "5"], "two commands"),
        (["--tune", "1", "--record", "5"], "two commands"),
        (["--real", "1", "--filter", "x"], "chooses what is recorded"),
        (["--real", "1", "--program", "/nonexistent"], "no such file"),
    ],
)
def test_usage_errors_exit_with_2(
    calibrate: Callable[..., int], capfd: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert calibrate(*words) == 2 and message in capfd.readouterr().err
