"""`contend history`: what changed over the stored runs."""

from argparse import ArgumentParser, Namespace
import json
from pathlib import Path

from contendlib import console, results
from contendlib.commands import arguments
from contendlib.commands.command import Command
from contendlib.exits import ContendError, Exit
from contendlib.paths import RESULTS, shown

_SHUFFLES = 499


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "runs",
        nargs="*",
        type=Path,
        metavar="RUN",
        help="folders of runs, folders of such folders, or Google Benchmark JSON files (default: results)",
    )
    parser.add_argument(
        "--min-effect",
        type=arguments.percentage,
        default=0.10,
        metavar="PERCENT",
        help="smaller changes are left out (default: 10%%)",
    )
    parser.add_argument(
        "--level",
        type=arguments.level,
        default=0.01,
        metavar="A",
        help="chance of a change in a series without one (default: 0.01)",
    )
    parser.add_argument("--filter", type=arguments.pattern, metavar="RE", help="only benchmarks in whose name it is found")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="draw the largest changes, as FILE.svg or FILE.png")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all series and changes there")


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
    _write(found, args)
    console.out(history.markdown(found))
    return Exit.OK


def _write(found, args: Namespace) -> None:  # type: ignore[no-untyped-def]
    try:
        if args.json:
            args.json.write_text(json.dumps(found.document(), indent=1, allow_nan=False) + "\n", encoding="utf-8")
        if args.plot:
            from contendlib.stored import history_plot

            history_plot.draw(found, args.plot)
            console.status(f"plot: {shown(args.plot)}")
    except OSError as failure:
        raise results.cannot_write(args.json or args.plot, failure) from failure


COMMAND = Command(
    name="history",
    help="what changed its level over the stored runs of one machine, when, and by how much",
    add_arguments=_add_arguments,
    execute=_execute,
    epilog="Exits with 0 whatever changed: sessions differ, and `contend gate` gives verdicts.",
)
