"""`contend calibrate`: how often the gate errs on this machine."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
import secrets
import shlex
from typing import TYPE_CHECKING

from contendlib import build, console, process, results
from contendlib.commands import arguments
from contendlib.commands.binaries import PRESET
from contendlib.commands.command import Command
from contendlib.exits import ContendError, Exit
from contendlib.paths import RESULTS, shown

if TYPE_CHECKING:
    from contendlib.gate import rehearsal

_RECORD_S = 1200.0
_MOST_PERCENT = 100


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--record",
        type=arguments.seconds,
        metavar="S",
        help=f"record pairs until --out holds S seconds of them (default: {_RECORD_S:.0f}, where it holds nothing)",
    )
    parser.add_argument(
        "--real", type=arguments.count, metavar="N", help="run whole gates of the program against itself until --out holds N"
    )
    parser.add_argument(
        "--tune",
        type=arguments.seconds,
        metavar="S",
        help="before all else, for up to S seconds: find the extra work that makes what is contended 10 %% slower",
    )
    parser.add_argument("--filter", type=arguments.pattern, metavar="RE", help="record only benchmarks in whose name it is found")
    parser.add_argument(
        "--plant", type=_percent, metavar="PERCENT", help="in head (default: of real gates 0, of recorded pairs 0, 2, 5 and 10 in turn)"
    )
    parser.add_argument(
        "--plant-contended", type=_percent, metavar="PERCENT", help="in what two threads do in real gates (default: --plant; 10: as tuned)"
    )
    parser.add_argument(
        "--program", type=Path, metavar="FILE", help="that minds CONTEND_PLANT (default: bench_planted, built here)"
    )
    parser.add_argument(
        "--gates", type=arguments.seed, default=300, metavar="N", help="to simulate on recorded pairs; 0: only measure (default: 300)"
    )
    parser.add_argument("--budget", type=arguments.seconds, default=180.0, metavar="S", help="of a gate (default: 180)")
    parser.add_argument("--seed", type=arguments.seed, metavar="N", help="of all that is drawn")
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: results/gate/calibration-UTC")


def _execute(args: Namespace) -> Exit:
    from contendlib.gate import calibration, calibration_report, provenance, rehearsal, replay, tuning

    if sum(map(bool, (args.tune, args.real, args.record))) > 1:
        raise ContendError("--tune, --record and --real measure one after the other: two commands with one --out", Exit.USAGE)
    if args.real and args.filter:
        raise ContendError("--filter chooses what is recorded; a real gate takes all benchmarks of the program", Exit.USAGE)
    out = args.out or RESULTS / "gate" / f"calibration-{results.utc()}"
    results.require_writable(out)
    seed = secrets.randbelow(2**31) if args.seed is None else args.seed
    try:
        with process.Interrupts() as interrupts:
            _measure(args, out, seed, interrupts)
    except process.Interrupted:
        console.note(f"the same command with --out {shown(out)} goes on from here")
        raise
    pairs = calibration.recorded_in(out) if args.gates else None
    recorded = calibration.read([pairs]) if pairs else {}
    tallies = replay.replay_all(recorded, args.gates, seed, args.budget)
    equal, plants = recorded.get(0, {}), calibration_report.PLANTS_WANTED
    exact = replay.replay_exact(equal, plants, args.gates, seed, args.budget) if equal else {}
    found = calibration_report.Evidence(recorded, tallies, rehearsal.read(out), args.budget, exact, tuning.read(out))
    text = calibration_report.page(found, provenance.read(out))
    (out / "calibration.md").write_text(text, encoding="utf-8")
    console.out(text)
    return Exit.OK


def _measure(args: Namespace, out: Path, seed: int, interrupts: process.Interrupts) -> None:
    """What was asked for; with nothing asked for and nothing there, pairs."""
    from contendlib.gate import calibration, provenance, rehearsal

    seconds = args.record
    if not args.tune and not args.real and not seconds:
        if provenance.read(out):
            return
        seconds = _RECORD_S
    program = args.program or build.build(PRESET, tests=False, interrupts=interrupts) / "benchmarks/bench_planted"
    if not program.is_file():
        raise ContendError(f"--program: {program}: no such file", Exit.USAGE)
    alone = args.plant or 0
    planted = rehearsal.Planted(alone, alone if args.plant_contended is None else args.plant_contended)
    provenance.add_step(out, program, _command(args, planted, seconds, seed))
    if args.tune:
        console.status(f"tuning for up to {console.duration(args.tune)} into {shown(out)}, seed {seed}")
        calibration.tune(program, args.tune, seed, out, interrupts)
    elif args.real:
        console.status(f"up to {console.duration(args.real * args.budget)} into {shown(out)}, seed {seed}")
        rehearsal.run(program, args.real, planted, args.budget, seed, out, interrupts)
    else:
        console.status(f"recording for {console.duration(seconds)} into {shown(out)}, seed {seed}")
        plants = calibration.PLANTS if args.plant is None else (args.plant,)
        calibration.record(program, calibration.Wanted(seconds, plants, args.filter), seed, out, interrupts)


def _command(args: Namespace, planted: "rehearsal.Planted", seconds: float | None, seed: int) -> str:
    """What measures the same again, without anybody's paths."""
    if args.tune:
        what = f"--tune {args.tune:g}"
    elif args.real:
        plants = f"--plant {planted.alone} --plant-contended {planted.contended}"
        what = f"--real {args.real} {plants} --budget {args.budget:g}"
    else:
        what = f"--record {seconds:g}"
        what += f" --filter {shlex.quote(args.filter.pattern)}" if args.filter else ""
        what += "" if args.plant is None else f" --plant {args.plant}"
    return f"scripts/contend calibrate {what} --seed {seed}"


def _percent(text: str) -> int:
    if not text.isdecimal() or int(text) > _MOST_PERCENT:
        raise ArgumentTypeError(f"'{text}' is not a whole number of percent from 0 to {_MOST_PERCENT}")
    return int(text)


COMMAND = Command(
    name="calibrate",
    help="tune and record planted slowdowns on this machine, run real gates, and say how often the gate errs",
    add_arguments=_add_arguments,
    execute=_execute,
    epilog="All commands with one --out add to one calibration: what it holds already counts, so that what was interrupted goes on. "
    "Each writes calibration.md anew from all there is; without --tune, --record and --real it does only that.",
)
