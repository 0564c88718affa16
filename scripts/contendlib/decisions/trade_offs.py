"""What a decision costs beside speed: uneven shares, CPU time, long waits, memory. Where several share the lead, what
tells them apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from contendlib.ranking import Ranking, tail_ns, unfair, unfairness
from contendlib.run_data import Row
from contendlib.wording import duration, joined, times

BURNS = 1.5  # times the CPU time of the thriftiest
LONG = 5.0  # times the wait of whom waits end soonest with
UNEVEN_JAIN = 0.95
LARGE_BYTES = 64  # more than fits on a cache line with what it protects
SIZED = ("lock", "sync")  # a queue is as large as its capacity says

Note = tuple[str, list[Row]]  # what is said, and the rows that it rests on


def words(ranking: Ranking, others: Sequence[str]) -> Note:
    """Of the one picked, or of those that share the lead, behind what else there is to say. Where nothing shows, it is
    said what was looked at."""
    if len(ranking.order) + len(ranking.ruled_out) < 2:
        return " ".join(others), []
    notes = _notes(ranking)
    texts = [*others, *(text for text, _ in notes)]
    return " ".join(texts or [_nothing(_own(ranking))]), [row for _, rows in notes for row in rows]


def _own(ranking: Ranking) -> Sequence[Row]:
    return ranking.order[:1] if ranking.clear else ranking.tied


def _notes(ranking: Ranking) -> list[Note]:
    own = _own(ranking)
    rivals = ranking.order if ranking.clear else ranking.tied
    found = [_shares(own), _cpu(own, rivals), _tail(own, rivals)]
    return [note for note in found if note is not None]


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


def _shares(own: Sequence[Row]) -> Note | None:
    # Unfairness has a sentence of its own; oversubscribed the kernel shares out.
    uneven = [r for r in own if _is_uneven(r) and not unfair(r)]
    if not uneven:
        return None
    worst = min(uneven, key=lambda r: r.counter("jain") or 0.0)
    return f"{worst.subject} shares unevenly ({unfairness(worst)}).", [worst]


def _is_uneven(row: Row) -> bool:
    jain = row.counter("jain")
    return row.workers > 1 and not row.oversubscribed and jain is not None and jain < UNEVEN_JAIN


def _cpu(own: Sequence[Row], rivals: Sequence[Row]) -> Note | None:
    found = _far_apart(own, rivals, _cpu_ns, BURNS)
    if found is None:
        return None
    dearest, thriftiest = found
    much = times(_cpu_ns(dearest) / _cpu_ns(thriftiest))
    return f"{dearest.subject} takes {much} the CPU time of {thriftiest.subject} per operation.", [dearest, thriftiest]


def _cpu_ns(row: Row) -> float:
    return row.counter("cpu_ns_per_op") or 0.0


def _tail(own: Sequence[Row], rivals: Sequence[Row]) -> Note | None:
    found = _far_apart(own, rivals, _wait_ns, LONG)
    if found is None:
        return None
    longest, shortest = found
    text = f"1 wait in 1,000 takes {duration(_wait_ns(longest))} or longer with {longest.subject}, "
    return f"{text}{duration(_wait_ns(shortest))} with {shortest.subject}.", [longest, shortest]


def _wait_ns(row: Row) -> float:
    return tail_ns(row) or 0.0


def _far_apart(
    own: Sequence[Row], rivals: Sequence[Row], cost: Callable[[Row], float], limit: float
) -> tuple[Row, Row] | None:
    """Whom of `own` it costs most and whom of `rivals` least, if that is more than `limit` times as much. 0 is unknown."""
    least = min(filter(cost, rivals), key=cost, default=None)
    most = max(filter(cost, own), key=cost, default=None)
    if least is None or most is None or cost(most) <= limit * cost(least):
        return None
    return most, least


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
