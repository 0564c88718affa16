"""`contend claims`: what tutorials on threads claim, measured here."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
import re
import secrets
import shutil

from contendlib import build, claims, console, cpus, plan, process, progress, results
from contendlib.claims import interpreters
from contendlib.commands import arguments, binaries
from contendlib.commands.command import Command
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
    parser.add_argument("--repetitions", type=arguments.count, metavar="N", help="of each case")
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
    if args.cpus:
        cpus.require_usable(args.cpus)
    if args.into and not (args.into / "summary.json").is_file():
        raise ContendError(f"--into: {args.into} is no finished run", Exit.USAGE)
    found = interpreters.find(args.pythons)
    for note in found.notes:
        console.note(note)
    folder = _prepared(args)
    interpreters.install(found.chosen, folder)
    request = Request(
        out=args.out or RESULTS,
        binaries=folder,
        progress=args.progress,
        dry_run=args.dry_run,
        report=not args.no_report,
    )
    code = Session(request).start(_options(args, [one.label for one in found.chosen]), notes=found.notes)
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
        round_s=args.round or mode.round_s,
        seed=secrets.randbelow(2**31) if args.seed is None else args.seed,
        placement="none",
        cpus=args.cpus or cpus.usable(),
        workers="1,2,4,8,64",
        filter=args.filter or _FILTER,
        further=_compared(labels[0]),
    )


def _compared(label: str) -> str:
    """The cases by which the model is held against the interpreter of this label."""
    return (
        r"^executor/interpreted_\w+/(serial|gil_pool)/|^pattern/convoy/gil_threads/"
        rf"|^{re.escape(label)}/(interpreted_\w+/(loop|ThreadPoolExecutor)|convoy/)"
    )


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
    epilog="The same items with the same checksums everywhere. Some minutes, once it is built: --dry-run says how many.",
)
