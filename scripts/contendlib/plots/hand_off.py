"""Hand-offs: from the call of unlock() to the next owner's return from lock(), beside what hardware and kernel
charge for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from matplotlib.axes import Axes

from contendlib.decisions.verdict import grouped
from contendlib.floors import WAIT, slept
from contendlib.plots.dots import dot_rows, name_width
from contendlib.plots.plot import Missing, Plot, caption, make, suite_looks
from contendlib.plots.scales import log_axis, reference_line
from contendlib.plots.style import MUTED, SMALL, Panel, frame, panel_title
from contendlib.run_data import Row, RunData
from contendlib.summary import statistics_of
from contendlib.wording import duration, percent, times


@dataclass(frozen=True)
class Floors:
    """What a hand-off cannot do without, in nanoseconds; None where it was not measured."""

    transfer: float | None  # one way of a cache line
    call: float | None  # a system call
    wake: float | None  # waking a thread on another CPU, with the call

    def under(self, row: Row) -> float | None:
        return self.wake if slept(row.counters) else self.transfer


def floors_of(run: RunData) -> Floors:
    def middle(workload: str, **args: str) -> float | None:
        found = [
            r.counter("median_ns") or r.median_ns
            for r in run.suite("floor", workload)
            if r.ok and all(r.args.get(k) == v for k, v in args.items())
        ]
        return median(found) if found else None

    round_trip = middle("cache_line_round_trip")
    return Floors(
        round_trip / 2 if round_trip else None,
        middle("syscall"),
        middle("futex_wake_to_running", cpu="other"),
    )


def draw(run: RunData) -> list[Plot]:
    """A panel for each time that the owner holds on: after a short one the waiter spins, after a long one it
    sleeps, if it ever does."""
    rows = [r for r in run.suite("lock", "hand_off") if r.team == "threads" and not run.is_null(r.subject)]
    waits = _waits(run, rows)
    if not waits:
        raise Missing("no lock was measured in handing over between two threads")
    floors = floors_of(run)
    title = _conclusion(waits, floors)
    text = caption(
        run,
        rows,
        "Median time from unlock() to the next owner's return from lock(), log scale: further left is better",
        "Right: what of it hardware and kernel charge at least: where the waiter slept, its wake-up (a system "
        "call, then the scheduler), else one transfer of a cache line. The rest is the lock's own.",
        "Who has slept for a moment only is woken faster than the wake-up shown, that of a CPU gone idle.",
        interval="bars are",
    )
    cells = grouped(sorted(waits, key=lambda r: r.number("hold_ns")), lambda r: r.number("hold_ns"))
    most = max(len(cell) for cell in cells.values())
    panel = Panel(width=2.6, height=0.24 * most + 0.2, left=name_width(waits), right=2.1, top=0.62)
    fig = frame(len(cells), 2, panel, title, text)
    looks = suite_looks(run, "lock")
    ends = [v for r in waits for v in (r.low_ns, r.high_ns)]
    ends += [v for v in (floors.transfer, floors.wake) if v]
    for axes, (hold, cell) in zip(fig.axes, cells.items()):
        log_axis(axes, "x", min(ends), max(ends), duration)
        dot_rows(axes, cell, looks, lambda r: _words(r, floors))
        _draw_floors(axes, floors)
        panel_title(axes, f"held for {duration(hold)}", pad=24)
    alt = "Dot plots of the time of a hand-off, a row per lock, a panel per time that the owner holds on."
    return [make("hand-off", run, fig, title, text, alt, rows)]


def _waits(run: RunData, rows: Sequence[Row]) -> list[Row]:
    """The rows that were measured, with the median wait of the hand-off in place of the time per operation."""
    measured = {r.case: r for r in rows if r.ok and r.counter(WAIT)}
    samples: dict[str, list[float]] = {case: [] for case in measured}
    for sample in run.samples("lock/hand_off/"):
        wait = (sample.get("counters") or {}).get(WAIT)
        if sample.get("case") in samples and wait:
            samples[sample["case"]].append(float(wait))
    return [_with_wait(row, samples[case] or [row.counters[WAIT]]) for case, row in measured.items()]


def _with_wait(row: Row, waits: Sequence[float]) -> Row:
    figures = statistics_of(waits, range(len(waits)))
    return replace(row, median_ns=figures.median, low_ns=figures.low, high_ns=figures.high)


def _words(row: Row, floors: Floors) -> str:
    """'24 µs: 1 % call, 91 % scheduler', '120 ns: 78 % transfer'."""
    parts = {"transfer": floors.transfer}
    if slept(row.counters):
        call = floors.call or 0
        parts = {"call": floors.call, "scheduler": floors.wake and min(floors.wake, row.median_ns) - call}
    shares = [f"{percent(min(ns / row.median_ns, 1))} {name}" for name, ns in parts.items() if ns]
    return ": ".join([duration(row.median_ns), *filter(None, [", ".join(shares)])])


def _draw_floors(axes: Axes, floors: Floors) -> None:
    for ns, name, height in (
        (floors.transfer, "transfer", 1.005),
        (floors.call, "call", 1.055),
        (floors.wake, "wake-up", 1.005),
    ):
        if ns is not None:
            reference_line(axes, ns)
            at = axes.get_xaxis_transform()
            axes.text(ns, height, name, transform=at, size=SMALL, color=MUTED, ha="center", va="bottom")


def _conclusion(waits: Sequence[Row], floors: Floors) -> str:
    """The fastest with a waiter awake, and the fastest with one that sleeps."""
    parts = []
    for kind, what in ((False, "a waiter that is awake"), (True, "one that sleeps")):
        found = [r for r in waits if slept(r.counters) is kind]
        if not found:
            continue
        best = min(found, key=lambda r: r.median_ns)
        floor = floors.under(best)
        multiple = (
            f", {times(best.median_ns / floor)} the {'wake-up' if kind else 'transfer'}" if floor else ""
        )
        parts.append(f"{duration(best.median_ns)} to {what} ({best.subject}{multiple})")
    return f"Handing a lock over takes at best {', '.join(parts)}"
