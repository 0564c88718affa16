"""Stored runs over time: which benchmarks changed their level, when, and by how much."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
import math
from statistics import median
from typing import Any
import zlib

from contendlib.console import plural
from contendlib.exits import ContendError
from contendlib.stored import fingerprint
from contendlib.stored.change_points import change_points
from contendlib.stored.run import StoredRun

LEAST_RUNS = 10  # of fewer, no order of them is rare enough at a level of 1 %


@dataclass(frozen=True)
class Change:
    """A new level, from this run to the next change, and the one before it."""

    at: int  # among the runs that have the benchmark
    run: str
    before_ns: float
    after_ns: float

    @property
    def ratio(self) -> float:
        return self.after_ns / self.before_ns


@dataclass
class Series:
    """One benchmark: the median of each run, oldest first."""

    benchmark: str
    runs: list[str]
    medians_ns: list[float]
    changes: list[Change] = field(default_factory=list)

    @property
    def largest(self) -> float:
        """The largest change, as a logarithm without its sign."""
        return max((abs(math.log(change.ratio)) for change in self.changes), default=0.0)


@dataclass
class History:
    runs: list[str]
    series: list[Series]
    level: float
    min_effect: float
    elsewhere: dict[str, str] = field(default_factory=dict)  # runs that are not comparable, and why
    too_short: int = 0  # benchmarks that too few runs have

    @property
    def changed(self) -> list[Series]:
        """Largest change first."""
        return sorted((one for one in self.series if one.changes), key=lambda one: (-one.largest, one.benchmark))

    def document(self) -> dict[str, Any]:
        return asdict(self)


def follow(stored: Sequence[StoredRun], level: float, min_effect: float, shuffles: int) -> History:
    """All that is comparable with the newest run. Raises ContendError where that is too little."""
    ordered = sorted(stored, key=lambda run: (run.utc, run.label))
    runs, elsewhere = [], {}
    for run in ordered:
        if differences := fingerprint.differences(ordered[-1].facts, run.facts):
            elsewhere[run.label] = differences[0]
        else:
            runs.append(run)
    if len(runs) < LEAST_RUNS:
        raise ContendError(
            f"{len(runs)} of {len(ordered)} runs are comparable with the newest, and a change is seen in {LEAST_RUNS} or more"
            + "".join(f"; {label} differs in {why}" for label, why in list(elsewhere.items())[:3])
        )
    history = History([run.label for run in runs], [], level, min_effect, elsewhere)
    for name in dict.fromkeys(name for run in runs for name in run.times):
        those = [run for run in runs if name in run.times]
        if len(those) < LEAST_RUNS:
            history.too_short += 1
            continue
        medians = [median(run.times[name]) for run in those]
        series = Series(name, [run.label for run in those], medians)
        series.changes = _changes(series, level, min_effect, shuffles)
        history.series.append(series)
    return history


def _changes(series: Series, level: float, min_effect: float, shuffles: int) -> list[Change]:
    """On the log scale, where noise is a factor; a change that is real but too small to matter is left out."""
    logs = [math.log(value) for value in series.medians_ns]
    cuts = change_points(logs, level, shuffles, zlib.crc32(series.benchmark.encode()))
    borders = [0, *cuts, len(logs)]
    found = []
    for before, at, after in zip(borders, borders[1:], borders[2:]):
        change = Change(at, series.runs[at], median(series.medians_ns[before:at]), median(series.medians_ns[at:after]))
        if abs(math.log(change.ratio)) >= math.log1p(min_effect):
            found.append(change)
    return found


def markdown(history: History) -> str:
    """The changes, largest first."""
    changed = history.changed
    count = sum(len(one.changes) for one in changed)
    lines = [
        f"## {len(history.runs)} runs, {history.runs[0]} to {history.runs[-1]}: {plural(count, 'change')} in {len(changed)} of "
        f"{len(history.series)} benchmarks",
        "",
        f"A change is a new level of the medians: by {history.min_effect:.0%} or more, and more than order alone makes of "
        f"them in {1 - history.level:.1%} of shuffles. About {history.level * len(history.series):.1f} of so many benchmarks would show one by "
        "chance. Sessions differ: a change may be the machine's.",
        "",
    ]
    if changed:
        lines += ["| benchmark | from | new / old | ns before | ns after |", "|---|---|---:|---:|---:|"]
        lines += [_row(one, change) for one in changed for change in one.changes]
        lines.append("")
    lines += [f"- not comparable, left out: {label} ({why})" for label, why in history.elsewhere.items()]
    if history.too_short:
        lines.append(f"- benchmarks that fewer than {LEAST_RUNS} runs have, left out: {history.too_short}")
    return "\n".join(lines).rstrip() + "\n"


def _row(series: Series, change: Change) -> str:
    name = series.benchmark.replace("|", "\\|")
    return f"| `{name}` | {change.run} | {change.ratio:.3f} | {change.before_ns:.4g} | {change.after_ns:.4g} |"
