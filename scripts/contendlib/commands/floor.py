"""`contend floor`: measures what hardware and kernel charge at least, and prints it as a ladder."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from contendlib import console, ladder
from contendlib.commands import run
from contendlib.commands.command import Command
from contendlib.exits import ContendError, Exit
from contendlib.paths import RESULTS, shown
from contendlib.run_data import RunData
from contendlib.wording import duration, significant

MOST_SHOWN = 16


def _add_arguments(parser: ArgumentParser) -> None:
    run.add_options(parser)
    parser.set_defaults(suites=["floor"])


def _execute(args: Namespace) -> Exit:
    exit_code = run.measure(args)
    if args.dry_run or exit_code not in (Exit.OK, Exit.FAILED):
        return exit_code
    newest = (Path(args.out or RESULTS) / "latest").resolve()
    data = RunData.load(newest)
    console.out("\n".join([*_ladder(data), *_transfers(data)]))
    if not args.no_report:
        console.out(f"plots:   {shown(newest / 'plots' / 'floors.svg')}")
    return exit_code


def _ladder(data: RunData) -> list[str]:
    rungs = ladder.rungs(data)
    if not rungs:
        raise ContendError(f"{shown(data.folder)}: no floor passed its check")
    width = max(len(rung.name) for rung in rungs)
    return ["floors, cheapest first, with the 95 % interval (~: unstable):"] + [
        f"  {rung.name:<{width}}  {rung.words:>8}  [{duration(rung.low)}, {duration(rung.high)}]" for rung in rungs
    ]


def _transfers(data: RunData) -> list[str]:
    """The round trips between CPUs as a matrix, where it fits a terminal."""
    found = {pair: row for pair, row in ladder.transfers(data).items() if row.ok}
    cpus = sorted({cpu for pair in found for cpu in pair})
    if not cpus:
        return []
    if len(cpus) > MOST_SHOWN:
        return [f"cache line round trips between {len(cpus)} CPUs: see the plot core-to-core"]
    cells = {pair: significant(row.median_ns) for pair, row in found.items()}
    width = max(8, *(len(cell) + 2 for cell in cells.values()))
    lines = ["cache line round trip, ns:", "     CPU" + "".join(f"{cpu:>{width}}" for cpu in cpus)]
    for here in cpus:
        row = (cells.get((here, there), cells.get((there, here), "-")) for there in cpus)
        lines.append(f"{here:>8}" + "".join(f"{cell:>{width}}" for cell in row))
    return lines


COMMAND = Command(
    name="floor",
    help="measure what the hardware and the kernel charge at least: a ladder of floors, and CPU to CPU",
    add_arguments=_add_arguments,
    execute=_execute,
    takes_passthrough=True,
)
