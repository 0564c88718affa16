"""`contend compare`: two stored results beside each other."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from contendlib import console
from contendlib.commands import arguments
from contendlib.commands.command import Command
from contendlib.exits import ContendError, Exit


def _add_arguments(parser: ArgumentParser) -> None:
    what = "the folder of a run, or the JSON of a Google Benchmark program"
    parser.add_argument("old", type=Path, metavar="OLD", help=what)
    parser.add_argument("new", type=Path, metavar="NEW", help="the same")
    arguments.add_least_effect(
        parser, 0.25, "what less is no clear difference (default: 25%%, because sessions differ by as much)"
    )
    parser.add_argument(
        "--trip",
        type=arguments.factor,
        metavar="FACTOR",
        help="exit with 3 where a benchmark became slower by this factor, noise within the sessions taken off; 2 is sensible",
    )
    parser.add_argument("--all", action="store_true", help="show what does not differ clearly too")
    arguments.add_json(parser, "all figures")


def _execute(args: Namespace) -> Exit:
    from contendlib.stored import comparison, run, tables

    found = comparison.compare(run.read(args.old), run.read(args.new), args.min_effect)
    if not found.lines:
        raise ContendError(f"{args.old} and {args.new} have no benchmark in common that did not fail")
    arguments.write_json(args.json, found.document())
    console.out(tables.markdown(found, args.all))
    if found.refusal:
        return Exit.INCONCLUSIVE
    tripped = args.trip is not None and any(line.low > args.trip for line in found.lines)
    return Exit.REGRESSION if tripped else Exit.OK


COMMAND = Command(
    name="compare",
    help="two stored results beside each other: advice, no verdict; refused where machines or builds differ",
    add_arguments=_add_arguments,
    execute=_execute,
    epilog="Exits with 0, with 3 where --trip is exceeded, with 4 where the two cannot be compared.",
)
