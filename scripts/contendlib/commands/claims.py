"""`contend claims`: what tutorials on threads claim, measured here."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
import re
import secrets
import shutil
import time

from contendlib import build, claims, console, cpus, plan, process, progress, results
from contendlib.claims import interpreters
from contendlib.commands import arguments, binaries
from contendlib.commands.command import Command
from contendlib.deadline import Deadline
from contendlib.exits import ContendError, Exit
from contendlib.paths import RESULTS, shown
from contendlib.session import Request, Session

_SUITES = ("pattern", "executor")
_CPU_SUBJECTS = "serial|pool|gil_pool|gil2_pool"
# Of the C++ cases, those that the interpreters have too and a table shows; all of an interpreter's.
_FILTER = (
    r"^(?!executor/|pattern/convoy/)"
    r"|^pattern/convoy/(gil_threads/|(free|gil2)_threads/.*burners:[014])"
    rf"|^executor/interpreted_chain/(({_CPU_SUBJECTS})/workers:[1248]|process_pool/workers:2)/.*step_ns:250"
    r"|^executor/interpreted_request/(serial|pool|gil_pool|event_loop)/workers:(1|8|64)/"
)


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--pythons",
        type=lambda text: text.split(","),
        metavar="LIST",
        help="interpreters, by name or path (default: the first on PATH, and the one that differs most from it)",
    )
    parser.add_argument(
        "--cpus", type=arguments.cpu_list, metavar="LIST", help="CPUs to use, such as 0-3,8 (default: all)"
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--budget",
        type=arguments.budget,
        metavar="S",
        help=f"seconds that it may take in all, but for building (default: {plan.CLAIMS.budget_s:g}); what remains once "
        "every case was repeated goes to those that hold the model against the interpreters",
    )
    length.add_argument("--repetitions", type=arguments.count, metavar="N", help="of each case, however long it takes")
    parser.add_argument("--round", type=arguments.seconds, metavar="S", help="seconds in a round")
    parser.add_argument("--seed", type=arguments.seed, metavar="N", help="of the random order of the cases")
    parser.add_argument("--filter", metavar="RE", help="only cases in whose name this is found")
    parser.add_argument("--out", type=Path, metavar="DIR", help="in place of results/")
    parser.add_argument(
        "--into", type=Path, metavar="DIR", help="put the table into the report of this run, too"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="say what would be measured and how long it takes, no more"
    )
    parser.add_argument("--no-report", action="store_true", help="measure and evaluate only")
    parser.add_argument("--progress", choices=progress.KINDS, default="auto", help="on stderr")
    binaries.add_argument(parser)


def _execute(args: Namespace) -> Exit:
    start = time.monotonic()
    if args.cpus:
        cpus.require_usable(args.cpus)
    if args.into and not (args.into / "summary.json").is_file():
        raise ContendError(f"--into: {args.into} is no finished run", Exit.USAGE)
    found = interpreters.find(args.pythons)
    for note in found.notes:
        console.note(note)
    before = time.monotonic()
    folder = _prepared(args)
    start += time.monotonic() - before
    interpreters.install(found.chosen, folder)
    options = _options(args, [one.label for one in found.chosen])
    request = Request(
        out=args.out or RESULTS,
        binaries=folder,
        progress=args.progress,
        dry_run=args.dry_run,
        report=not args.no_report,
        deadline=None if options.budget_s is None else Deadline(options.budget_s, start),
    )
    code = Session(request).start(options, notes=found.notes)
    if args.into and not args.dry_run and code in (Exit.OK, Exit.FAILED):
        _hand_over((request.out / "latest").resolve(), args.into)
    return code


def _prepared(args: Namespace) -> Path:
    """The folder of the binaries."""
    if args.binaries is None:
        build.install_packages("required", "peer")
    with process.Interrupts() as interrupts:
        return binaries.prepare(args.binaries, interrupts)


def _options(args: Namespace, labels: list[str]) -> results.Options:
    mode = plan.CLAIMS
    return results.Options(
        suites=[*_SUITES, *labels],
        mode=mode.name,
        repetitions=args.repetitions or mode.repetitions,
        fit_budget=args.repetitions is None,
        budget_s=None if args.repetitions else args.budget or mode.budget_s,
        round_s=args.round or mode.round_s,
        seed=secrets.randbelow(2**31) if args.seed is None else args.seed,
        placement="none",
        cpus=args.cpus or cpus.usable(),
        workers="1,2,4,8,64",
        filter=args.filter or _FILTER,
        further=_compared(labels),
    )


def _compared(labels: Sequence[str]) -> str:
    """The cases by which the model is held against interpreters, but for those that a few repetitions tell."""
    with_a_lock = "|".join(re.escape(label) for label in labels if interpreters.has_lock(label))
    beside = "burners:[124]"
    pools = "interpreted_(chain/{0}/|request/{0}/workers:(8|64)/)".format
    ours = rf"^executor/{pools('gil_pool')}|^pattern/convoy/gil_threads/.*{beside}"
    theirs = rf"^({with_a_lock})/({pools('ThreadPoolExecutor')}|convoy/.*{beside})"
    return f"{ours}|{theirs}" if with_a_lock else "$^"


def _hand_over(run: Path, target: Path) -> None:
    """Copies the table into another run, and writes that one's report again."""
    from contendlib import report

    try:
        shutil.copy(run / claims.FILE, target / claims.FILE)
    except OSError as failure:
        raise ContendError(f"--into: {shown(target)}: {failure.strerror}") from failure
    console.out(f"also in: {shown(report.write([target], None))}")


COMMAND = Command(
    name="claims",
    help="measure what tutorials on threads claim: in C++, under a model of the GIL and in interpreters",
    add_arguments=_add_arguments,
    execute=_execute,
    epilog="The same items with the same checksums everywhere. Three minutes at most, once it is built, or what --budget says.",
)
