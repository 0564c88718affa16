"""What a plot module hands over, and the words that all captions share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contendlib import remeasure
from contendlib.plots.figures import Figures, times_of
from contendlib.plots.style import Frame, SeriesStyle, styles
from contendlib.ranking import Ranking, only_one, speed_ratio
from contendlib.run_data import Row, RunData
from contendlib.wording import a_few, count


class Missing(Exception):
    """The run lacks what a plot needs; says what."""


@dataclass
class Plot:
    """One finished figure: its conclusion, its caption, the words for those who cannot see it, how to measure
    it again."""

    name: str
    suite: str
    frame: Frame
    title: str
    caption: str
    alt: str
    command: str
    figures: Figures


def make(
    name: str,
    run: RunData,
    frame: Frame,
    title: str,
    caption: str,
    alt: str,
    rows: Sequence[Row],
    figures: Figures | None = None,
) -> Plot:
    """The plot of these rows; the table under it is of their times, unless others are given."""
    return Plot(
        name, rows[0].suite, frame, title, caption, f"{alt} {title}", remeasure.command(rows), figures or times_of(rows)
    )


def suite_looks(run: RunData, suite: str) -> dict[str, SeriesStyle]:
    """The looks of a suite's subjects, the same in all its plots."""
    return styles({r.subject for r in run.suite(suite) if not run.is_null(r.subject)})


def caption(
    run: RunData, rows: Sequence[Row], better: str, *more: str, interval: str = "bars and bands are"
) -> str:
    """Which way is better, n, interval, placement; then what is special; then what failed and what was
    unstable."""
    start = "SYNTHETIC FIGURES, NOT MEASURED. " if run.synthetic else ""
    parts = [
        f"{start}{better}. Medians of {repetitions(rows)}, {interval} 95 % bootstrap intervals; "
        f"placement {run.placement}; {count(run.cpus, 'CPU')}.",
        *more,
        *exceptions(rows),
    ]
    return " ".join(p for p in parts if p)


def repetitions(rows: Iterable[Row]) -> str:
    """'n = 5 repetitions', 'n = 3 to 5 repetitions'."""
    numbers = sorted({r.n for r in rows if r.ok})
    if not numbers:
        return "n = 0 repetitions"
    span = f"{numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else f"{numbers[0]}"
    return f"n = {span} repetition{'s' if numbers[-1] != 1 else ''}"


def exceptions(rows: Iterable[Row]) -> list[str]:
    rows = list(rows)
    unstable = list(dict.fromkeys(_name(r) for r in rows if r.ok and not r.stable))
    failed = list(dict.fromkeys(f"{r.subject} ({r.error or r.status})" for r in rows if not r.ok))
    notes = [f"Unstable (hollow, or ~): {a_few(unstable)}."] if unstable else []
    return notes + ([f"Failed, not ranked: {a_few(failed, 2)}."] if failed else [])


def _name(row: Row) -> str:
    """Floors have no subject of their own."""
    return row.workload.replace("_", " ") if row.suite == "floor" else row.subject


def lead(ranking: Ranking, baseline: Row | None = None) -> str:
    """'X leads Y 1.8x [1.7, 1.9]', or that nothing leads."""
    leader = ranking.leader
    if not ranking.clear:
        names = [r.subject for r in ranking.tied]
        return f"no clear winner among {a_few(names, 3)}" if len(names) > 1 else f"only {leader.subject} was measured"
    if len(ranking.order) == 1:
        return f"{leader.subject} is {only_one(ranking)}"
    other = baseline if baseline is not None and baseline.ok and baseline is not leader else ranking.order[1]
    ratio = speed_ratio(leader, other)
    return f"{leader.subject} leads {other.subject} {ratio}"


def sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
