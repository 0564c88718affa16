"""A large run: work grows with its rows and not faster, memory stays small, and the page stays small.

How long 100,000 rows take is measured on a quiet machine:

    python3 synthetic_results.py OUT --cpus 128 --repetitions 6; rm OUT/summary.json; time ../contend report OUT
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
import resource
from statistics import median
import subprocess
import sys
import time
from typing import Any

from contendlib import floors, samples, summary
import pytest
from synthetic_results import write_run

MOST_BYTES = 5_000_000
MOST_MEMORY = 400 << 20  # of a quarter of the rows that may take 1 GiB


def cpu_seconds_of(work: Callable[[], Any]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rows, Rows]:
    """The rows of a run, and fifteen times as many."""
    folder = tmp_path_factory.mktemp("runs")
    small, large = (
        samples.read(write_run(folder / str(cpus), cpus=cpus, repetitions=1, suites=("floor",)) / "samples.jsonl")
        for cpus in (12, 48)
    )
    assert len(large) > 15 * len(small)
    return small, large


def growth(runs: tuple[Rows, Rows]) -> float:
    """How many times as long to summarise as the few rows take: in turns, and the median, so that neighbours do not count.
    Some 20 is in proportion, some 200 is with the square."""
    small, large = runs
    turns = [[cpu_seconds_of(lambda: summary.summarise(rows)) for rows in (small, large)] for _ in range(5)]
    return median(slow / quick for quick, slow in turns)


def test_work_grows_with_the_rows_and_not_faster(runs: tuple[Rows, Rows]) -> None:
    assert growth(runs) < 64


def test_the_check_finds_work_that_grows_with_the_square(runs: tuple[Rows, Rows], monkeypatch: pytest.MonkeyPatch) -> None:
    def each_with_all(rows: Rows) -> None:
        for row in rows:
            sum(row["case"] < other["case"] for other in rows)

    monkeypatch.setattr(floors, "add_multiples", each_with_all)
    assert growth(runs) > 64


def test_a_large_run_is_reported_from_its_samples_in_little_memory(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", cpus=64, repetitions=4)
    (run / "summary.json").unlink()
    assert (run / "samples.jsonl").read_bytes().count(b"\n") > 20_000
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    command = f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r}); from contendlib import cli; "
    page = tmp_path / "page.html"
    words = ["report", str(run), "-o", str(page)]
    subprocess.run([sys.executable, "-P", "-c", f"{command}sys.exit(cli.main({words}))"], check=True, timeout=800)
    assert max(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, before) * 1024 < MOST_MEMORY
    assert page.stat().st_size < MOST_BYTES
