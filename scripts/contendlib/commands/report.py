"""`contend report`: writes the report of one run or of several."""

from argparse import ArgumentParser, Namespace
from concurrent.futures import ProcessPoolExecutor
import multiprocessing
from pathlib import Path

from contendlib import console
from contendlib.commands.command import Command
from contendlib.commands.plot import summarised
from contendlib.exits import Exit
from contendlib.paths import RESULTS, shown


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("dirs", nargs="*", type=Path, metavar="DIR", help="runs (default: results/latest)")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="default: report.html in the first run's folder"
    )


def _execute(args: Namespace) -> Exit:
    folders = args.dirs or [RESULTS / "latest"]
    if len(folders) == 1 and not (folders[0] / "summary.json").exists():
        _summarise_elsewhere(folders[0])
    runs = [summarised(path) for path in folders]
    from contendlib import report

    console.out(shown(report.write([run.path for run in runs], args.output)))
    return Exit.OK


def _summarise_elsewhere(folder: Path) -> None:
    """In a process that gives back the memory that all samples take, while this one imports what draws."""
    from contendlib.plots import drawing

    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as other:
        summary = other.submit(summarised, folder)
        drawing.prepare()
        summary.result()


COMMAND = Command(
    name="report",
    help="write the report of one or several runs: one HTML file that needs nothing else",
    add_arguments=_add_arguments,
    execute=_execute,
)
