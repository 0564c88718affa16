"""`contend list`: suites, subjects and cases."""

from argparse import ArgumentParser, Namespace
from collections import Counter
from dataclasses import asdict
import json

from contendlib import cases, console, cpus, process
from contendlib.commands import arguments, binaries
from contendlib.commands.command import Command
from contendlib.exits import Exit


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("suites", nargs="*", type=arguments.suite, metavar="SUITE", help="default: all")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--cases", action="store_true", help="the name of every case, one a line")
    form.add_argument("--json", action="store_true", help="everything, as JSON")
    binaries.add_argument(parser)


def _execute(args: Namespace) -> Exit:
    with process.Interrupts() as interrupts:
        folder = binaries.prepare(args.binaries, interrupts)
        listing = cases.list_cases(folder, args.suites or cases.SUITES, [], cpus.usable(), interrupts)
    if args.json:
        document = {
            "cases": [asdict(case) for case in listing.cases],
            "subjects": listing.subjects,
            "absent": listing.absent,
        }
        console.out(json.dumps(document, indent=1))
    elif args.cases:
        console.out("\n".join(case.name for case in listing.cases))
    else:
        console.out(_overview(listing))
    return Exit.OK


def _overview(listing: cases.Listing) -> str:
    counts = Counter((case.suite, case.workload) for case in listing.cases)
    quick = Counter((case.suite, case.workload) for case in listing.cases if case.quick)
    lines = [
        f"{suite:<10}{workload:<24}{console.plural(n, 'case')}, {quick[suite, workload]} in quick runs"
        for (suite, workload), n in counts.items()
    ]
    lines.append("")
    width = max((len(subject["name"]) for subject in listing.subjects), default=0) + 2
    for subject in listing.subjects:
        note = f"  ({subject['note']})" if subject["note"] else ""
        lines.append(f"{subject['name']:<{width}}{subject['family']} {subject['version']}{note}")
    lines += [f"left out: {peer['family']}: {peer['why']}" for peer in listing.absent]
    return "\n".join(lines)


COMMAND = Command(
    name="list",
    help="show suites, workloads, subjects and cases",
    add_arguments=_add_arguments,
    execute=_execute,
)
