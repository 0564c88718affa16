"""The command line: one table of commands, and the one place where errors become messages and exit codes."""

import argparse
from collections.abc import Sequence
import os
import signal
import sys
import traceback
from typing import NoReturn

from contendlib import console
from contendlib.commands import COMMANDS
from contendlib.exits import MEANINGS, ContendError, Exit


def main(argv: Sequence[str]) -> int:
    """Runs one command; returns its exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    arguments, passthrough = _split(argv)
    try:
        args = _parser().parse_args(arguments)
        args.passthrough = passthrough
        if passthrough and not args.takes_passthrough:
            raise ContendError(f"{args.command} passes nothing on, so `--` does not belong there", Exit.USAGE)
        return int(args.execute(args))
    except ContendError as failure:
        console.error(failure.message)
        return int(failure.exit_code)
    except KeyboardInterrupt:
        console.error("interrupted")
        return int(Exit.INTERRUPTED)
    except BrokenPipeError:  # `contend list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(Exit.OK)
    except Exception as failure:  # mostly a fault of ours: still no traceback for users
        if os.environ.get("CONTEND_DEBUG"):
            traceback.print_exc()
        if isinstance(failure, OSError) and failure.filename and failure.strerror:  # the machine's, not ours
            console.error(f"{failure.filename}: {failure.strerror}")
            return int(Exit.FAILED)
        console.error(f"internal error: {failure!r}; CONTEND_DEBUG=1 shows where, please report it")
        return int(Exit.FAILED)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong with the command line in one line."""

    def error(self, message: str) -> NoReturn:
        raise ContendError(f"{message} (`{self.prog} --help` says more)", Exit.USAGE)


def _split(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    """What is ours, and what stands behind `--`."""
    words = list(argv)
    if "--" not in words:
        return words, []
    at = words.index("--")
    return words[:at], words[at + 1 :]


def _parser() -> _Parser:
    codes = "\n".join(f"  {code.value:<4} {meaning}" for code, meaning in MEANINGS.items())
    parser = _Parser(
        prog="contend",
        description="What contention costs on this machine: builds, measures, draws and reports.",
        epilog=(
            f"exit codes:\n{codes}\n\nResults go to stdout, progress and warnings to stderr.\n"
            "environment: CONTEND_NO_INSTALL=1 never installs packages; NO_COLOR; CONTEND_DEBUG=1 shows tracebacks;\n"
            "  CONTEND_PYTHON names the python3 to use"
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        subparser = subparsers.add_parser(
            command.name,
            help=command.help,
            description=command.help,
            allow_abbrev=False,
            epilog=command.epilog,
        )
        command.add_arguments(subparser)
        subparser.set_defaults(execute=command.execute, takes_passthrough=command.takes_passthrough)
    return parser
