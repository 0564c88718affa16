"""Where the benchmark binaries come from: the release build, made here, or a folder that the user names."""

from argparse import ArgumentParser
from pathlib import Path

from contendlib import build, process
from contendlib.exits import ContendError, Exit

PRESET = "release"


def add_argument(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--binaries",
        type=Path,
        metavar="DIR",
        help="take the benchmark binaries in DIR; build and install nothing",
    )


def prepare(given: Path | None, interrupts: process.Interrupts) -> Path:
    """The folder of the binaries, built where none is given."""
    if given is None:
        return build.build(PRESET, tests=False, interrupts=interrupts) / "benchmarks"
    if not given.is_dir():
        raise ContendError(f"--binaries: {given} is not a folder", Exit.USAGE)
    return given.resolve()


def compiler(folder: Path) -> str:
    """Of the build that the folder of binaries is in."""
    return build.compiler(folder.parent)
