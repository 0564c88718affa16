"""`contend history`: changes of level that are there are found, and hardly any that are not."""

from collections.abc import Callable, Sequence
import json
from pathlib import Path
import random
from typing import Any

from contendlib import cli
from contendlib.stored import history
from contendlib.stored.change_points import change_points
from contendlib.stored.run import StoredRun
import pytest
from synthetic_results import write_run

Main = Callable[..., tuple[int, str, str]]


@pytest.fixture
def main(capfd: pytest.CaptureFixture[str]) -> Main:
    """Runs `contend WORDS...`: (exit code, stdout, stderr)."""

    def execute(*words: object) -> tuple[int, str, str]:
        code = cli.main([str(word) for word in words])
        return code, *capfd.readouterr()

    return execute


def levels(*stretches: tuple[int, float], seed: int = 1, noise: float = 0.02) -> list[float]:
    rng = random.Random(seed)
    return [level + rng.gauss(0, noise) for count, level in stretches for _ in range(count)]


@pytest.mark.parametrize(
    ("stretches", "expected"),
    [
        ([(30, 0.0)], []),
        ([(15, 0.0), (15, 0.1)], [15]),
        ([(10, 0.0), (8, 0.3), (12, 0.0)], [10, 18]),
        ([(12, 0.0), (12, 0.2), (12, 0.5)], [12, 24]),
        ([(20, 0.0), (3, 0.3)], [20]),
        ([(20, 0.0), (1, 3.0), (20, 0.0)], []),
    ],
)
def test_levels_are_found_where_they_change(stretches: Sequence[tuple[int, float]], expected: list[int]) -> None:
    assert change_points(levels(*stretches), 0.01, 499, 7) == expected


def test_short_and_constant_series_have_no_change() -> None:
    assert change_points([], 0.01, 99, 1) == change_points([1.0] * 5, 0.01, 99, 1) == []
    assert change_points([2.0] * 40, 0.01, 99, 1) == []


def test_a_change_that_is_not_there_is_as_rare_as_is_said() -> None:
    found = sum(bool(change_points(levels((14, 0.0), seed=seed), 0.05, 99, seed)) for seed in range(200))
    assert found <= 20  # 10 are expected; more than 20 have a chance of 1 in 500


def run_of(at: int, times: dict[str, float], **facts: str) -> StoredRun:
    return StoredRun(f"run{at:02}", f"2026010{at // 10}T0{at % 10}0000Z", {"cpu_model": "x", **facts}, {k: [v] for k, v in times.items()})


def test_the_largest_change_comes_first_and_small_ones_are_left_out() -> None:
    rng = random.Random(3)
    runs = [
        run_of(at, {name: 100 * (factor if at >= 8 else 1) * (1 + rng.gauss(0, 0.004)) for name, factor in FACTORS.items()})
        for at in range(16)
    ]
    rng.shuffle(runs)
    found = history.follow(runs, 0.01, 0.10, 499)
    assert [one.benchmark for one in found.changed] == ["halved", "slower"]
    (change,) = found.changed[1].changes
    assert (change.run, change.at) == ("run08", 8) and change.ratio == pytest.approx(1.3, rel=0.01)
    assert "| `halved` | run08 | 0.499 |" in history.markdown(found)


FACTORS = {"same": 1.0, "slower": 1.3, "halved": 0.5, "a bit": 1.05}


def test_runs_of_other_machines_are_left_out_and_named() -> None:
    runs = [run_of(at, {"a": 1.0, **({"new": 1.0} if at > 18 else {})}, cpus="8" if at < 3 else "2") for at in range(20)]
    found = history.follow(runs, 0.01, 0.10, 99)
    assert len(found.runs) == 17 and list(found.elsewhere) == ["run00", "run01", "run02"]
    assert "not comparable, left out: run00 (cpus: 2 and 8)" in history.markdown(found)
    assert found.too_short == 1


def gbench_file(path: Path, hour: int, ns: float) -> Path:
    row: dict[str, Any] = {"name": "BM_A", "run_name": "BM_A", "run_type": "iteration", "iterations": 1}
    context = {"date": f"2026-01-01T{hour:02}:00:00+00:00", "host_name": "here", "num_cpus": 2}
    path.write_text(json.dumps({"context": context, "benchmarks": [{**row, "real_time": ns, "cpu_time": ns}]}))
    return path


def test_google_benchmark_files_are_followed_and_drawn(tmp_path: Path, main: Main) -> None:
    files = [gbench_file(tmp_path / f"{hour}.json", hour, 100 + hour % 3 + 50 * (hour >= 9)) for hour in range(18)]
    code, out, _ = main("history", *files, "--plot", tmp_path / "x.svg", "--json", tmp_path / "x.json")
    assert code == 0 and "18 runs, 0.json to 17.json: 1 change in 1 of 1 benchmarks" in out
    assert "| `BM_A` | 9.json | 1.495 |" in out
    assert (tmp_path / "x.svg").read_text().startswith("<?xml")
    (series,) = json.loads((tmp_path / "x.json").read_text())["series"]
    assert len(series["medians_ns"]) == 18 and series["changes"][0]["at"] == 9


def test_folders_are_searched_for_runs(tmp_path: Path, main: Main) -> None:
    for at in range(10):
        write_run(tmp_path / "runs" / f"run{at}", repetitions=2, suites=("floor",), seed=at)
    code, out, _ = main("history", tmp_path / "runs", "--filter", "cas|call")
    assert code == 0 and "10 runs, run0 to run9" in out


def test_bad_input_is_named(tmp_path: Path, main: Main) -> None:
    files = [gbench_file(tmp_path / f"{hour}.json", hour, 100) for hour in range(12)]
    (tmp_path / "empty").mkdir()
    for words, code, message in (
        (files[:4], 1, "4 of 4 runs are comparable with the newest"),
        ([tmp_path / "empty"], 1, "no run of ours is in there"),
        ([tmp_path / "none"], 1, "no such file or folder"),
        ([*files, "--filter", "nothing"], 1, "no benchmark was measured in 10 of these 12 runs"),
        ([*files, "--plot", tmp_path / "x.pdf"], 2, "is neither .svg nor .png"),
        ([*files, "--plot", tmp_path / "none" / "x.svg"], 1, "results cannot be written"),
        ([*files, "--level", "2"], 2, "no level"),
        ([*files, "--filter", "("], 2, "not a regular expression"),
    ):
        found, _, error = main("history", *words)
        assert (found, message in error) == (code, True), error
