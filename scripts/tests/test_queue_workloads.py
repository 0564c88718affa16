"""The plots of what queues do beside throughput and ping-pong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contendlib.plots import queue_workloads
from contendlib.plots.plot import Missing
from contendlib.run_data import RunData
from synthetic_results import write_run


@pytest.fixture(scope="module")
def plots(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    folder = write_run(tmp_path_factory.mktemp("run"), repetitions=3, suites=("queue",))
    return queue_workloads.draw(RunData.load(folder))


def columns_of(plot: Any) -> list[str]:
    (axes,) = plot.frame.axes
    return [label.get_text() for label in axes.get_xticklabels()]


def cells_of(plot: Any) -> list[str]:
    (axes,) = plot.frame.axes
    return [text.get_text() for text in axes.texts]


def test_each_way_of_waiting_has_a_figure_and_so_have_other_orders(plots: list[Any]) -> None:
    spinning, blocking, standing = (columns_of(plot) for plot in plots)
    assert spinning == ["payload 64, 1 x 1", "payload 1,024, 1 x 1", "offered load 90 %"]
    assert blocking == ["idle consumer"]
    assert [name.split(",")[0] for name in standing] == ["LIFO"] * 4 + ["priority"] * 4


def test_only_times_of_operations_decide_who_leads(plots: list[Any]) -> None:
    spinning, blocking, standing = (plot.title for plot in plots)
    assert spinning.startswith("Spinning, clearly in the lead: SpscRing in 2 of 2 workloads")
    assert blocking == "Blocking, no workload was told by the time of an operation"
    assert "PriorityQueue in 4" in standing


def test_a_queue_that_could_not_carry_the_load_has_a_dash(plots: list[Any]) -> None:
    assert cells_of(plots[0]).count("-") == 2
    assert "a dash: it could not carry that" in plots[0].caption


def test_an_order_is_compared_with_its_own_kind_only(plots: list[Any]) -> None:
    assert cells_of(plots[2]).count("1.00") == len(columns_of(plots[2]))


def test_a_run_without_these_workloads_says_so(tmp_path: Path) -> None:
    floors = RunData.load(write_run(tmp_path, repetitions=2, suites=("floor",)))
    with pytest.raises(Missing):
        queue_workloads.draw(floors)
