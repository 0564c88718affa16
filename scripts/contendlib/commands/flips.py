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
    parser.add_argument(
        "--draw",
        type=arguments.count,
        metavar="N",
        help="of one run: draw that many from its repetitions, in place of measuring others",
    )
    arguments.add_json(parser, "all counts")


def _execute(args: Namespace) -> Exit:
    from contendlib import flips, resampled
    from contendlib.run_data import RunData
    from contendlib.stored import run

    folders = run.paths_in(args.runs or [RESULTS])
    if plain := [path for path in folders if not path.is_dir()]:
        raise ContendError(f"{plain[0]}: verdicts are made from the folders of runs", Exit.USAGE)
    if args.draw and len(folders) != 1:
        raise ContendError(f"--draw: of one run, not of {len(folders)}", Exit.USAGE)
    runs = [RunData.load(summarised(path).path) for path in folders]
    found = flips.count([*resampled.runs(runs[0], args.draw)] if args.draw else runs)
    arguments.write_json(args.json, flips.document(found))
    if args.draw:
        console.out(f"Drawn from the repetitions of {runs[0].folder.name}, not measured:\n")
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
