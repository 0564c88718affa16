"""Draws every plot of a run into files, and keeps an index of them: the report shows what the index lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
import gc
from importlib import import_module
import json
import multiprocessing
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contendlib.exits import ContendError
from contendlib.plots.figures import Figures
from contendlib.run_data import RunData

if TYPE_CHECKING:
    from contendlib.plots.plot import Plot

# In the order of the report. Modules are imported when drawn, since matplotlib takes its time.
MODULES = (
    "locks",
    "fairness_shares",
    "fairness_throughput",
    "readers_writers",
    "hand_off",
    "latency",
    "lock_workloads",
    "queues",
    "ping_pong",
    "queue_workloads",
    "executors",
    "overhead",
    "sync",
    "core_to_core",
    "floors",
)
INDEX = "index.json"
FORMATS = ("svg", "png")
MOST_PROCESSES = 8  # each holds one figure at a time


@dataclass(frozen=True)
class Drawn:
    """One plot as it lies in its folder. `crop` is the height of title and caption in points."""

    name: str
    suite: str
    title: str
    caption: str
    alt: str
    command: str
    crop: tuple[float, float]
    files: tuple[str, ...]
    figures: Figures


@dataclass(frozen=True)
class Skipped:
    """A plot that was not drawn, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class Gallery:
    folder: Path
    drawn: Sequence[Drawn]
    skipped: Sequence[Skipped]

    @property
    def files(self) -> list[Path]:
        return [self.folder / name for plot in self.drawn for name in plot.files]


def draw_into(run: RunData, folder: Path, formats: Sequence[str]) -> Gallery:
    """Draws all plots into the folder, in as many processes as there are CPUs."""
    unknown = [f for f in formats if f not in FORMATS]
    if unknown or not formats:
        raise ContendError(f"plot format {', '.join(unknown) or '(none)'}: known are {', '.join(FORMATS)}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        gallery = _draw(run, folder, formats)
        (folder / INDEX).write_text(
            json.dumps(asdict(gallery) | {"folder": None}, indent=1), encoding="utf-8"
        )
    except OSError as failure:
        raise ContendError(
            f"{folder}: plots cannot be written there: {failure.strerror}; choose another folder"
        ) from failure
    return gallery


def stored(run: RunData) -> Gallery | None:
    """What was drawn earlier, if it is complete and not older than the summary."""
    folder = run.folder / "plots"
    try:
        if (folder / INDEX).stat().st_mtime < (run.folder / "summary.json").stat().st_mtime:
            return None
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        gallery = Gallery(
            folder, [_drawn(d) for d in index["drawn"]], [Skipped(**s) for s in index["skipped"]]
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return gallery if all((folder / f"{d.name}.svg").is_file() for d in gallery.drawn) else None


def _drawn(fields: dict[str, Any]) -> Drawn:
    above, below = fields.pop("crop")
    files = tuple(fields.pop("files"))
    figures = fields.pop("figures")
    lines = tuple(tuple(line) for line in figures["lines"])
    table = Figures(tuple(figures["columns"]), lines, figures["left_out"])
    return Drawn(crop=(above, below), files=files, figures=table, **fields)


def _draw(run: RunData, folder: Path, formats: Sequence[str]) -> Gallery:
    found = _in_processes(partial(_draw_module, run, folder, formats))
    return Gallery(
        folder,
        [plot for plots in found if not isinstance(plots, Skipped) for plot in plots],
        [plots for plots in found if isinstance(plots, Skipped)],
    )


def _draw_module(run: RunData, folder: Path, formats: Sequence[str], name: str) -> list[Drawn] | Skipped:
    from contendlib.plots.plot import Missing

    draw: Callable = import_module(f"contendlib.plots.{name}").draw
    try:
        return [_save(plot, folder, formats) for plot in draw(run)]
    except Missing as reason:
        return Skipped(name.replace("_", "-"), str(reason))


_task: Callable[[str], list[Drawn] | Skipped] | None = None  # of a process that draws


def _in_processes(task: Callable[[str], list[Drawn] | Skipped]) -> list[list[Drawn] | Skipped]:
    """The task for each module, in their order. Processes are forked once all is loaded, so that they share the run
    and the libraries rather than read them again."""
    processes = min(len(os.sched_getaffinity(0)), MOST_PROCESSES)
    if processes == 1:
        return [task(name) for name in MODULES]
    for name in MODULES:
        import_module(f"contendlib.plots.{name}")
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(processes, fork, _become, (task,)) as pool:
        return list(pool.map(_run_task, MODULES))


def _become(task: Callable[[str], list[Drawn] | Skipped]) -> None:
    """A process that draws a few figures and ends: to look for garbage would take it a third of its time."""
    global _task
    gc.disable()
    _task = task


def _run_task(name: str) -> list[Drawn] | Skipped:
    assert _task is not None
    return _task(name)


def _save(plot: Plot, folder: Path, formats: Sequence[str]) -> Drawn:
    files = tuple(f"{plot.name}.{kind}" for kind in formats)
    for file in files:
        plot.frame.figure.savefig(
            folder / file, dpi=144, metadata={"Date": None} if file.endswith(".svg") else None
        )
    return Drawn(
        plot.name, plot.suite, plot.title, plot.caption, plot.alt, plot.command, plot.frame.crop, files, plot.figures
    )
