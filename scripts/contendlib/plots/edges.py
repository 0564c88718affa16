"""Where a curve over workers meets an edge of the machine: the next worker shares a core, or goes to another socket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
import math
from typing import NamedTuple

from matplotlib.axes import Axes

from contendlib.plots.style import FAINT, MUTED, SMALL
from contendlib.run_data import RunData, cpus_chosen

Edge = tuple[int, str]  # the last number of workers before it; what lies beyond

WORDS = "Upright lines: the next worker shares a core (SMT) or goes to another socket."


class Seat(NamedTuple):
    socket: int
    core: int
    thread: int


# As workloads/execution/placement.cc has them.
_RANKS: dict[str, Callable[[Seat], tuple[int, int, int]]] = {
    "compact": lambda s: (s.thread, s.socket, s.core),
    "scatter": lambda s: (s.thread, s.core, s.socket),
    "smt": lambda s: (s.socket, s.core, s.thread),
}


def edges(run: RunData) -> list[Edge]:
    """In the order of the workers; empty where the machine card or the placement does not tell."""
    order = _order(run)
    found: list[Edge] = []
    for n in range(1, len(order)):
        if order[n].socket not in {seat.socket for seat in order[:n]}:
            found.append((n, "socket"))
        elif order[n].thread > 0 and all(seat.thread == 0 for seat in order[:n]):
            found.append((n, "SMT"))
    return found


def mark(axes: Axes, found: Sequence[Edge]) -> None:
    """Draws those within the axis of workers."""
    low, high = axes.get_xlim()
    for n, words in found:
        x = math.log2(n * (n + 1)) / 2
        if not low < x < high:
            continue
        axes.axvline(x, color=FAINT, linewidth=0.9, zorder=1)
        up = axes.get_xaxis_transform()
        axes.text(x, 0.02, words, transform=up, size=SMALL, color=MUTED, rotation=90, va="bottom", ha="right")


def _order(run: RunData) -> list[Seat]:
    """The CPUs of the run in the order in which workers are bound to them; empty where that is not known."""
    rank = _RANKS.get(run.placement)
    topology = run.machine.get("topology")
    if rank is None or not isinstance(topology, list):
        return []
    cpus = set(cpus_chosen(run.manifest))
    known = [c for c in topology if isinstance(c, dict) and (not cpus or c.get("cpu") in cpus)]
    if not all(isinstance(c.get(name), int) for c in known for name in ("socket", "core")):
        return []
    return sorted(_seats(sorted((c["socket"], c["core"]) for c in known)), key=rank)


def _seats(cores: Sequence[tuple[int, int]]) -> list[Seat]:
    """Cores counted within their socket, and hardware threads within their core."""
    numbered: dict[int, dict[int, int]] = {}
    threads: Counter[tuple[int, int]] = Counter()
    found = []
    for socket, core in cores:
        place = numbered.setdefault(socket, {}).setdefault(core, len(numbered[socket]))
        found.append(Seat(socket, place, threads[socket, core]))
        threads[socket, core] += 1
    return found
