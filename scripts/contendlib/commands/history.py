"""`contend history`: what changed over the stored runs."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from contendlib import console, results
from contendlib.commands import arguments
from contendlib.commands.command import Command
from contendlib.exits import ContendError, Exit
from contendlib.paths import RESULTS, shown

if TYPE_CHECKING:
    from contendlib.stored.history import History

_SHUFFLES = 499


def _add_arguments(parser: ArgumentParser) -> None:
    arguments.add_runs(
        parser, "folders of runs, folders of such folders, or Google Benchmark JSON files (default: results)"
    )
    arguments.add_least_effect(parser, 0.10, "smaller changes are left out (default: 10%%)")
    parser.add_argument(
        "--level",
        type=arguments.level,
        default=0.01,
        metavar="A",
        help="chance of a change in a series without one (default: 0.01)",
    )
    parser.add_argument("--filter", type=arguments.pattern, metavar="RE", help="only benchmarks in whose name it is found")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the largest changes, as FILE.svg or FILE.png")
    arguments.add_json(parser, "all series and changes")


def _execute(args: Namespace) -> Exit:
    if args.plot and args.plot.suffix not in (".svg", ".png"):
        raise ContendError(f"--plot: {args.plot} is neither .svg nor .png", Exit.USAGE)
    from contendlib.stored import history, run

    stored = [run.read(path) for path in run.paths_in(args.runs or [RESULTS])]
    if args.filter:
        for one in stored:
            one.times = {name: times for name, times in one.times.items() if args.filter.search(name)}
    found = history.follow(stored, args.level, args.min_effect, _SHUFFLES)
    if not found.series:
        raise ContendError(f"no benchmark was measured in {history.LEAST_RUNS} of these {len(found.runs)} runs")
    arguments.write_json(args.json, found.document())
    if args.plot:
        _plot(found, args.plot)
    console.out(history.markdown(found))
    return Exit.OK


def _plot(found: "History", path: Path) -> None:
    from contendlib.stored import history_plot

    try:
        history_plot.draw(found, path)
    except OSError as failure:
        raise results.cannot_write(path, failure) from failure
    console.status(f"plot: {shown(path)}")


COMMAND = Command(
    name="history",
    help="what changed its level over the stored runs of one machine, when, and by how much",
    add_arguments=_add_arguments,
    execute=_execute,
    epilog="Exits with 0 whatever changed: sessions differ, and `contend gate` gives verdicts.",
)
