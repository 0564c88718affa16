"""What a command is made of."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass

from contendlib.exits import Exit


@dataclass(frozen=True)
class Command:
    """One word of the command line."""

    name: str
    help: str
    add_arguments: Callable[[ArgumentParser], None]
    execute: Callable[[Namespace], Exit]
    takes_passthrough: bool = False
    epilog: str | None = None
