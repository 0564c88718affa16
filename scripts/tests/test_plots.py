"""The plots: what they draw from, what they say, what they mark, and what they are made of."""

from __future__ import annotations

import json
from pathlib import Path
import re
from typing import Any

import numpy as np
import pytest

from contendlib.exits import ContendError
from contendlib.plots import draw_all, drawing, edges, gallery, sync
from contendlib.plots.labels import spread
from contendlib.plots.scales import log_ticks, two_ticks
from contendlib.plots.style import MOST_SERIES, PALETTE, highlighted, styles
from contendlib.run_data import RunData
from synthetic_results import write_run


def draw(module: str, run: RunData) -> Any:
    from importlib import import_module

    return import_module(f"contendlib.plots.{module}").draw(run)


def changed(folder: Path, change: Any) -> RunData:
    """The run after its summary's cases went through `change`."""
    path = folder / "summary.json"
    document = json.loads(path.read_text())
    document["cases"] = [c for c in map(change, document["cases"]) if c]
    path.write_text(json.dumps(document))
    return RunData.load(folder)


def texts(plot: Any) -> set[str]:
    return {text.get_text() for axes in plot.frame.axes for text in axes.texts}


def test_drawings_say_the_same_each_time(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", repetitions=3, suites=("floor",))
    first = drawing.draw_into(RunData.load(run), tmp_path / "a", ["svg"]).files
    second = drawing.draw_into(RunData.load(run), tmp_path / "b", ["svg"]).files
    assert [f.read_bytes() for f in first] == [f.read_bytes() for f in second]


def test_missing_suites_are_skipped_with_a_reason(tmp_path: Path) -> None:
    found = drawing.draw_into(
        RunData.load(write_run(tmp_path, repetitions=2, suites=("floor",))), tmp_path / "plots", ["png"]
    )
    assert {p.name for p in found.drawn} == {"core-to-core", "floors"}
    assert {s.name: s.why for s in found.skipped}["locks"] == "no lock was measured"
    assert all(s.why for s in found.skipped)


@pytest.mark.parametrize("workers", [[1], [2], [4]])
def test_one_worker_count_only_draws_what_it_can(tmp_path: Path, workers: list[int]) -> None:
    run = RunData.load(write_run(tmp_path, repetitions=2, suites=("lock", "executor"), workers=workers))
    locks = draw("locks", run)
    for plot in [*locks, *draw("executors", run)]:
        plot.frame.figure.canvas.draw()
    assert len(locks[0].frame.axes) == 4


def test_one_cpu_skips_fairness_and_says_why(tmp_path: Path) -> None:
    run = RunData.load(write_run(tmp_path, cpus=1, repetitions=2, suites=("lock", "floor")))
    found = drawing.draw_into(run, tmp_path / "plots", ["png"])
    assert {s.name for s in found.skipped} == {
        "fairness-shares",
        "fairness-throughput",
        "readers-writers",
        "core-to-core",
        "queues",
        "ping-pong",
        "queue-workloads",
        "executors",
        "overhead",
        "grain",
        "sync",
    }
    assert "latency-lock-sections" in {p.name for p in found.drawn}


def test_many_cpus_are_drawn_without_a_word_in_each_cell(tmp_path: Path) -> None:
    run = RunData.load(write_run(tmp_path, cpus=48, repetitions=2, suites=("floor",)))
    plot = draw("core_to_core", run)[0]
    assert plot.frame.axes[0].images[0].get_array().shape == (48, 48)
    assert texts(plot) == set()
    few = RunData.load(write_run(tmp_path / "few", cpus=4, repetitions=2, suites=("floor",)))
    assert len(draw("core_to_core", few)[0].frame.axes[0].texts) == 12


def test_failed_and_unstable_cases_are_marked(tmp_path: Path) -> None:
    def fault(case: dict[str, Any]) -> dict[str, Any]:
        if case["subject"] == "TicketLock" and case["workers"] == 2:
            return case | {
                "status": "crashed",
                "error": "signal 11",
                "median_ns": None,
                "low_ns": None,
                "high_ns": None,
                "n": 0,
            }
        return case | {"stable": case["subject"] != "Lock"}

    run = changed(write_run(tmp_path, repetitions=2, suites=("lock",)), fault)
    plot = draw("locks", run)[0]
    assert "Failed, not ranked: TicketLock (signal 11)." in plot.caption
    assert "Unstable (hollow, or ~): Lock." in plot.caption
    assert any(line.get_marker() == "x" for line in plot.frame.axes[0].lines)
    assert "TicketLock leads" not in plot.title
    shares = draw("fairness_shares", run)[0]
    assert "failed" in texts(shares)


def test_a_run_in_which_all_failed_still_draws(tmp_path: Path) -> None:
    nothing = {
        "status": "failed",
        "error": "no",
        "median_ns": None,
        "low_ns": None,
        "high_ns": None,
        "n": 0,
        "counters": {},
    }
    run = changed(write_run(tmp_path, repetitions=2), lambda case: case | nothing)
    found = drawing.draw_into(run, tmp_path / "plots", ["png"])
    assert any("No lock passed its check" in p.title for p in found.drawn)
    assert {"core-to-core", "executors", "floors"} <= {s.name for s in found.skipped}


def test_no_winner_is_said_in_the_title(tmp_path: Path) -> None:
    run = changed(
        write_run(tmp_path, repetitions=2, suites=("lock",)),
        lambda c: c | {"median_ns": 100.0, "low_ns": 90.0, "high_ns": 110.0, "counters": {}},
    )
    assert "no clear winner among" in draw("locks", run)[0].title


def test_ratios_and_times_stand_on_log_axes_and_the_curve_ends_where_oversubscription_begins(
    tmp_path: Path,
) -> None:
    run = RunData.load(write_run(tmp_path, repetitions=2, suites=("lock", "executor")))
    for plot in [*draw("locks", run), *draw("executors", run)]:
        assert {axes.get_yscale() for axes in plot.frame.axes} == {"log"}
        for axes in plot.frame.axes:
            curves = [
                line.get_xdata()
                for line in axes.lines
                if line.get_linestyle() == "-"
                and line.get_transform() == axes.transData
                and len(line.get_xdata()) > 1
            ]
            assert curves
            assert not any(
                min(x) <= 1 < max(x) for x in curves
            ), "two CPUs, so nothing joins 2 (at 1.0) and 4 workers"


def test_shares_are_taken_by_rank_so_that_turns_at_starving_do_not_look_fair(tmp_path: Path) -> None:
    folder = write_run(tmp_path, repetitions=4, suites=("lock",))
    path = folder / "samples.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines:
        lucky = line["repetition"] % 2
        line["counters"] |= {f"share_{lucky}": 0.9, f"share_{1 - lucky}": 0.1}
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    axes = draw("fairness_shares", RunData.load(folder))[0].frame.axes[0]
    spans = [
        line.get_xdata() for line in axes.lines if line.get_linewidth() == 1.0 and len(line.get_xdata()) == 2
    ]
    assert spans and all(list(span) == pytest.approx([0.2, 1.8]) for span in spans)


def test_labels_do_not_overlap_and_stay_inside() -> None:
    rng = np.random.default_rng(7)
    for _ in range(200):
        wanted = list(rng.uniform(0, 100, rng.integers(1, 9)))
        placed = spread(wanted, 11, 0, 100)
        order = np.argsort(wanted, kind="stable")
        steps = np.diff(np.array(placed)[order])
        assert np.all(steps > 11 - 1e-9)
        assert min(placed) >= -1e-9 and max(placed) <= 100 + 1e-9


def test_labels_that_fit_are_left_where_they_are() -> None:
    assert spread([10, 50, 30], 5, 0, 100) == pytest.approx([10, 50, 30])
    assert spread([50, 50], 10, 0, 100) == pytest.approx([45, 55])
    assert spread([], 10, 0, 100) == []
    assert np.diff(spread([5] * 30, 10, 0, 100)) == pytest.approx(np.full(29, 100 / 29))


def test_looks_are_fixed_by_name_and_distinct_within_the_palette() -> None:
    names = ["Lock", "std::mutex", "TicketLock", "x::a", "x::b"]
    assert styles(names) == styles(reversed(names))
    assert styles(names)["Lock"] == styles(["Lock"])["Lock"]
    assert len({look.color for look in styles([f"peer{i}" for i in range(len(PALETTE))]).values()}) == len(
        PALETTE
    )
    assert highlighted([str(i) for i in range(20)], ["19", "absent"])[0] == "19"
    assert len(highlighted([str(i) for i in range(20)])) == MOST_SERIES


@pytest.mark.parametrize(("low", "high"), [(1, 2), (9.5, 10.4), (1, 1e12), (0.003, 7), (3.1e6, 3.4e6)])
def test_ticks_are_few_and_within_the_axis(low: float, high: float) -> None:
    for ticks in (log_ticks(low, high), two_ticks(low, high)):
        assert len(ticks) <= 8
        assert all(low * 0.999 <= t <= high * 1.001 for t in ticks) or len(ticks) == 1


def test_ticks_leave_room_for_their_labels() -> None:
    assert log_ticks(170, 1250) == [200, 300, 400, 500, 700, 1000]
    assert log_ticks(170, 1250, apart=0.15) == [200, 500, 1000]


def test_what_was_drawn_is_used_again_until_the_summary_changes(tmp_path: Path) -> None:
    folder = write_run(tmp_path, repetitions=2, suites=("floor",))
    run = RunData.load(folder)
    assert gallery.stored(run) is None
    draw_all(folder, ["svg"])
    assert gallery.stored(run) is not None
    (folder / "plots" / "floors.svg").unlink()
    assert gallery.stored(run) is None


@pytest.mark.parametrize("formats", [["gif"], []])
def test_an_unknown_format_is_named(tmp_path: Path, formats: list[str]) -> None:
    with pytest.raises(ContendError, match="known are svg, png"):
        draw_all(write_run(tmp_path, repetitions=1, suites=("floor",)), formats)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    folder = write_run(tmp_path, repetitions=1, suites=("floor",))
    (folder / "plots").write_text("in the way")
    with pytest.raises(ContendError, match="plots cannot be written there"):
        draw_all(folder, ["svg"])


@pytest.mark.parametrize(
    ("placement", "expected"),
    [
        ("compact", [(4, "socket"), (8, "SMT")]),
        ("scatter", [(1, "socket"), (8, "SMT")]),
        ("smt", [(1, "SMT"), (8, "socket")]),
        ("none", []),
    ],
)
def test_the_edges_of_the_machine_are_where_the_placement_meets_them(
    tmp_path: Path, placement: str, expected: list[edges.Edge]
) -> None:
    run = RunData.load(write_run(tmp_path, cpus=16, repetitions=2, suites=("executor",), workers=[1, 2, 16]))
    run.manifest["options"]["placement"] = placement
    assert edges.edges(run) == expected
    (plot,) = [p for p in draw("executors", run) if "cpu" in p.name]
    assert ({t.strip() for t in texts(plot)} >= {words for _, words in expected}) and ("Upright" in plot.caption) == bool(expected)


def test_a_speed_up_comes_with_its_efficiency_and_a_model_or_why_there_is_none(tmp_path: Path) -> None:
    few = RunData.load(write_run(tmp_path / "few", cpus=2, repetitions=2, suites=("executor",)))
    plot = next(p for p in draw("executors", few) if "cpu" in p.name)
    assert "Scaling model: not estimable: 2 numbers of workers" in plot.caption
    many = RunData.load(write_run(tmp_path / "many", cpus=16, repetitions=3, suites=("executor",)))
    plot = next(p for p in draw("executors", many) if "cpu" in p.name)
    assert re.search(r"Dash-dotted: scaling model of \S+ at 1 ms, USL: contention", plot.caption)
    assert sum(line.get_linestyle() == "-." for axes in plot.frame.axes for line in axes.lines) == 1
    assert "Efficiency" in plot.figures.columns and re.fullmatch(r"\d+ %", plot.figures.lines[0][5])


def test_a_speed_up_stands_beside_that_of_bare_threads(tmp_path: Path) -> None:
    run = RunData.load(write_run(tmp_path, cpus=2, repetitions=3, suites=("executor",)))
    plot = next(p for p in draw("executors", run) if "cpu" in p.name)
    assert "bare threads" in plot.caption and "bare_threads" not in {line[0] for line in plot.figures.lines}
    column = plot.figures.columns.index("Of bare threads")
    of_pool = {line[2]: line[column] for line in plot.figures.lines if line[:2] == ("pool", "1 ms")}
    assert re.fullmatch(r"(0\.9\d|1\.0\d)x \[0\.\d+, 1\.\d+\]", of_pool["2"]), of_pool
    bars = [line for axes in plot.frame.axes for line in axes.lines if line.get_marker() == "_"]
    assert bars


def test_the_smallest_item_that_pays_is_marked_for_each_executor(tmp_path: Path) -> None:
    run = RunData.load(write_run(tmp_path, cpus=2, repetitions=3, suites=("executor",)))
    (plot,) = draw("grain", run)
    assert len(plot.frame.axes) == 2 and plot.figures.columns[2] == "METG"
    by_subject = {line[0]: line[2] for line in plot.figures.lines if line[1] == "2"}
    assert by_subject["pool"].startswith(("1.9", "2")) and by_subject["processes"].startswith("above")
    assert any(text.startswith("pool ") for text in texts(plot))


def test_the_title_has_a_name_for_the_subjects_of_every_kind_of_decision() -> None:
    assert set(sync.KINDS) == set(sync.ORDER)
