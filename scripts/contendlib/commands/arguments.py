"""Types of arguments: what argparse calls to turn a word into a value, and what it says where it cannot; and the
arguments that several commands share."""

from argparse import ArgumentParser, ArgumentTypeError
import json
import math
from pathlib import Path
import re
from typing import Any

from contendlib import cpus, results
from contendlib.cases import SUITES

MOST_WORKERS = 4096
FORMATS = ("svg", "png")


def suite(text: str) -> str:
    if text not in SUITES:
        raise ArgumentTypeError(f"there is no suite '{text}'; there are: {', '.join(SUITES)}")
    return text


def workers(text: str) -> str:
    """`1,2,4,max`, as the binaries take it."""
    for word in text.split(","):
        if word != "max" and not (word.isascii() and word.isdecimal() and 1 <= int(word) <= MOST_WORKERS):
            raise ArgumentTypeError(
                f"'{word}' is no worker count: give 1 to {MOST_WORKERS}, or max, as in 1,2,4,max"
            )
    return text


def cpu_list(text: str) -> list[int]:
    try:
        return cpus.parse(text)
    except ValueError as failure:
        raise ArgumentTypeError(str(failure)) from failure


def count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"'{text}' is not a number from 1 on")
    return int(text)


def seed(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"'{text}' is not a number from 0 on")
    return int(text)


def seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise ArgumentTypeError(f"'{text}' is not a number of seconds above 0")
    return value


def budget(text: str) -> float:
    """Seconds, also as `180s`."""
    return seconds(text.removesuffix("s"))


def percentage(text: str) -> float:
    """`5%` as 0.05."""
    from contendlib.gate.choice import percentage

    try:
        return percentage(text)
    except ValueError as failure:
        raise ArgumentTypeError(str(failure)) from failure


def pattern(text: str) -> re.Pattern[str]:
    from contendlib.gate.choice import pattern

    try:
        return pattern(text)
    except ValueError as failure:
        raise ArgumentTypeError(str(failure)) from failure


def level(text: str) -> float:
    """The chance of an error that is allowed."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 0.2:
        raise ArgumentTypeError(f"'{text}' is no level above 0 and up to 0.2")
    return value


def factor(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not (math.isfinite(value) and value > 1):
        raise ArgumentTypeError(f"'{text}' is no factor above 1")
    return value


def formats(text: str) -> list[str]:
    chosen = text.split(",")
    if unknown := [word for word in chosen if word not in FORMATS]:
        raise ArgumentTypeError(f"'{unknown[0]}' is not drawn; there are: {', '.join(FORMATS)}")
    return chosen


def add_runs(parser: ArgumentParser, help: str) -> None:
    parser.add_argument("runs", nargs="*", type=Path, metavar="RUN", help=help)


def add_least_effect(parser: ArgumentParser, default: float, help: str) -> None:
    parser.add_argument("--min-effect", type=percentage, default=default, metavar="PERCENT", help=help)


def add_json(parser: ArgumentParser, what: str) -> None:
    parser.add_argument("--json", type=Path, metavar="FILE", help=f"write {what} there")


def write_json(path: Path | None, document: dict[str, Any]) -> None:
    """Where --json asked for it."""
    if path is None:
        return
    try:
        path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    except OSError as failure:
        raise results.cannot_write(path, failure) from failure
