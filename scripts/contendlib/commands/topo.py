"""`contend topo`: sockets, caches, cores and CPUs of this machine, as text or as a drawing."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from contendlib import build, console, cpus, machine
from contendlib.commands.command import Command
from contendlib.exits import ContendError, Exit


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("-o", dest="file", type=Path, metavar="FILE.svg", help="draw into this file as well")


def _execute(args: Namespace) -> Exit:
    if args.file is not None and args.file.suffix != ".svg":
        raise ContendError(f"-o {args.file}: drawings are SVG; name the file something.svg", Exit.USAGE)
    build.install_packages("required")
    text = machine.topology("console")
    if text is None:
        raise ContendError("lstopo-no-graphics tells nothing of this machine; it is in the package hwloc-nox")
    console.out(text)
    console.out(f"usable CPUs: {cpus.shown(cpus.usable())}")
    if args.file is not None:
        _draw(args.file)
    return Exit.OK


def _draw(path: Path) -> None:
    drawing = machine.topology("svg")
    if drawing is None:
        raise ContendError("lstopo-no-graphics cannot draw; install the package hwloc-nox again")
    try:
        path.write_text(drawing)
    except OSError as failure:
        raise ContendError(f"{path}: cannot be written: {failure.strerror}; name another file") from failure
    console.out(f"drawing: {path}")


COMMAND = Command(
    name="topo",
    help="show this machine's sockets, caches, cores and CPUs",
    add_arguments=_add_arguments,
    execute=_execute,
)
