"""Several runs on one page: ratios within each machine, and what differs."""

from __future__ import annotations

from pathlib import Path

from contendlib import report
from contendlib.decisions.questions import question
from contendlib.page import comparison
from contendlib.run_data import RunData
import pytest
from report_pages import outline
from synthetic_results import write_run


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("run"), repetitions=3)


def test_runs_beside_each_other_mark_what_differs(tmp_path: Path, run_folder: Path) -> None:
    other = write_run(tmp_path / "other", cpus=4, repetitions=3, seed=2)
    page = report.write([run_folder, other], tmp_path / "both.html").read_text()
    found = outline(page)
    assert found.outside == ["data:,"] and len(found.ids) == len(set(found.ids))
    runs = [RunData.load(run_folder), RunData.load(other)]
    assert [fact.name for fact in comparison.fact_lines(runs) if fact.differs] == [
        "CPU",
        "CPUs used",
        "Seed of the order",
    ]
    lines = {(line.pattern, line.regime, line.subject): line for line in comparison.lines(runs)}
    line = lines[("Bare shared counter", "within cores", "TicketLock")]
    assert [cell.words for cell in line.cells] == ["2 workers", "4 workers"]
    assert line.baseline == "std::mutex"
    assert not lines[("Bare shared counter", "alone", "TicketLock")].differs
    queue = lines[
        ("SPSC queue, 1 producer and 1 consumer, spinning, capacity 1,024", "within cores", "SpscRing")
    ]
    assert queue.baseline == "the best"
    assert [cell.ratio and cell.ratio.value for cell in queue.cells] == [1.0, 1.0]


def test_runs_beside_each_other_cover_every_workload_but_the_paced(run_folder: Path) -> None:
    run = RunData.load(run_folder)
    rows = [r for r in run.rows if r.suite != "floor" and r.workload not in comparison.PACED]
    lines = comparison.lines([run, run])
    shown = {(line.pattern, line.subject) for line in lines} | {(line.pattern, line.baseline) for line in lines}
    assert {(question(r), r.subject) for r in rows if not run.is_null(r.subject)} <= shown
    assert len({question(r) for r in rows if r.workload == "readers_writers"}) == 3
    assert {line.baseline for line in lines if line.pattern.startswith("99 % reads")} == {comparison.BEST}
    assert {line.baseline for line in lines if line.pattern == "Recursive lock (depth 4)"} == {"std::recursive_mutex"}
    assert [fact.differs for fact in comparison.floors([run, run])] == [False] * len(comparison.floors([run]))


def test_teams_are_not_mixed_and_ratios_to_different_baselines_never_differ(tmp_path: Path) -> None:
    run = RunData.load(write_run(tmp_path, repetitions=3, suites=("lock",)))
    without = RunData(
        run.folder, run.summary, run.machine, run.manifest, [r for r in run.rows if r.subject != "std::mutex"]
    )
    lines = {(line.pattern, line.regime, line.subject): line for line in comparison.lines([run, without])}
    assert {"within cores", "processes"} <= {regime for _, regime, _ in lines}
    slow = lines[("Bare shared counter", "within cores", "absl::Mutex")]
    assert slow.baseline == "std::mutex / the best" and not slow.differs
    first, second = (cell.ratio for cell in slow.cells)
    assert first and second and first.low > second.high


def test_a_run_beside_itself_differs_nowhere_and_a_missing_suite_is_said(
    tmp_path: Path, run_folder: Path
) -> None:
    run = RunData.load(run_folder)
    assert not any(line.differs for line in comparison.lines([run, run]))
    locks = RunData.load(write_run(tmp_path, repetitions=2, suites=("lock",)))
    words = {
        cell.words
        for line in comparison.lines([run, locks])
        if "queue" in line.pattern
        for cell in line.cells
    }
    assert "not measured" in words
