"""What a decision costs beside speed: uneven shares, CPU time, long waits, memory. Where several share the lead, what
tells them apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from contendlib.ranking import Ranking, tail_ns, unfair, unfairness
from contendlib.run_data import Row
from contendlib.wording import duration, joined, times

BURNS = 1.5  # times the CPU time of the thriftiest
LONG = 5.0  # times the wait of whom waits end soonest with
UNEVEN_JAIN = 0.95
LARGE_BYTES = 64  # more than fits on a cache line with what it protects
SIZED = ("lock", "sync")  # a queue is as large as its capacity says


def words(ranking: Ranking, others: Sequence[str]) -> str:
    """Of the one picked, or of those that share the lead, behind what else there is to say. Where nothing shows, it is
    said what was looked at."""
    if len(ranking.order) + len(ranking.ruled_out) < 2:
        return " ".join(others)
    return " ".join([*others, *_notes(ranking)] or [_nothing(_own(ranking))])


def _own(ranking: Ranking) -> Sequence[Row]:
    return ranking.order[:1] if ranking.clear else ranking.tied


def _notes(ranking: Ranking) -> list[str]:
    own = _own(ranking)
    rivals = ranking.order if ranking.clear else ranking.tied
    found = [_shares(own), _cpu(own, rivals), _tail(own, rivals)]
    return [note for note in found if note]


def sizes(rows: Iterable[Row]) -> dict[tuple[str, str], float]:
    """Bytes that an object takes, by suite and subject; only full runs tell."""
    found = {}
    for row in rows:
        parts = [row.counter(name) for name in ("object_bytes", "heap_bytes")]
        if row.ok and row.suite in SIZED and any(part is not None for part in parts):
            found[row.suite, row.subject] = sum(part or 0.0 for part in parts)
    return found


def size_note(suite: str, subjects: Sequence[str], known: Mapping[tuple[str, str], float]) -> str:
    """Whose objects are large, as those are that keep their parts on cache lines of their own."""
    large = [s for s in subjects if known.get((suite, s), 0.0) > LARGE_BYTES]
    each = [f"{s} takes {known[suite, s]:,.0f} bytes" for s in large]
    return f"{joined(each)} an object." if each else ""


def _shares(own: Sequence[Row]) -> str:
    # Unfairness has a sentence of its own; oversubscribed the kernel shares out.
    uneven = [r for r in own if _is_uneven(r) and not unfair(r)]
    if not uneven:
        return ""
    worst = min(uneven, key=lambda r: r.counter("jain") or 0.0)
    return f"{worst.subject} shares unevenly ({unfairness(worst)})."


def _is_uneven(row: Row) -> bool:
    jain = row.counter("jain")
    return row.workers > 1 and not row.oversubscribed and jain is not None and jain < UNEVEN_JAIN


def _cpu(own: Sequence[Row], rivals: Sequence[Row]) -> str:
    costs = {r.subject: cost for r in rivals if (cost := r.counter("cpu_ns_per_op"))}
    mine = {r.subject: costs[r.subject] for r in own if r.subject in costs}
    if not mine:
        return ""
    thriftiest, dearest = min(costs, key=lambda s: costs[s]), max(mine, key=lambda s: mine[s])
    if mine[dearest] <= BURNS * costs[thriftiest]:
        return ""
    return f"{dearest} takes {times(mine[dearest] / costs[thriftiest])} the CPU time of {thriftiest} per operation."


def _tail(own: Sequence[Row], rivals: Sequence[Row]) -> str:
    tails = {r.subject: tail for r in rivals if (tail := tail_ns(r))}
    mine = {r.subject: tails[r.subject] for r in own if r.subject in tails}
    if not mine:
        return ""
    shortest, longest = min(tails, key=lambda s: tails[s]), max(mine, key=lambda s: mine[s])
    if mine[longest] <= LONG * tails[shortest]:
        return ""
    return (
        f"1 wait in 1,000 takes {duration(mine[longest])} or longer with {longest}, {duration(tails[shortest])} "
        f"with {shortest}."
    )


def _nothing(own: Sequence[Row]) -> str:
    """What was looked at, and showed no difference worth a word."""
    looked_at = [
        what
        for what, known in (
            ("shares", any(r.workers > 1 and not r.oversubscribed and r.counter("jain") is not None for r in own)),
            ("CPU time", any(r.counter("cpu_ns_per_op") for r in own)),
            ("long waits", any(tail_ns(r) for r in own)),
        )
        if known
    ]
    return f"None seen in {joined(looked_at, 'or')}." if looked_at else ""
