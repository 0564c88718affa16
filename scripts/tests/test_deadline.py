"""A command that promises how long it takes at most: what is measured ends in time, whatever the programs do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
import json
from pathlib import Path
import random
from typing import Any

import pytest

from contendlib import plan, process, results, runner, samples
from contendlib.cases import Case
from contendlib.deadline import Deadline
from contendlib.exits import ContendError
from contendlib.results import CLAIMS, Manifest, Options, RunFolder

BUDGET_S = 180.0


class Clock:
    """Stands still but for what pretended programs take."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_part_of_the_time_is_kept_for_the_page() -> None:
    clock = Clock()
    deadline = Deadline(BUDGET_S, clock.now - 5, clock)
    assert deadline.left == BUDGET_S - 15 - 5
    assert deadline.leaves(160.0) and not deadline.leaves(160.1)
    assert deadline.limit(20.0) == 20.0
    clock.now += 155
    assert deadline.limit(20.0) == 15.0
    clock.now += 100
    assert deadline.left == -95 and not deadline.leaves(0.0) and deadline.limit(20.0) == 10.0
    assert Deadline(12.0, clock.now, clock).left == 11.0


def case(name: str) -> Case:
    return Case(name, "lock", "w", "s", "none", 1, {}, False, quick=True, rounds=1)


class Programs:
    """In place of processes: each takes as long as `seconds` says, and is killed at its limit."""

    def __init__(self, clock: Clock, seconds: Callable[[str], float]) -> None:
        self._clock = clock
        self._seconds = seconds

    def run(self, command: list[str], _interrupts: Any, *, limit: float, **_: Any) -> process.Outcome:
        flags = dict(word.partition("=")[::2] for word in command)
        wanted = self._seconds(flags["--contend_case"])
        seconds = min(wanted, limit)
        self._clock.now += seconds
        row = {"name": "n", "run_type": "iteration", "iterations": 2, "real_time": 5.0, "cpu_time": 5.0, "time_unit": "ns"}
        Path(flags["--benchmark_out"]).write_text(json.dumps({"context": {}, "benchmarks": [row]}))
        return process.Outcome(0 if wanted <= limit else -9, seconds, wanted > limit, 0, "")


def measured(
    folder: Path, monkeypatch: pytest.MonkeyPatch, seconds: Callable[[str], float], estimated_s: float = 0.1
) -> tuple[float, Counter[str], Manifest]:
    """When measuring ended, how often each case was measured, and what the run says of itself."""
    clock = Clock()
    programs, listed = Programs(clock, seconds), [case(f"c{i}") for i in range(60)]
    monkeypatch.setattr(runner.process, "run", programs.run)
    options = Options(["lock"], CLAIMS, plan.CLAIMS.repetitions, 0.03, 1, "none", [0], fit_budget=True, further="c[0-9]$")
    manifest = Manifest("running", [], options, "m", "c", False, "gcc", {}, 60, "t")
    run = RunFolder(folder)
    run.gbench.mkdir()
    with process.Interrupts() as interrupts:
        deadline = Deadline(BUDGET_S, clock.now, clock)
        start = clock.now
        runner.Runner(run, manifest, folder, listed, estimated_s, interrupts, deadline).measure("none")
    return clock.now - start, Counter(sample.case for sample in samples.read(run.samples)), manifest


def uneven(name: str) -> float:
    """Now and then ten times as long: a neighbour."""
    return random.Random(name).uniform(0.1, 0.6) * (10 if random.random() < 0.02 else 1)


def test_the_time_is_used_up_and_not_exceeded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random.seed(1)
    took, counted, manifest = measured(tmp_path, monkeypatch, uneven)
    assert 155 < took <= 165
    further = [counted[f"c{i}"] for i in range(10)]
    assert {counted[f"c{i}"] for i in range(10, 60)} == {manifest.options.repetitions}
    assert min(further) > 3 * manifest.options.repetitions and max(further) - min(further) <= 1
    assert manifest.notes == [] or "in place of" in manifest.notes[0]


def test_slow_programs_leave_no_time_for_a_second_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    took, counted, manifest = measured(tmp_path, monkeypatch, lambda _: 5.0)
    assert took <= 165
    assert len(counted) < 60 and set(counted.values()) == {1}
    assert manifest.notes == [f"{60 - len(counted)} cases not measured: the time was over; --budget gives more"]


def test_no_time_at_all_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ContendError, match="before anything was measured"):
        measured(tmp_path, monkeypatch, lambda _: 1.0, estimated_s=1000.0)


def test_programs_that_hang_do_not_hold_up_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    took, counted, _ = measured(tmp_path, monkeypatch, lambda name: 1e9 if name.endswith("7") else 1.0)
    assert took <= 165 + 10
    assert all(count == 1 for name, count in counted.items() if name.endswith("7"))


def test_without_a_deadline_all_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner.process, "run", Programs(Clock(), lambda _: 50.0).run)
    options = Options(["lock"], results.CLAIMS, 2, 0.03, 1, "none", [0], time_limit_s=60.0)
    run = RunFolder(tmp_path)
    run.gbench.mkdir()
    manifest = Manifest("running", [], options, "m", "c", False, "gcc", {}, 3, "t")
    with process.Interrupts() as interrupts:
        runner.Runner(run, manifest, tmp_path, [case(f"c{i}") for i in range(3)], 0.1, interrupts).measure("none")
    assert len(samples.read(run.samples)) == 6
