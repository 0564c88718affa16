"""`contend plot`: draws a run again."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from contendlib import console
from contendlib.commands import arguments
from contendlib.commands.command import Command
from contendlib.exits import ContendError, Exit
from contendlib.paths import RESULTS, shown
from contendlib.results import RunFolder


def summarised(path: Path) -> RunFolder:
    """The run in a folder, summarised where an interrupt or a crash prevented it."""
    if not path.is_dir():
        raise ContendError(
            f"{path}: no such run; `contend run` makes one, and results/latest is the newest", Exit.USAGE
        )
    run = RunFolder(path.resolve())
    if not (run.path / "summary.json").exists():
        from contendlib import summary

        summary.write(run)
    return run


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "dir", nargs="?", type=Path, default=RESULTS / "latest", metavar="DIR", help="default: results/latest"
    )
    parser.add_argument(
        "--format",
        type=arguments.formats,
        default=["svg", "png"],
        metavar="LIST",
        help="svg,png (default: both)",
    )


def _execute(args: Namespace) -> Exit:
    run = summarised(args.dir)
    from contendlib import plots

    for path in plots.draw_all(run.path, args.format):
        console.out(shown(path))
    return Exit.OK


COMMAND = Command(
    name="plot", help="draw the plots of a run again", add_arguments=_add_arguments, execute=_execute
)
