"""The command that measures a given set of cases again, and nothing else."""

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
    """A regular expression that matches these case names and no other."""
    return f"^{_alternatives([tuple(case.split('/')) for case in dict.fromkeys(cases)])}$"


def _alternatives(names: Sequence[tuple[str, ...]]) -> str:
    """Any of these names. First segments that the same rests may follow share one group, so that what the names have in
    common stands there once and nothing else is matched."""
    rests: dict[str, dict[tuple[str, ...], None]] = {}
    for first, *rest in names:
        rests.setdefault(first, {})[tuple(rest)] = None
    heads: dict[frozenset[tuple[str, ...]], list[str]] = {}
    for first, following in rests.items():
        heads.setdefault(frozenset(following), []).append(first)
    parts = [_continued(firsts, list(rests[firsts[0]])) for firsts in heads.values()]
    return parts[0] if len(parts) == 1 else f"({'|'.join(parts)})"


def _continued(firsts: Sequence[str], rests: Sequence[tuple[str, ...]]) -> str:
    """Any of these first segments, with any of these rests behind it."""
    head = _choice(firsts)
    longer = [rest for rest in rests if rest]
    if not longer:
        return head
    tail = f"/{_alternatives(longer)}"
    return head + (tail if len(longer) == len(rests) else f"({tail})?")


def _choice(segments: Sequence[str]) -> str:
    words = [_escaped(s) for s in segments]
    if len(words) == 1:
        return words[0]
    names = {w.split(":")[0] for w in words}
    if len(names) == 1 and all(":" in w and "::" not in w for w in words):
        return f"{names.pop()}:({'|'.join(w.split(':', 1)[1] for w in words)})"
    return f"({'|'.join(words)})"


def _escaped(text: str) -> str:
    # re.escape also escapes '-' and ' ', which regular expressions outside Python do not all take.
    return re.sub(r"([.^$*+?()\[\]{}|\\])", r"\\\1", text)
