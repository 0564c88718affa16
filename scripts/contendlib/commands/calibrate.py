"""`contend calibrate`: how often the gate errs on this machine."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
import secrets

from contendlib import build, console, process, results
from contendlib.commands import arguments
from contendlib.commands.binaries import PRESET
from contendlib.commands.command import Command
from contendlib.exits import Exit
from contendlib.paths import RESULTS, shown


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("pairs", nargs="*", type=Path, metavar="PAIRS", help="recorded pairs.jsonl; with none, record")
    parser.add_argument(
        "--record", type=arguments.seconds, default=1200.0, metavar="S", help="seconds to record (default: 1200)"
    )
    parser.add_argument(
        "--program", type=Path, metavar="FILE", help="that minds CONTEND_PLANT (default: bench_planted, built here)"
    )
    parser.add_argument("--gates", type=arguments.count, default=300, metavar="N", help="to simulate (default: 300)")
    parser.add_argument(
        "--budget", type=arguments.seconds, default=120.0, metavar="S", help="of a simulated gate (default: 120)"
    )
    parser.add_argument("--seed", type=arguments.seed, metavar="N", help="of all that is drawn")
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: results/gate/calibration-UTC")


def _execute(args: Namespace) -> Exit:
    from contendlib.gate import calibration

    out = args.out or RESULTS / "gate" / f"calibration-{results.utc()}"
    seed = secrets.randbelow(2**31) if args.seed is None else args.seed
    results.require_writable(out)
    if not args.pairs:
        with process.Interrupts() as interrupts:
            program = args.program or build.build(PRESET, tests=False, interrupts=interrupts) / "benchmarks/bench_planted"
            console.status(f"recording for {console.duration(args.record)} into {shown(out)}, seed {seed}")
            calibration.record(program, args.record, seed, out, interrupts)
    recorded = calibration.read(args.pairs or [out / "pairs.jsonl"])
    text = calibration.report(recorded, args.gates, seed, args.budget)
    (out / "calibration.md").write_text(text, encoding="utf-8")
    console.out(text)
    return Exit.OK


COMMAND = Command(
    name="calibrate",
    help="record pairs with planted slowdowns on this machine, and say how often the gate errs on them",
    add_arguments=_add_arguments,
    execute=_execute,
)
