"""Decisions about locks that are mostly read under: what to use, and whether a reader-writer lock pays."""

from __future__ import annotations

from collections.abc import Sequence

from contendlib.decisions.locks import at_most_workers, choose, regime
from contendlib.decisions.verdict import NOT_PRINTED, Verdict, choice, crew, grouped, verdict_of
from contendlib.ranking import SMALLEST_LEAD, rank, speed_ratio
from contendlib.run_data import Row
from contendlib.wording import duration

WORKLOAD = "readers_writers"
BASELINE = "std::shared_mutex"
PRIORITY = {"within cores": 14, "oversubscribed": 26}


def lets_readers_share(row: Row) -> bool:
    """Whether the subject has a form for readers; any other lock took part with its only form."""
    return bool(row.counter("shared_form"))


def pattern(row: Row) -> str:
    return f"{row.number('read_percent'):.0f} % reads ({duration(row.number('cs_ns'))} each)"


def decide(rows: Sequence[Row], cpus: int) -> list[Verdict]:
    """One verdict for each read share, length of section and regime, at the regime's largest number of
    workers; the largest share first."""
    reading = [r for r in rows if r.workload == WORKLOAD]
    cells = grouped(
        sorted(reading, key=lambda r: (-r.number("read_percent"), -r.number("cs_ns"))),
        lambda r: (r.number("read_percent"), r.number("cs_ns"), regime(r)),
    )
    return [v for v in (_decide(at_most_workers(cell), cpus) for cell in cells.values()) if v is not None]


def _decide(rows: Sequence[Row], cpus: int) -> Verdict | None:
    chosen = choose(rows)
    if chosen is None:
        return None
    ranking, _ = chosen
    leader = ranking.leader
    baseline = next((r for r in rows if r.subject == BASELINE and r.ok), None)
    pays, evidence = whether_sharing_pays(ranking.order)
    return verdict_of(
        ranking,
        f"{pattern(leader)}, {crew(leader, cpus)}: {choice(ranking, baseline)}.{f' {pays}' if pays else ''}",
        pattern(leader),
        regime(leader),
        baseline,
        trade_off=[pays] if pays else [],
        also=evidence,
        group=("lock", "reads", regime(leader)),
        priority=PRIORITY.get(regime(leader), NOT_PRINTED),
    )


def whether_sharing_pays(rows: Sequence[Row]) -> tuple[str, list[Row]]:
    """The best reader-writer lock against the best of the others, in words, and both of them; nothing where one
    of the two kinds was not measured."""
    sharing, exclusive = rank(filter(lets_readers_share, rows)), rank(
        r for r in rows if not lets_readers_share(r)
    )
    if sharing is None or exclusive is None:
        return "", []
    best, other = sharing.leader, exclusive.leader
    gain = speed_ratio(best, other)
    if gain.low > 1 and gain.value >= SMALLEST_LEAD:
        words = f"A reader-writer lock pays: {best.subject} is {gain.of(other.subject)}."
    elif gain.high < 1 and gain.value <= 1 / SMALLEST_LEAD:
        words = f"No reader-writer lock pays: the best of them, {best.subject}, is {gain.of(other.subject)}."
    else:
        words = (
            f"Whether a reader-writer lock pays cannot be told: {best.subject} is {gain.of(other.subject)}."
        )
    return words, [best, other]
