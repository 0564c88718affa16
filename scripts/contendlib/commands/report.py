"""`contend report`: writes the report of one run or of several."""

from argparse import ArgumentParser, Namespace
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
    runs = [summarised(path) for path in args.dirs or [RESULTS / "latest"]]
    from contendlib import report

    console.out(shown(report.write([run.path for run in runs], args.output)))
    return Exit.OK


COMMAND = Command(
    name="report",
    help="write the report of one or several runs: one HTML file that needs nothing else",
    add_arguments=_add_arguments,
    execute=_execute,
)
