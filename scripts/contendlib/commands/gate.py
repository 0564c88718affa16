"""`contend gate`: is head slower than base? A verdict with known error rates, on a noisy machine too."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
import secrets

from contendlib import console, process, progress, results
from contendlib.commands import arguments
from contendlib.commands.command import Command
from contendlib.exits import ContendError, Exit
from contendlib.paths import RESULTS, ROOT, shown

_SET = ROOT / "benchmarks" / "gate.toml"
_INCONCLUSIVE = {"report": Exit.INCONCLUSIVE, "pass": Exit.OK, "fail": Exit.REGRESSION}
_RESERVED = {
    "--benchmark_filter": "--filter",
    "--benchmark_min_time": "--min-time",
    "--benchmark_out": "--out",
    "--benchmark_out_format": "--out",
    "--benchmark_list_tests": "`contend list`",
}


def _add_arguments(parser: ArgumentParser) -> None:
    side = "a Google Benchmark program, a folder of them, or a commit, which is built"
    parser.add_argument("--base", required=True, metavar="WHAT", help=side)
    parser.add_argument("--head", required=True, metavar="WHAT", help="the same; what may have become slower")
    _add_choice(parser)
    _add_statistics(parser)
    _add_building(parser)
    _add_output(parser)


def _add_choice(parser: ArgumentParser) -> None:
    parser.add_argument("--filter", type=arguments.pattern, metavar="RE", help="only benchmarks in whose name it is found")
    parser.add_argument(
        "--set",
        type=Path,
        metavar="FILE",
        help="which benchmarks, by which metric and effect (default: this suite's own; a program named by its path is measured whole)",
    )
    parser.add_argument(
        "--metric", metavar="NAME", help="wall, cpu or a counter, for all (default: by the benchmark's name)"
    )
    parser.add_argument(
        "--min-effect", type=arguments.percentage, default=0.05, metavar="PERCENT", help="slowdown that must be seen (default: 5%%)"
    )


def _add_statistics(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--alpha", type=arguments.level, default=0.01, metavar="A", help="chance of a wrong FAIL in a suite (default: 0.01)"
    )
    parser.add_argument(
        "--budget", type=arguments.budget, default=180.0, metavar="S", help="seconds to measure for (default: 180s)"
    )
    parser.add_argument(
        "--min-time",
        type=arguments.seconds,
        default=0.03,
        metavar="S",
        help="of one process (default: 0.03, a quarter of it where it has all CPUs; more pays where a program takes long to start)",
    )
    parser.add_argument(
        "--time-limit", type=arguments.seconds, default=30.0, metavar="S", help="for one process (default: 30)"
    )
    parser.add_argument("--seed", type=arguments.seed, metavar="N", help="of the order within and among pairs")
    parser.add_argument(
        "--inconclusive",
        choices=_INCONCLUSIVE,
        default="report",
        help="what an undecided gate exits with: 4 (report, default), 0 (pass) or 3 (fail)",
    )


def _add_building(parser: ArgumentParser) -> None:
    from contendlib.gate.sides import OUR_BUILD, PATTERNS

    parser.add_argument(
        "--repository", type=Path, default=ROOT, metavar="DIR", help="whose commits are meant (default: this one)"
    )
    parser.add_argument("--build", default=OUR_BUILD, metavar="COMMANDS", help=f"of a commit (default: {OUR_BUILD})")
    parser.add_argument(
        "--build-dir",
        default="build/release/benchmarks",
        metavar="DIR",
        help="where the build puts the programs (default: build/release/benchmarks)",
    )
    parser.add_argument(
        "--programs", nargs="+", default=PATTERNS, metavar="GLOB", help=f"in a folder (default: {' '.join(PATTERNS)})"
    )
    for role in ("base", "head"):
        parser.add_argument(
            f"--{role}-env", action="append", default=[], type=_variable, metavar="NAME=VALUE", help=f"for {role} only"
        )


def _add_output(parser: ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: results/gate/UTC")
    parser.add_argument(
        "--resume", action="store_true", help="go on with the gate in --out that was interrupted; say all else as before"
    )
    for kind in ("json", "md", "junit"):
        parser.add_argument(f"--{kind}", type=Path, metavar="FILE", help=f"the {kind} of --out, here too")
    parser.add_argument("--progress", choices=progress.KINDS, default="auto", help="on stderr")


def _execute(args: Namespace) -> Exit:
    from contendlib.gate import session

    if args.resume and args.out is None:
        raise ContendError("--resume: which gate? Name its folder with --out", Exit.USAGE)
    for flag in args.passthrough:
        if instead := _RESERVED.get(flag.split("=")[0]):
            raise ContendError(f"{flag} is set for each process; use {instead} in its place", Exit.USAGE)
    request = _request(args)
    with process.Interrupts() as interrupts:
        outcome, code = session.run(request, interrupts)
    console.out(session.summary(outcome))
    if outcome.interrupted:
        console.note(f"the same command with --resume --out {shown(request.out)} goes on from here")
    return code


def _request(args: Namespace):  # type: ignore[no-untyped-def]
    from contendlib.gate.choice import Choice, read_set
    from contendlib.gate.rule import Rule
    from contendlib.gate.session import Request
    from contendlib.gate.sides import Source

    out = args.out or RESULTS / "gate" / results.utc()
    console.status(f"results: {shown(out)}")
    chosen = args.set or (None if Path(args.base).is_file() else _SET)
    return Request(
        base=args.base,
        head=args.head,
        out=out,
        choice=Choice(read_set(chosen) if chosen else (), args.filter, args.metric, args.min_effect),
        source=Source(args.repository.resolve(), args.build, args.build_dir, tuple(args.programs)),
        rule=Rule(alpha=args.alpha),
        budget=args.budget,
        min_time=args.min_time,
        time_limit=args.time_limit,
        seed=_seed(args),
        flags=tuple(args.passthrough),
        base_environment=dict(args.base_env),
        head_environment=dict(args.head_env),
        inconclusive=_INCONCLUSIVE[args.inconclusive],
        copies={kind: getattr(args, kind) for kind in ("json", "md", "junit") if getattr(args, kind)},
        progress=args.progress,
        resume=args.resume,
    )


def _seed(args: Namespace) -> int:
    from contendlib.gate import resume

    if args.resume:
        resume.require_interrupted(args.out)
        return resume.seed_of(args.out)
    return secrets.randbelow(2**31) if args.seed is None else int(args.seed)


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise ArgumentTypeError(f"'{text}' is not NAME=VALUE")
    return name, value


COMMAND = Command(
    name="gate",
    help="is head slower than base? Tight pairs, a verdict for each benchmark, known error rates",
    add_arguments=_add_arguments,
    execute=_execute,
    takes_passthrough=True,
    epilog="What takes CPU time of one thread is measured with both sides on one CPU, where they take turns of milliseconds; where a "
    "benchmark starts threads that its name does not tell of, say metric = \"wall\" in a --set, or --metric wall. "
    "Exits with 0 where all passed, 1 where the tool or a benchmark failed, 2 on wrong usage, 3 on a regression, 4 where "
    "something is undecided (--inconclusive), 130 when interrupted. What stands behind -- goes to the programs of both sides, "
    "verbatim.",
)
