"""The verdict about readers and writers; the plots of them, of hand-offs and of all other workloads of locks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contendlib.plots import hand_off, lock_workloads, readers_writers
from contendlib.plots.plot import Missing
from contendlib.run_data import RunData
from contendlib.verdicts import Verdict, decisions
from synthetic_results import case_of, summary_of, write_run
from test_verdicts import measured

Case = dict[str, Any]


def reading(subject: str, ns: float, *, shared: bool, percent: int = 99, workers: int = 2) -> Case:
    args = {"read_percent": percent, "cs_ns": 200}
    case = case_of("lock", "readers_writers", subject, "threads", workers, args, 2)
    counters = {"jain": 1.0, "min_max_share": 1.0, "shared_form": float(shared)}
    return measured(case, ns, 0.02, 9) | {"counters": counters}


def decide(*cases: Case) -> list[Verdict]:
    return decisions(summary_of(list(cases)), {"cpus": [0, 1]})


def test_a_reader_writer_lock_that_pays_is_named_with_its_gain_over_the_best_other() -> None:
    (verdict,) = decide(
        reading("RwLock", 100, shared=True),
        reading("std::shared_mutex", 140, shared=True),
        reading("Lock", 210, shared=False),
        reading("std::mutex", 260, shared=False),
    )
    assert verdict.pick == "RwLock"
    assert verdict.text.startswith(
        "99 % reads (200 ns each), 2 threads: use RwLock, 1.4x std::shared_mutex ["
    )
    assert "A reader-writer lock pays: RwLock is 2.1x Lock [" in verdict.text


@pytest.mark.parametrize(
    ("ns", "words"),
    [(100.0, "No reader-writer lock pays: the best of them, RwLock, is"), (199.0, "pays cannot be told")],
)
def test_a_reader_writer_lock_that_does_not_pay_is_said_to(ns: float, words: str) -> None:
    (verdict,) = decide(reading("RwLock", 200, shared=True), reading("Lock", ns, shared=False))
    assert words in verdict.text


def test_one_kind_of_lock_alone_says_nothing_about_the_other() -> None:
    (verdict,) = decide(reading("RwLock", 100, shared=True), reading("nsync_mu", 200, shared=True))
    assert "pays" not in verdict.text


def test_each_read_share_is_a_question_of_its_own_the_largest_first() -> None:
    found = decide(*(reading("RwLock", 100, shared=True, percent=p) for p in (50, 99, 90)))
    assert [v.pattern[:4] for v in found] == ["99 %", "90 %", "50 %"]


@pytest.fixture
def run(tmp_path: Path) -> RunData:
    return RunData.load(write_run(tmp_path, repetitions=3, suites=("lock", "floor")))


def words_of(plot: Any) -> list[str]:
    return [text.get_text() for axes in plot.frame.axes for text in axes.texts]


def test_the_plot_tells_locks_without_a_form_for_readers(run: RunData) -> None:
    (plot,) = readers_writers.draw(run)
    assert "At 99 % reads and 2 threads a reader-writer lock pays: tbb::spin_mutex is" in plot.title
    assert sum("alone" in words for words in words_of(plot)) == 3 * readers_writers.MOST_OTHERS


def test_a_hand_off_is_told_against_a_transfer_or_against_a_wake_up(run: RunData) -> None:
    (plot,) = hand_off.draw(run)
    assert "24 µs to one that sleeps (Lock, " in plot.title and "x the wake-up)" in plot.title
    assert {"transfer", "call", "wake-up"} <= set(words_of(plot))
    assert any(words.endswith("% scheduler") for words in words_of(plot))


def test_hand_offs_without_floors_are_drawn_without_them(tmp_path: Path) -> None:
    (plot,) = hand_off.draw(RunData.load(write_run(tmp_path, repetitions=2, suites=("lock",))))
    assert "wake-up" not in plot.title and "wake-up" not in words_of(plot)


def test_the_other_workloads_are_told_against_the_best_lock_of_each(run: RunData) -> None:
    within, oversubscribed = lock_workloads.draw(run)
    (axes,) = within.frame.axes
    columns = [label.get_text() for label in axes.get_xticklabels()]
    assert columns[:2] == ["touched lines, lines 8", "timed acquires, timeout 1 µs, cs 2 µs"]
    assert words_of(within).count("1.00") >= 2
    assert words_of(within).count("") == 0  # a lock that a workload is not for leaves its cell empty
    assert oversubscribed.title.startswith("At 8 threads on 2 CPUs")


def test_a_single_workload_is_not_counted(tmp_path: Path) -> None:
    run = RunData.load(write_run(tmp_path, repetitions=2, suites=("lock",)))
    run.rows[:] = [row for row in run.rows if row.workload == "recursion" and row.number("depth") == 4]
    assert all("in the one workload measured" in plot.title for plot in lock_workloads.draw(run))


def test_runs_without_these_workloads_say_so(tmp_path: Path) -> None:
    floors = RunData.load(write_run(tmp_path, repetitions=2, suites=("floor",)))
    for module in (readers_writers, hand_off, lock_workloads):
        with pytest.raises(Missing):
            module.draw(floors)
