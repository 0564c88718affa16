"""Summarises a run: medians with intervals, stability, and the tables that are made from them."""

from collections.abc import Iterable, Sequence
import csv
from dataclasses import dataclass
import io
import statistics
from typing import Any

from contendlib import floors, median, samples
from contendlib.exits import ContendError
from contendlib.results import SCHEMA, RunFolder
from contendlib.samples import Sample

Row = dict[str, Any]

STABLE_RATIO = 1.10
_FIGURES = ("median_ns", "low_ns", "high_ns", "ops_per_s", "halves_ratio")
_COLUMNS = (
    "case", "suite", "workload", "subject", "team", "workers", "oversubscribed", "status", "error", "n", "median_ns",
    "low_ns", "high_ns", "ops_per_s", "stable", "halves_ratio", "floor", "floor_multiple",
)  # fmt: skip


def write(run: RunFolder) -> dict[str, Any]:
    """Writes summary.json, summary.csv and summary.md from what is in the run's folder; returns the first."""
    manifest = run.read_manifest()
    rows = summarise(samples.read(run.samples))
    if not rows:
        raise ContendError(f"{run.path} holds no sample yet; measure with `contend run --resume {run.path}`")
    document = {
        "schema": SCHEMA,
        "machine_id": manifest.machine_id,
        "cases": rows,
        "subjects": manifest.subjects,
        "absent": manifest.absent,
    }
    run.write_json("summary.json", document)
    run.write("summary.csv", _csv(rows))
    run.write("summary.md", _markdown(rows))
    return document


def summarise(measured: Iterable[Sample]) -> list[Row]:
    """One row for each case, sorted by name."""
    by_case: dict[str, list[Sample]] = {}
    for sample in measured:
        by_case.setdefault(sample.case, []).append(sample)
    rows = [_row(by_case[case]) for case in sorted(by_case)]
    floors.add_multiples(rows)
    return rows


def failed(rows: Iterable[Row]) -> list[Row]:
    """Rows of cases of which a sample failed."""
    return [row for row in rows if row["status"] != samples.OK]


def unstable(rows: Iterable[Row]) -> list[Row]:
    """Rows of cases that were measured twice over with different results."""
    return [row for row in rows if row["status"] == samples.OK and not row["stable"]]


@dataclass(frozen=True)
class Statistics:
    """Of the times of one case."""

    median: float
    low: float
    high: float
    halves_ratio: float | None


def statistics_of(times: Sequence[float], repetitions: Sequence[int]) -> Statistics:
    """The median, its 95 % percentile-bootstrap interval, and odd repetitions' median over even ones'."""
    middle = statistics.median(times)
    low, high = median.interval(times)
    halves: tuple[list[float], list[float]] = ([], [])
    for time, repetition in zip(times, repetitions, strict=True):
        halves[repetition % 2].append(time)
    even, odd = (statistics.median(half) if half else 0.0 for half in halves)
    return Statistics(middle, low, high, odd / even if even > 0 and odd > 0 else None)


def _row(measured: list[Sample]) -> Row:
    first = measured[0]
    row: Row = {name: getattr(first, name) for name in samples.CASE_FIELDS}
    bad = next((sample for sample in measured if not sample.ok), None)
    good = [sample for sample in measured if sample.ok]
    row |= {"status": bad.status if bad else samples.OK, "error": bad.error if bad else None, "n": len(good)}
    if bad:
        return {**row, **dict.fromkeys(_FIGURES), "stable": False, "counters": {}}
    figures = statistics_of(
        [sample.real_time_ns for sample in good if sample.real_time_ns is not None],
        [sample.repetition for sample in good],
    )
    ratio = figures.halves_ratio
    return row | {
        "median_ns": figures.median,
        "low_ns": figures.low,
        "high_ns": figures.high,
        "ops_per_s": 1e9 / figures.median if figures.median > 0 else None,
        "stable": ratio is not None and max(ratio, 1 / ratio) <= STABLE_RATIO,
        "halves_ratio": ratio,
        "counters": _counters(good),
    }


def _counters(measured: list[Sample]) -> dict[str, float]:
    values: dict[str, list[float]] = {}
    for sample in measured:
        for name, value in sample.counters.items():
            if value is not None:
                values.setdefault(name, []).append(value)
    return {name: statistics.median(found) for name, found in sorted(values.items())}


def _csv(rows: list[Row]) -> str:
    args = sorted({name for row in rows for name in row["args"]})
    counters = sorted({name for row in rows for name in row["counters"] if not name.startswith("share_")})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*_COLUMNS, *args, *(f"counter:{name}" for name in counters)])
    for row in rows:
        writer.writerow(
            [row.get(name) for name in _COLUMNS]
            + [row["args"].get(name) for name in args]
            + [row["counters"].get(name) for name in counters]
        )
    return text.getvalue()


def _markdown(rows: list[Row]) -> str:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        args = ", ".join(f"{name} {value}" for name, value in row["args"].items())
        shape = f"{row['suite']} / {row['workload']}" + (
            f": {args}" if args and row["suite"] != "floor" else ""
        )
        groups.setdefault(shape, []).append(row)
    parts = [
        "Median nanoseconds per operation with the 95 % bootstrap interval of the median; less is better. "
        "`unstable`: the medians of odd and even repetitions differ by more than 10 %.\n"
    ]
    for shape, members in groups.items():
        parts.append(f"## {shape}\n\n| subject | team | workers | ns per op | interval | ops/s | n | note |")
        parts.append("|---|---|---:|---:|---:|---:|---:|---|")
        ordered = sorted(
            members, key=lambda row: (row["team"], row["workers"], row["median_ns"] or float("inf"))
        )
        parts += [_markdown_line(row) for row in ordered]
        parts.append("")
    return "\n".join(parts)


def _markdown_line(row: Row) -> str:
    workers = f"{row['workers']}{' (oversubscribed)' if row['oversubscribed'] else ''}"
    name = row["subject"] if row["suite"] != "floor" else " ".join(f"{k}:{v}" for k, v in row["args"].items())
    if row["status"] != samples.OK:
        error = (row["error"] or "").replace("|", "\\|").replace("\n", " ")
        figures, remark = ["", "", ""], f"{row['status']}: {error}"
    else:
        figures = [
            _short(row["median_ns"]),
            f"{_short(row['low_ns'])} to {_short(row['high_ns'])}",
            _short(row["ops_per_s"]),
        ]
        remark = "" if row["stable"] else "unstable" if row["halves_ratio"] else "one half only"
    return "| " + " | ".join([name, row["team"], workers, *figures, str(row["n"]), remark]) + " |"


def _short(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
