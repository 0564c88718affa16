"""`contend scaling`: from which item size on executors pay, and what they make of more cores."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from contendlib import console
from contendlib.commands.command import Command
from contendlib.commands.plot import summarised
from contendlib.exits import Exit
from contendlib.paths import RESULTS
from contendlib.run_data import RunData


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "dir", nargs="?", type=Path, default=RESULTS / "latest", metavar="DIR", help="default: results/latest"
    )


def _execute(args: Namespace) -> Exit:
    run = RunData.load(summarised(args.dir).path)
    from contendlib.scaling import tables

    console.out("\n".join([*tables.metg_lines(run.suite("executor")), *tables.model_lines(run.samples())]))
    return Exit.OK


COMMAND = Command(
    name="scaling",
    help="METG of the executors of a run, and Amdahl's and Gunther's laws fitted to it",
    add_arguments=_add_arguments,
    execute=_execute,
)
