"""Several runs beside each other: ratios within each machine, so that machines of different speed can be
compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from contendlib.decisions import executors, locks, queues, sync
from contendlib.decisions.verdict import grouped
from contendlib.page.machine import facts
from contendlib.ranking import Ratio, speed_ratio
from contendlib.run_data import Row, RunData
from contendlib.wording import count

Key = tuple[str, str, str]

# The baseline where none was measured under its name: the fastest of the same cell.
BEST = "the best"


@dataclass(frozen=True)
class Cell:
    """What one run says: a ratio at a number of workers, or why there is none."""

    ratio: Ratio | None
    words: str


@dataclass(frozen=True)
class Line:
    pattern: str
    regime: str
    subject: str
    baseline: str
    cells: list[Cell]
    differs: bool


@dataclass(frozen=True)
class Fact:
    name: str
    values: list[str]

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


def fact_lines(runs: list[RunData]) -> list[Fact]:
    """The machine cards, fact by fact."""
    cards = [facts(run) for run in runs]
    return [Fact(lines[0][0], [value for _, value in lines]) for lines in zip(*cards)]


def lines(runs: list[RunData]) -> list[Line]:
    """One line for each pattern, regime and subject of any run. It differs where the intervals of the ratios
    do not overlap."""
    tables = [_ratios(run) for run in runs]
    keys = list(dict.fromkeys(key for table in tables for key in table))
    result = []
    for key in keys:
        found = [table.get(key) for table in tables]
        cells = [cell if cell else Cell(None, "not measured") for _, cell in (f or ("", None) for f in found)]
        baseline = " / ".join(dict.fromkeys(f[0] for f in found if f))
        result.append(Line(*key, baseline, cells, _differ([c.ratio for c in cells if c.ratio])))
    return result


def _differ(ratios: list[Ratio]) -> bool:
    return bool(ratios) and max(r.low for r in ratios) > min(r.high for r in ratios)


def _ratios(run: RunData) -> dict[Key, tuple[str, Cell]]:
    """By (pattern, regime, subject): the baseline's name, and the cell."""
    rows = [r for r in run.rows if not run.is_null(r.subject)]
    table: dict[Key, tuple[str, Cell]] = {}
    _add(
        table,
        [r for r in rows if r.suite == "lock" and r.workload == "sections"],
        locks.BASELINE,
        lambda r: locks.pattern(r.number("cs_ns"), r.number("out_ns")),
        locks.regime,
    )
    _add(
        table,
        [r for r in rows if r.suite == "queue" and r.workload in ("throughput", "ping_pong")],
        None,
        queues.pattern,
        lambda r: "oversubscribed" if r.oversubscribed else "within cores",
    )
    _add(
        table,
        [r for r in rows if r.suite == "executor"],
        executors.SERIAL,
        executors.pattern,
        lambda r: "oversubscribed" if r.oversubscribed else "alone" if r.workers == 1 else "within cores",
    )
    _add(table, [r for r in rows if r.suite == "sync" and r.workload in sync.PATTERNS], None, sync.pattern, sync.regime)
    return table


def _add(
    table: dict[Key, tuple[str, Cell]],
    rows: list[Row],
    baseline: str | None,
    pattern: Callable[[Row], str],
    regime: Callable[[Row], str],
) -> None:
    serials = {pattern(r): r for r in rows if r.subject == executors.SERIAL and r.ok}
    for (name, where), cell in grouped(rows, lambda r: (pattern(r), regime(r))).items():
        most = locks.at_most_workers([r for r in cell if r.subject != executors.SERIAL] or cell)
        known = serials.get(name) or next((r for r in most if r.subject == baseline and r.ok), None)
        measured = sorted((r for r in most if r.ok), key=lambda r: r.median_ns)
        other = known or (measured[0] if measured else None)
        for row in most:
            if row is not known:
                table[(name, where, row.subject)] = (known.subject if known else BEST, _cell(row, other))


def _cell(row: Row, other: Row | None) -> Cell:
    if not row.ok:
        return Cell(None, row.status)
    if other is None:
        return Cell(None, "nothing to compare with")
    return Cell(
        speed_ratio(row, other),
        f"{count(row.workers, 'worker')}{'' if row.stable and other.stable else ', unstable'}",
    )
