"""`contend test`: configures, builds and runs every test through CTest."""

from argparse import ArgumentParser, Namespace
import os
import sys

from contendlib import build, process
from contendlib.commands.command import Command
from contendlib.exits import ContendError, Exit
from contendlib.paths import ROOT

_PRESETS = ("dev", "release", "asan-ubsan", "tsan")


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--preset", choices=_PRESETS, default="dev", help="what to build and test (default: dev)"
    )
    parser.add_argument("-R", dest="tests", metavar="REGEX", help="only tests whose name matches")
    parser.add_argument("-L", dest="label", metavar="REGEX", help="only tests whose label matches")


def _execute(args: Namespace) -> Exit:
    build.install_packages("required", "test", "peer")
    with process.Interrupts() as interrupts:
        build.build(args.preset, tests=True, interrupts=interrupts)
        outcome = process.run(_ctest(args), interrupts, cwd=ROOT, stdout=None, sink=_to_stderr)
    if outcome.returncode != 0:
        raise ContendError(
            f"tests failed, see above; only those again: contend test --preset {args.preset} -- --rerun-failed"
        )
    return Exit.OK


def _ctest(args: Namespace) -> list[str]:
    at_once = 3 * len(os.sched_getaffinity(0))  # many tests mostly wait
    command = ["ctest", "--preset", args.preset, "--parallel", str(at_once)]
    command += ["-R", args.tests] if args.tests else []
    command += ["-L", args.label] if args.label else []
    return [*command, *args.passthrough]


def _to_stderr(data: bytes) -> None:
    sys.stderr.buffer.write(data)
    sys.stderr.flush()


COMMAND = Command(
    name="test",
    help="install what is missing, build, and run every test through CTest",
    add_arguments=_add_arguments,
    execute=_execute,
    takes_passthrough=True,
    epilog="What stands behind -- goes to ctest.",
)
