"""The table under a plot: its values in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from contendlib.run_data import Row
from contendlib.wording import arguments, duration

MOST_LINES = 300  # of the table under a plot


@dataclass(frozen=True)
class Figures:
    """What a plot shows, as a table for those who want the values: a line's first word is its subject."""

    columns: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    left_out: int = 0


def times_of(rows: Sequence[Row]) -> Figures:
    """Time per operation of each row with its interval; what failed says so."""
    columns = ("Subject", "Workload", "Workers", "Time/op", "95 % interval", "n", "State")
    shown = sorted(rows, key=lambda r: r.ok)[:MOST_LINES] if len(rows) > MOST_LINES else rows
    return Figures(columns, tuple(_line(r) for r in shown), len(rows) - len(shown))


def _line(row: Row) -> tuple[str, ...]:
    what = ", ".join(filter(None, (row.workload.replace("_", " "), arguments(row.args))))
    team = f"{row.workers}{'' if row.team in ('threads', 'none') else f' {row.team}'}"
    if not row.ok:
        return row.subject, what, team, "", "", str(row.n), f"{row.status}: {row.error or 'no figure'}"
    interval = f"{duration(row.low_ns, 3)} to {duration(row.high_ns, 3)}"
    return row.subject, what, team, duration(row.median_ns, 3), interval, str(row.n), "ok" if row.stable else "unstable"
