"""What the language costs: the same operation and the same program with our objects and an interpreter's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from contendlib.claims.finding import why_not
from contendlib.claims.places import Place
from contendlib.ranking import speed_ratio
from contendlib.run_data import Row
from contendlib.wording import duration

PREFIX = "operation_"
# An interpreter starts a process for it, and C++ a thread.
NOT_ALIKE = ("daemon_at_exit",)


@dataclass(frozen=True)
class Cost:
    what: str
    where: str
    ours: str
    theirs: str
    ratio: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def costs(rows: Sequence[Row], ours: Place, interpreters: Sequence[Place]) -> list[Cost]:
    """Operations first, then programs; what one side has not is left out with its reason."""
    measured = [r.workload for r in rows if r.suite == "pattern" and r.subject == ours.operations]
    names = dict.fromkeys(name for name in measured if name not in NOT_ALIKE)
    ordered = sorted(names, key=lambda name: not name.startswith(PREFIX))
    found = []
    for name in ordered:
        for place in interpreters:
            found.append(_cost(name, place, ours.pattern(rows, name), place.pattern(rows, name)))
    return found


def _cost(name: str, place: Place, fast: Row | None, slow: Row | None) -> Cost:
    kind, words = ("one ", name.removeprefix(PREFIX)) if name.startswith(PREFIX) else ("", name)
    what = kind + words.replace("_", " ")
    if fast is None or slow is None or not (fast.ok and slow.ok):
        return Cost(what, place.name, "", why_not(fast, slow), "")
    times = duration(fast.median_ns), duration(slow.median_ns)
    return Cost(what, place.name, *times, str(speed_ratio(fast, slow)))
