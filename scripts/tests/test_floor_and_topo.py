"""`contend floor` and `contend topo`."""

from pathlib import Path
import re

from conftest import Bench
from contendlib import ladder
from contendlib.commands import floor
from contendlib.plots import floors
from contendlib.run_data import RunData
import pytest
from synthetic_results import write_run


@pytest.fixture
def large(tmp_path: Path) -> RunData:
    write_run(tmp_path, 8, 3, ("lock", "floor"))
    return RunData.load(tmp_path)


def test_the_ladder_is_sorted_and_carries_the_uncontended_locks(large: RunData) -> None:
    rungs = ladder.rungs(large)
    assert [rung.ns for rung in rungs] == sorted(rung.ns for rung in rungs) and len(rungs) > 3
    (atomic,) = [rung for rung in rungs if rung.name == "atomic: fetch-add"]
    assert {row.workers for row in atomic.subjects} == {1}
    assert re.search(r"\d.*x \.\.\. ", atomic.distance)


def test_the_names_of_floors_fit_the_plot(large: RunData) -> None:
    (plot,) = floors.draw(large)
    axes = plot.frame.axes[0]
    plot.frame.figure.canvas.draw()
    assert all(label.get_window_extent().x0 >= 0 for label in axes.get_yticklabels())


def test_a_subject_stands_above_the_floor_of_what_it_did_even_if_it_might_have_slept(tmp_path: Path) -> None:
    run = RunData.load(write_run(tmp_path, 8, 3, ("queue", "floor")))
    blocking = [r for r in run.rows if r.workload == "ping_pong" and r.args["wait"] == "block" and r.team == "threads"]
    blocking[0].counters["voluntary_switches_per_op"] = 0.001
    above = {row.case: rung.name for rung in ladder.rungs(run) for row in rung.subjects}
    assert "there and back" in above.pop(blocking[0].case)
    assert {above[r.case] for r in blocking[1:]} == {"wake a sleeper: other CPU"}


def test_the_matrix_has_every_pair_both_ways(large: RunData) -> None:
    lines = floor._transfers(large)
    assert len(lines) == 2 + 8
    table = [line.split()[1:] for line in lines[2:]]
    assert all((table[i][j] == "-") == (i == j) for i in range(8) for j in range(8))


def test_more_cpus_than_a_terminal_holds_are_left_to_the_plot(tmp_path: Path) -> None:
    write_run(tmp_path, 32, 2, ("floor",))
    assert floor._transfers(RunData.load(tmp_path)) == [
        "cache line round trips between 32 CPUs: see the plot core-to-core"
    ]


def test_floor_measures_and_prints(bench: Bench) -> None:
    result = bench.command(
        "floor", "--binaries", str(bench.folder), "--out", str(bench.out), "--repetitions", "2", "--no-report"
    )
    assert result.returncode == 0, result.stderr
    assert "floors, cheapest first" in result.stdout
    assert all(case.startswith("floor/") for case in bench.summary())


def test_floor_takes_no_suite(bench: Bench) -> None:
    result = bench.command("floor", "lock")
    assert result.returncode == 2 and "unrecognized arguments: lock" in result.stderr


def test_topo_prints_the_machine_and_draws_it(bench: Bench, tmp_path: Path) -> None:
    result = bench.command("topo", "-o", str(tmp_path / "t.svg"))
    assert result.returncode == 0, result.stderr
    assert "PU L#0" in result.stdout and "usable CPUs: " in result.stdout
    assert "<svg" in (tmp_path / "t.svg").read_text()


@pytest.mark.parametrize(("file", "code", "words"), [("t.png", 2, "drawings are SVG"), ("no/t.svg", 1, "cannot be written")])
def test_topo_says_why_it_cannot_draw(bench: Bench, tmp_path: Path, file: str, code: int, words: str) -> None:
    result = bench.command("topo", "-o", str(tmp_path / file))
    assert result.returncode == code and words in result.stderr
