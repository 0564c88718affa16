"""Draws every plot of a run into files, in processes of its own, while the caller does something else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
import gc
from importlib import import_module
import multiprocessing
from multiprocessing.synchronize import Barrier
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contendlib.exits import ContendError
from contendlib.plots.gallery import INDEX, WORDS, Drawn, Gallery, Skipped, gallery_of, write_index
from contendlib.run_data import RunData

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from contendlib.plots.plot import Plot

# In the order of the report. Imported by prepare(), since matplotlib takes its time.
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
    "grain",
    "sync",
    "core_to_core",
    "floors",
)
LONGEST = ("latency", "locks", "queues", "executors")  # begun first, so that none is left for the end
MOST_PROCESSES = 8
MOST_KEPT = 16  # figures of a process that are not in all formats yet

# What savefig needs to know. SVGs bear no date, so that the same data makes the same file. Compressing PNGs as well as
# can be takes half as long as drawing them, for files a tenth smaller.
FORMATS: dict[str, dict[str, Any]] = {
    "svg": {"metadata": {"Date": None}},
    "png": {"pil_kwargs": {"compress_level": 3}},
}

Task = Callable[[str], list[Drawn | Skipped]]


def prepare() -> None:
    """Imports what draws. Whoever has to wait for the run's figures may do so meanwhile; else drawing() does."""
    for name in (*(f"contendlib.plots.{module}" for module in MODULES), "matplotlib.backends.backend_svg"):
        import_module(name)


def draw_into(run: RunData, folder: Path, formats: Sequence[str]) -> Gallery:
    """Draws all plots into the folder, with their index."""
    with drawing(run, folder, formats) as plots:
        return gallery_of(folder, plots)


@contextmanager
def drawing(
    run: RunData, folder: Path, formats: Sequence[str], *, words: bool = True
) -> Iterator[Iterator[Drawn | Skipped]]:
    """Begins to draw all plots into the folder; gives each when it is there, in the order of the report. That is as SVG,
    which a page needs: other formats and the index are written in the end. `words` are title and caption, half of all
    letters, which a page prints itself."""
    unknown = [f for f in formats if f not in FORMATS]
    if unknown or not formats:
        raise ContendError(f"plot format {', '.join(unknown) or '(none)'}: known are {', '.join(FORMATS)}")
    with _writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / INDEX).unlink(missing_ok=True)  # what is drawn over is complete only with its new index
    found: list[Drawn | Skipped] = []
    with _in_processes(partial(_draw_module, run, folder, formats, words)) as (modules, finish):
        yield _each(modules, found)
        with _writing(folder):
            finish()
            write_index(gallery_of(folder, found))


def _each(modules: Iterable[list[Drawn | Skipped]], found: list[Drawn | Skipped]) -> Iterator[Drawn | Skipped]:
    for plots in modules:
        found += plots
        yield from plots


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as failure:
        raise ContendError(
            f"{folder}: plots cannot be written there: {failure.strerror}; choose another folder"
        ) from failure


def _draw_module(
    run: RunData, folder: Path, formats: Sequence[str], words: bool, name: str
) -> list[Drawn | Skipped]:
    draw: Callable[[RunData], list[Plot]] = import_module(f"contendlib.plots.{name}").draw
    from contendlib.plots.plot import Missing

    try:
        plots = draw(run)
    except Missing as reason:
        return [Skipped(name.replace("_", "-"), str(reason))]
    for text in (text for plot in plots for text in plot.frame.figure.texts if text.get_gid() in WORDS):
        text.set_visible(words)
    with _writing(folder):
        return [_save(plot, folder, formats) for plot in plots]


# Of a process that draws: what it does, what is left for the end, and where they all meet before that.
_task: Task | None = None
_later: list[Callable[[], None]] = []
_all_idle: Barrier | None = None


@contextmanager
def _in_processes(task: Task) -> Iterator[tuple[Iterator[list[Drawn | Skipped]], Callable[[], None]]]:
    """The task for each module, in their order, in as many processes as there are CPUs, and what has all of them do what
    they left for the end. They are forked, so that they share the run and the modules rather than read them again."""
    prepare()
    processes = min(len(os.sched_getaffinity(0)), MOST_PROCESSES)
    if processes == 1:
        yield map(task, MODULES), _do_the_rest
        return
    fork = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(processes, fork, _become, (task, fork.Barrier(processes)))

    def finish() -> None:
        for rest in [pool.submit(_meet_and_do_the_rest) for _ in range(processes)]:
            rest.result()

    try:
        begun = {name: pool.submit(_run_task, name) for name in dict.fromkeys((*LONGEST, *MODULES))}
        yield (begun[name].result() for name in MODULES), finish
    finally:
        pool.shutdown(cancel_futures=True)


def _become(task: Task, all_idle: Barrier) -> None:
    """A process that draws a few figures and ends: to look for garbage would take it a third of its time."""
    global _task, _all_idle
    gc.disable()
    _task, _all_idle = task, all_idle


def _run_task(name: str) -> list[Drawn | Skipped]:
    assert _task is not None
    return _task(name)


def _meet_and_do_the_rest() -> None:
    """Once in each process: none gets a second one before all have theirs."""
    assert _all_idle is not None
    _all_idle.wait()
    _do_the_rest()


def _do_the_rest(but: int = 0) -> None:
    while len(_later) > but:
        _later.pop(0)()


def _save(plot: Plot, folder: Path, formats: Sequence[str]) -> Drawn:
    _place_missing_labels(plot.frame.axes)
    files = {kind: f"{plot.name}.{kind}" for kind in formats}
    for kind, file in files.items():
        save = partial(_write, plot, folder / file, kind)
        if kind == "svg" or "svg" not in formats:
            save()
        else:
            _later.append(save)
    _do_the_rest(but=MOST_KEPT)
    return Drawn(
        plot.name,
        plot.suite,
        plot.title,
        plot.caption,
        plot.alt,
        plot.command,
        plot.frame.crop,
        tuple(files.values()),
        plot.figures,
    )


def _write(plot: Plot, path: Path, kind: str) -> None:
    """Leaves no half of a file where the disk is full."""
    try:
        plot.frame.figure.savefig(path, dpi=144, **FORMATS[kind])
    except OSError:
        path.unlink(missing_ok=True)
        raise


def _place_missing_labels(panels: Sequence[Axes]) -> None:
    """Matplotlib measures all ticks to find where the name of an axis goes, be it empty: it need not."""
    for axis in (axis for axes in panels for axis in (axes.xaxis, axes.yaxis)):
        if not axis.get_label_text():
            axis.set_label_coords(0, 0)
