"""The raw data as a table: one row for each case, those that failed first where not all can be shown."""

from __future__ import annotations

from dataclasses import dataclass

from contendlib.run_data import Row
from contendlib.wording import duration, rate

# The page must open at once; summary.csv has them all.
MOST_ROWS = 2500


@dataclass(frozen=True)
class TableRow:
    """A case as it is printed. `sort_*` are the values behind the words; a failed case sorts last."""

    anchor: str
    row: Row
    args: str
    time: str
    interval: str
    rate: str
    jain: str
    state: str
    sort_time: float
    sort_jain: float


@dataclass(frozen=True)
class Table:
    rows: list[TableRow]
    left_out: int
    anchors: dict[str, str]


def table(rows: list[Row]) -> Table:
    """All rows in their order, or those that matter most: failed, then unstable, then all but pairs of CPUs,
    then those."""
    kept = rows
    if len(rows) > MOST_ROWS:
        weight = sorted(range(len(rows)), key=lambda i: (rows[i].ok, rows[i].stable, _is_pair(rows[i]), i))
        chosen = set(weight[:MOST_ROWS])
        kept = [r for i, r in enumerate(rows) if i in chosen]
    printed = [_printed(f"row-{i}", r) for i, r in enumerate(kept)]
    return Table(printed, len(rows) - len(kept), {t.row.case: t.anchor for t in printed})


def _is_pair(row: Row) -> bool:
    return row.workload == "cache_line_round_trip"


def _printed(anchor: str, row: Row) -> TableRow:
    args = ", ".join(f"{k} {v}" for k, v in row.args.items())
    jain = row.counter("jain")
    if not row.ok:
        return TableRow(anchor, row, args, "", "", "", "", row.status, 1e300, -1.0)
    return TableRow(
        anchor,
        row,
        args,
        duration(row.median_ns, 3),
        f"{duration(row.low_ns, 3)} to {duration(row.high_ns, 3)}",
        rate(row.rate, 3),
        "" if jain is None else f"{jain:.2f}",
        "ok" if row.stable else "unstable",
        row.median_ns,
        -1.0 if jain is None else jain,
    )
