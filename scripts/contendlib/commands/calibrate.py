"""`contend calibrate`: how often the gate errs on this machine."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
import secrets

from contendlib import build, console, process, results
from contendlib.commands import arguments
from contendlib.commands.binaries import PRESET
from contendlib.commands.command import Command
from contendlib.exits import ContendError, Exit
from contendlib.paths import RESULTS, shown


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("pairs", nargs="*", type=Path, metavar="PAIRS", help="recorded pairs.jsonl; with none, record")
    parser.add_argument(
        "--record", type=arguments.seconds, default=1200.0, metavar="S", help="seconds to record (default: 1200)"
    )
    parser.add_argument(
        "--program", type=Path, metavar="FILE", help="that minds CONTEND_PLANT (default: bench_planted, built here)"
    )
    parser.add_argument(
        "--real", type=arguments.count, metavar="N", help="run N whole gates of the program against itself instead of recording"
    )
    parser.add_argument(
        "--plant", type=int, default=0, choices=range(101), metavar="PERCENT", help="in head of the real gates (default: 0)"
    )
    parser.add_argument("--gates", type=arguments.count, default=300, metavar="N", help="to simulate (default: 300)")
    parser.add_argument(
        "--budget", type=arguments.seconds, default=120.0, metavar="S", help="of a gate (default: 120)"
    )
    parser.add_argument("--seed", type=arguments.seed, metavar="N", help="of all that is drawn")
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: results/gate/calibration-UTC")


def _execute(args: Namespace) -> Exit:
    if args.real and args.pairs:
        raise ContendError("--real measures gates, and takes no recorded pairs", Exit.USAGE)
    out = args.out or RESULTS / "gate" / f"calibration-{results.utc()}"
    seed = secrets.randbelow(2**31) if args.seed is None else args.seed
    results.require_writable(out)
    with process.Interrupts() as interrupts:
        text = _real(args, out, seed, interrupts) if args.real else _simulated(args, out, seed, interrupts)
    (out / "calibration.md").write_text(text, encoding="utf-8")
    console.out(text)
    return Exit.OK


def _real(args: Namespace, out: Path, seed: int, interrupts: process.Interrupts) -> str:
    from contendlib.gate import rehearsal

    program = _program(args, interrupts)
    console.status(f"up to {console.duration(args.real * args.budget)} into {shown(out)}, seed {seed}")
    return rehearsal.report(rehearsal.run(program, args.real, args.plant, args.budget, seed, out, interrupts), args.plant)


def _simulated(args: Namespace, out: Path, seed: int, interrupts: process.Interrupts) -> str:
    from contendlib.gate import calibration, calibration_report

    if not args.pairs:
        program = _program(args, interrupts)
        console.status(f"recording for {console.duration(args.record)} into {shown(out)}, seed {seed}")
        calibration.record(program, args.record, seed, out, interrupts)
    recorded = calibration.read(args.pairs or [out / "pairs.jsonl"])
    return calibration_report.report(recorded, args.gates, seed, args.budget)


def _program(args: Namespace, interrupts: process.Interrupts) -> Path:
    return args.program or build.build(PRESET, tests=False, interrupts=interrupts) / "benchmarks/bench_planted"


COMMAND = Command(
    name="calibrate",
    help="record pairs with planted slowdowns on this machine, and say how often the gate errs on them",
    add_arguments=_add_arguments,
    execute=_execute,
)
