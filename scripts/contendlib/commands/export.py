"""`contend export`: a stored result for others' tools."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from contendlib import console, results
from contendlib.commands.command import Command
from contendlib.exits import ContendError, Exit
from contendlib.paths import RESULTS, shown

_FORMATS = ("github-action-benchmark", "bencher", "benchstat")


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "run",
        nargs="?",
        type=Path,
        default=RESULTS / "latest",
        metavar="RUN",
        help="the folder of a run, or the JSON of a Google Benchmark program (default: results/latest)",
    )
    parser.add_argument("--to", required=True, choices=_FORMATS, help="the tool that is to read it")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: stdout")


def _execute(args: Namespace) -> Exit:
    from contendlib.stored import exporters, run

    stored = run.read(args.run)
    for name, why in stored.failed.items():
        console.warn(f"{name} failed and is left out: {why}")
    if not stored.times:
        raise ContendError(f"{args.run}: all {len(stored.failed)} benchmarks failed; there is nothing to export")
    text = exporters.EXPORTERS[args.to](stored)
    if args.output is None:
        console.out(text.rstrip("\n"))
        return Exit.OK
    try:
        args.output.write_text(text, encoding="utf-8")
    except OSError as failure:
        raise results.cannot_write(args.output, failure) from failure
    console.status(f"{console.plural(len(stored.times), 'benchmark')}: {shown(args.output)}")
    return Exit.OK


COMMAND = Command(
    name="export",
    help="write a stored result for github-action-benchmark, Bencher or benchstat",
    add_arguments=_add_arguments,
    execute=_execute,
)
