"""The command that measures a given set of cases again, and as little else as possible."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence

from contendlib.run_data import Row

PROGRAM = "./scripts/contend"


def command(rows: Iterable[Row]) -> str:
    """`contend run` with the suites, the worker counts and the filter that select these rows."""
    chosen = list(rows)
    words = [PROGRAM, "run", *dict.fromkeys(r.suite for r in chosen)]
    if any(r.suite != "floor" for r in chosen):
        words += ["--workers", ",".join(str(w) for w in sorted({n for r in chosen for n in _counts(r)}))]
    words += ["--filter", pattern([r.case for r in chosen])]
    return shlex.join(words)


def _counts(row: Row) -> set[int]:
    """The worker counts with which the binaries list this row: its own, and of a queue those of either side."""
    return {row.workers} | {int(row.number(side)) for side in ("producers", "consumers") if side in row.args}


def pattern(cases: Sequence[str]) -> str:
    """A regular expression for these case names: names of one shape share a line, segment by segment."""
    shapes: dict[tuple[str, ...], list[list[str]]] = {}
    for case in cases:
        segments = case.split("/")
        shapes.setdefault(
            tuple(s.split(":")[0] if ":" in s and "::" not in s else "" for s in segments), []
        ).append(segments)
    lines = ["/".join(_choice(column) for column in zip(*names)) for names in shapes.values()]
    return f"^{lines[0]}$" if len(lines) == 1 else f"^({'|'.join(lines)})$"


def _choice(segments: Sequence[str]) -> str:
    words = list(dict.fromkeys(_escaped(s) for s in segments))
    if len(words) == 1:
        return words[0]
    names = {w.split(":")[0] for w in words}
    if len(names) == 1 and all(":" in w and "::" not in w for w in words):
        return f"{names.pop()}:({'|'.join(w.split(':', 1)[1] for w in words)})"
    return f"({'|'.join(words)})"


def _escaped(text: str) -> str:
    # re.escape also escapes '-' and ' ', which regular expressions outside Python do not all take.
    return re.sub(r"([.^$*+?()\[\]{}|\\])", r"\\\1", text)
