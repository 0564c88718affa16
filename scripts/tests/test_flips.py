"""`contend flips`: contradictions between runs are counted, promises checked, and runs of other builds left out."""

from __future__ import annotations

from collections.abc import Callable
import json
from pathlib import Path
from typing import Any

from contendlib import cli, flips, resampled
from contendlib.run_data import RunData
import pytest
from synthetic_results import write_run

Change = Callable[[int, dict[str, Any]], dict[str, Any]]


def runs(folder: Path, count: int = 10, change: Change = lambda at, case: case) -> list[RunData]:
    """Runs of one build that differ in their noise, with changed cases."""
    found = []
    for at in range(count):
        path = write_run(folder / f"run{at}", repetitions=5, suites=("lock",), seed=at, workers=[1, 2])
        summary = json.loads((path / "summary.json").read_text())
        summary["cases"] = [change(at, case) for case in summary["cases"]]
        (path / "summary.json").write_text(json.dumps(summary))
        found.append(RunData.load(path))
    return found


def taking_turns(at: int, case: dict[str, Any]) -> dict[str, Any]:
    """In odd runs the slowest fair lock is the fastest by far, and as sure of it."""
    if at % 2 == 0 or case["subject"] != "absl::Mutex":
        return case
    figures = {name: case[name] / 50 for name in ("median_ns", "low_ns", "high_ns")}
    return case | figures | {"stable": True, "counters": {"jain": 1.0, "min_max_share": 1.0}}


def test_runs_that_differ_by_noise_alone_hardly_contradict_each_other(tmp_path: Path) -> None:
    found = flips.count(runs(tmp_path))
    assert len(found.runs) == 10 and found.questions > 8
    assert found.kept and found.tallies["high"].asked > 100
    assert "every confidence held what it promises" in flips.markdown(found)


def test_verdicts_that_take_turns_are_found_and_named(tmp_path: Path) -> None:
    found = flips.count(runs(tmp_path, change=taking_turns))
    assert not found.kept
    _, pairs, said = found.flipped[0]
    assert all(question in {q for q, _, _ in found.flipped} for question in found.unkept) and found.unkept
    assert pairs == 5 * 5 and sum("absl::Mutex" in words for words in said) == 5
    text = flips.markdown(found)
    assert "a confidence promised too much" in text and "| 25 (too often) |" in text and "5 x absl::Mutex (" in text


def test_to_be_less_sure_is_no_contradiction(tmp_path: Path) -> None:
    def wider(at: int, case: dict[str, Any]) -> dict[str, Any]:
        return case | {"low_ns": case["low_ns"] / 9, "high_ns": 9 * case["high_ns"]} if at % 2 else case

    found = flips.count(runs(tmp_path, count=4, change=wider))
    assert [tally.contradicted for tally in found.tallies.values()] == [0, 0, 0]


def test_runs_of_another_build_or_machine_are_left_out_and_said(tmp_path: Path) -> None:
    all_runs = runs(tmp_path, count=3)
    all_runs[0].manifest["commit"] = "feedbee"
    found = flips.count(all_runs)
    assert found.runs == ["run1", "run2"]
    assert "left out: run0 (commit:" in flips.markdown(found)


def test_runs_drawn_from_one_hold_its_repetitions_and_answer_its_questions(tmp_path: Path) -> None:
    run = RunData.load(write_run(tmp_path, repetitions=6, suites=("lock",), workers=[1, 2]))
    drawn = list(resampled.runs(run, 10))
    assert [{row.case for row in one.rows} for one in drawn] == [{row.case for row in run.rows}] * 10
    assert all(row.n == 6 for one in drawn for row in one.rows)
    times: dict[str, set[float]] = {}
    for sample in run.samples():
        times.setdefault(sample["case"], set()).add(sample["real_time_ns"])
    for row in drawn[3].rows:
        assert min(times[row.case]) <= row.low_ns <= row.median_ns <= row.high_ns <= max(times[row.case])
    assert len({one.rows[0].median_ns for one in drawn}) > 1
    assert flips.count(drawn).questions == flips.count([run]).questions


def test_the_command_draws_runs_from_one_that_has_repetitions_enough(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    enough, few = (write_run(tmp_path / str(n), repetitions=n, suites=("lock",), workers=[1, 2]) for n in (6, 3))
    assert cli.main(["flips", "--draw", "10", str(enough)]) == 0
    out, _ = capfd.readouterr()
    assert "not measured" in out and "## 10 runs, " in out
    assert cli.main(["flips", "--draw", "10", str(few)]) == 1
    assert "3 repetitions are too few" in capfd.readouterr().err
    assert cli.main(["flips", "--draw", "10", str(enough), str(few)]) == 2


def test_the_command_counts_a_folder_of_runs_and_says_when_they_are_few(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    runs(tmp_path / "few", count=2)
    assert cli.main(["flips", str(tmp_path / "few"), "--json", str(tmp_path / "out.json")]) == 4
    out, err = capfd.readouterr()
    assert out.startswith("## 2 runs, ") and "measure 10 or more" in err
    assert json.loads((tmp_path / "out.json").read_text())["kept"] is True
    (tmp_path / "empty").mkdir()
    assert cli.main(["flips", str(tmp_path / "empty")]) == 1
    assert "no run of ours is in there" in capfd.readouterr().err
