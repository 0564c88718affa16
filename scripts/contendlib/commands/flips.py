"""`contend flips`: whether verdicts hold what their confidence promises."""

from argparse import ArgumentParser, Namespace

from contendlib import console
from contendlib.commands import arguments
from contendlib.commands.command import Command
from contendlib.commands.plot import summarised
from contendlib.exits import ContendError, Exit
from contendlib.paths import RESULTS


def _add_arguments(parser: ArgumentParser) -> None:
    arguments.add_runs(parser, "folders of runs, or folders of such folders (default: results)")
    arguments.add_json(parser, "all counts")


def _execute(args: Namespace) -> Exit:
    from contendlib import flips
    from contendlib.run_data import RunData
    from contendlib.stored import run

    folders = run.paths_in(args.runs or [RESULTS])
    if plain := [path for path in folders if not path.is_dir()]:
        raise ContendError(f"{plain[0]}: verdicts are made from the folders of runs", Exit.USAGE)
    found = flips.count([RunData.load(summarised(path).path) for path in folders])
    arguments.write_json(args.json, flips.document(found))
    console.out(flips.markdown(found))
    if len(found.runs) < flips.LEAST_RUNS:
        console.warn(f"{len(found.runs)} comparable runs tell little: measure {flips.LEAST_RUNS} or more")
        return Exit.INCONCLUSIVE
    return Exit.OK if found.kept else Exit.FAILED


COMMAND = Command(
    name="flips",
    help="how often the verdicts of several runs contradict each other, against what their confidence promises",
    add_arguments=_add_arguments,
    execute=_execute,
    epilog="Exits with 0, with 1 where a confidence promised too much, with 4 where the runs are fewer than ten.",
)
