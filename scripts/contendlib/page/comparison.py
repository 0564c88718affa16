"""Several runs beside each other: ratios within each machine, so that machines of different speed can be
compared."""

from __future__ import annotations

from dataclasses import dataclass

from contendlib import ladder
from contendlib.decisions import executors, lock_uses, locks, readers_writers
from contendlib.decisions.questions import question
from contendlib.decisions.verdict import grouped
from contendlib.ladder import Rung
from contendlib.page.machine import facts
from contendlib.ranking import Ratio, speed_ratio
from contendlib.run_data import Row, RunData
from contendlib.wording import count, duration

Key = tuple[str, str, str]

SUITES = ("lock", "queue", "executor", "sync", "pattern")  # in the order of the page
# Their time per operation is set by the workload, not by the subject.
PACED = ("offered_load", "idle_consumer", "open_loop")

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
    """One line for each pattern, regime and subject of any run. It differs where the intervals of ratios to the same
    baseline do not overlap."""
    tables = [_ratios(run) for run in runs]
    keys = list(dict.fromkeys(key for table in tables for key in table))
    result = []
    for key in keys:
        found = [table.get(key) for table in tables]
        cells = [cell if cell else Cell(None, "not measured") for _, cell in (f or ("", None) for f in found)]
        baselines = list(dict.fromkeys(f[0] for f in found if f))
        differs = len(baselines) == 1 and _differ([c.ratio for c in cells if c.ratio])
        result.append(Line(*key, " / ".join(baselines), cells, differs))
    return result


def _differ(ratios: list[Ratio]) -> bool:
    return bool(ratios) and max(r.low for r in ratios) > min(r.high for r in ratios)


def floors(runs: list[RunData]) -> list[Fact]:
    """What each machine charges at least, with the interval."""
    ladders = [{rung.name: rung for rung in ladder.rungs(run)} for run in runs]
    names = dict.fromkeys(name for rungs in ladders for name in rungs)
    return [Fact(name, [_price(rungs.get(name)) for rungs in ladders]) for name in names]


def _price(rung: Rung | None) -> str:
    return f"{duration(rung.ns)} [{duration(rung.low)}, {duration(rung.high)}]" if rung else "not measured"


def _ratios(run: RunData) -> dict[Key, tuple[str, Cell]]:
    """By (pattern, regime, subject): the baseline's name, and the cell."""
    rows = [r for r in run.rows if r.suite in SUITES and r.workload not in PACED and not run.is_null(r.subject)]
    rows.sort(key=lambda r: SUITES.index(r.suite))
    table: dict[Key, tuple[str, Cell]] = {}
    for name, cases in grouped(rows, question).items():
        serial = next((r for r in cases if r.subject == executors.SERIAL and r.ok), None)
        for where, cell in grouped(cases, locks.regime).items():
            _add(table, name, where, cell, serial)
    return table


def _add(table: dict[Key, tuple[str, Cell]], name: str, where: str, cell: list[Row], serial: Row | None) -> None:
    most = locks.at_most_workers([r for r in cell if r.subject != executors.SERIAL] or cell)
    known = serial or next((r for r in most if r.subject == baseline(r) and r.ok), None)
    measured = sorted((r for r in most if r.ok), key=lambda r: r.median_ns)
    other = known or (measured[0] if measured else None)
    for row in most:
        if row is not known:
            table[(name, where, row.subject)] = (known.subject if known else BEST, _cell(row, other))


def baseline(row: Row) -> str | None:
    """Whom the others of its cell are held against; None: the best of them."""
    if row.workload == readers_writers.WORKLOAD:
        return readers_writers.BASELINE
    return lock_uses.BASELINES.get(row.workload, locks.BASELINE) if row.suite == "lock" else None


def _cell(row: Row, other: Row | None) -> Cell:
    if not row.ok:
        return Cell(None, row.status)
    if other is None:
        return Cell(None, "nothing to compare with")
    return Cell(
        speed_ratio(row, other),
        f"{count(row.workers, 'worker')}{'' if row.stable and other.stable else ', unstable'}",
    )
