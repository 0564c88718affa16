"""`contend run`: installs, builds, measures, summarises, draws and reports."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
import secrets

from contendlib import cases, cpus, plan, progress, results
from contendlib.commands import arguments, binaries
from contendlib.commands.command import Command
from contendlib.exits import ContendError, Exit
from contendlib.gbench import RESERVED_FLAGS
from contendlib.paths import RESULTS
from contendlib.session import Request, Session

_PLACEMENTS = ("compact", "scatter", "smt", "none")
_NEWEST = "newest"

# What may stand beside --resume; all else is the resumed run's own.
_WITH_RESUME = frozenset({"resume", "out", "progress", "binaries", "no_report"})


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "suites",
        nargs="*",
        type=arguments.suite,
        metavar="SUITE",
        help=f"{', '.join(cases.SUITES)} (default: all)",
    )
    add_options(parser)


def add_options(parser: ArgumentParser) -> None:
    """What may be said of a run, whatever its suites."""
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--quick",
        dest="mode",
        action="store_const",
        const="quick",
        help="few repetitions of the cases that carry a verdict: minutes (default)",
    )
    mode.add_argument(
        "--full", dest="mode", action="store_const", const="full", help="longer rounds, 20 repetitions"
    )
    parser.add_argument(
        "--cpus", type=arguments.cpu_list, metavar="LIST", help="CPUs to use, such as 0-3,8 (default: all)"
    )
    parser.add_argument(
        "--placement", choices=_PLACEMENTS, help="how workers are bound to CPUs (default: compact)"
    )
    parser.add_argument(
        "--workers", type=arguments.workers, metavar="LIST", help="worker counts, such as 1,2,4,max"
    )
    parser.add_argument(
        "--repetitions",
        type=arguments.count,
        metavar="N",
        help="repetitions of each case (quick: 6, full: 20)",
    )
    parser.add_argument(
        "--round", type=arguments.seconds, metavar="S", help="seconds in a round (quick: 0.05, full: 0.2)"
    )
    parser.add_argument(
        "--filter",
        metavar="RE",
        help="only cases in whose name this regular expression is found, those that quick runs leave out among them",
    )
    parser.add_argument("--seed", type=arguments.seed, metavar="N", help="of the random order of the cases")
    parser.add_argument(
        "--time-limit",
        type=arguments.seconds,
        metavar="S",
        help="for one process (default: from its estimate)",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="in place of results/")
    parser.add_argument(
        "--resume",
        nargs="?",
        const=_NEWEST,
        metavar="DIR",
        help="go on with this run (default: the newest unfinished one)",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would be measured and how long it takes, no more"
    )
    parser.add_argument(
        "--no-report", action="store_true", help="measure and summarise only: no plots, no report"
    )
    parser.add_argument(
        "--progress", choices=progress.KINDS, default="auto", help="a bar, plain lines or nothing, on stderr"
    )
    binaries.add_argument(parser)


def measure(args: Namespace) -> Exit:
    """Does what the options say, on args.suites."""
    _refuse_reserved(args.passthrough)
    request = Request(
        out=args.out or RESULTS,
        binaries=args.binaries,
        progress=args.progress,
        dry_run=args.dry_run,
        report=not args.no_report,
    )
    if args.resume:
        return Session(request).resume(_to_resume(args, request.out))
    if args.cpus:
        cpus.require_usable(args.cpus)
    return Session(request).start(_options(args))


def _options(args: Namespace) -> results.Options:
    mode = plan.MODES[args.mode or plan.QUICK.name]
    return results.Options(
        suites=list(dict.fromkeys(args.suites or cases.SUITES)),
        mode=mode.name,
        repetitions=args.repetitions or mode.repetitions,
        fit_budget=args.repetitions is None and mode.budget_s is not None,
        round_s=args.round or mode.round_s,
        seed=secrets.randbelow(2**31) if args.seed is None else args.seed,
        placement=args.placement or _PLACEMENTS[0],
        cpus=args.cpus or cpus.usable(),
        workers=args.workers,
        filter=args.filter,
        time_limit_s=args.time_limit,
        flags=args.passthrough,
    )


def _to_resume(args: Namespace, out: Path) -> results.RunFolder:
    ignored = {"command", "execute", "takes_passthrough"} | _WITH_RESUME
    if given := [name for name, value in vars(args).items() if name not in ignored and value]:
        names = ", ".join(name.replace("_", "-") for name in given)
        raise ContendError(
            f"--resume goes on with what the run was asked to do; leave out: {names}", Exit.USAGE
        )
    if args.resume == _NEWEST:
        return results.newest_unfinished(out)
    return results.RunFolder(Path(args.resume).resolve())


def _refuse_reserved(flags: list[str]) -> None:
    for flag in flags:
        if instead := RESERVED_FLAGS.get(flag.split("=")[0]):
            raise ContendError(f"{flag} is set for each process; use {instead} in its place", Exit.USAGE)


COMMAND = Command(
    name="run",
    help="install what is missing, build, measure, draw, write the report and print the verdicts",
    add_arguments=_add_arguments,
    execute=measure,
    takes_passthrough=True,
    epilog="What stands behind -- goes to the benchmark binaries, verbatim: contend run lock -- --benchmark_context=why=test",
)
