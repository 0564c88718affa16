"""The model of the interpreter's lock held against the interpreters of the same run, figure by figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contendlib.claims import convoys
from contendlib.claims.agreement import MISSED, NOT_DECIDABLE, Agreement, judged, missing, tally
from contendlib.claims.finding import why_not
from contendlib.claims.places import Place
from contendlib.claims.repeated import Repeated, over, speed_up
from contendlib.run_data import Row
from contendlib.wording import duration, percent

# How far the model's speed-up may be off.
CPU_LIMIT, IO_LIMIT = 1.10, 1.15

_SIMPLER = (
    "the model has the protocol of the lock and no more: its items and its echo compute at a fixed pace and look for a "
    "drop request about every microsecond, whatever an interpreter does there; and whether a round of the convoy is in its fast or "
    "in its slow mode lies with where the kernel wakes whom"
)


def agreements(
    rows: Sequence[Row], model: Place, interpreters: Sequence[Place], repeated: Repeated
) -> list[Agreement]:
    found: list[Agreement] = []
    for place in interpreters:
        found += _speed_ups(rows, model, place, repeated)
        found += convoys.agreements(rows, model, place, repeated)
    return found


def notes(found: Sequence[Agreement]) -> Iterator[str]:
    """How many figures are near, which the model misses and what it leaves out that an interpreter has, and why some cannot
    be told."""
    if found:
        yield tally(found)
    missed = [f"{one.what} ({one.where}, off by {one.off or 'shape'})" for one in found if one.met == MISSED]
    if missed:
        yield f"the model misses {'; '.join(missed)}. Why it may: {_SIMPLER}"
    if any(one.met == NOT_DECIDABLE and one.limit for one in found):
        yield (
            "what cannot be decided has an interval that reaches beyond what is wanted: a quieter machine or a longer --budget "
            "makes it narrower. Where a neighbour keeps one CPU busy, an interpreter's thread may be on that one while its loop "
            "was on the other; the model computes at a fixed pace and is not slowed down"
        )


def cost_of_tasks(rows: Sequence[Row], ours: Place, interpreters: Sequence[Place]) -> Iterator[str]:
    """What a task costs an interpreter's pool beside its item: its speed-ups have that in them, and the model's have not."""
    own = ours.operation(rows, "pool_task")
    for place in interpreters:
        task, item = place.operation(rows, "pool_task"), place.chain(rows, "loop", 1)
        if all(row is not None and row.ok for row in (own, task, item)):
            assert own and task and item
            yield (
                f"a task costs {place.name}'s pool {duration(task.median_ns)}, {percent(task.median_ns / item.median_ns)} of an "
                f"item, and the model's {duration(own.median_ns)}: by so much may its speed-ups fall short of the model's"
            )


def _speed_ups(rows: Sequence[Row], model: Place, place: Place, repeated: Repeated) -> Iterator[Agreement]:
    for threads in (1, 2, 4, 8):
        both = [at.chain(rows, "pool", threads) for at in (model, place)]
        yield _speed_up(f"CPU-bound speed-up, {_threads(threads)}", place, both, repeated, CPU_LIMIT)
    for threads in (8, 64):
        both = [at.request(rows, "pool", threads) for at in (model, place)]
        yield _speed_up(f"I/O-bound speed-up, {_threads(threads)}", place, both, repeated, IO_LIMIT)


def _threads(number: int) -> str:
    return "1 thread" if number == 1 else f"{number} threads"


def _speed_up(
    what: str, place: Place, both: Sequence[Row | None], repeated: Repeated, limit: float
) -> Agreement:
    """Of the model's row and of the interpreter's."""
    ours, theirs = (speed_up(row, repeated) for row in both)
    if ours is None or theirs is None:
        name, row = ("the model", both[0]) if ours is None else ("the interpreter", both[1])
        return missing(what, place.name, f"{name}: {why_not(row)}")
    return judged(what, place.name, (str(ours), str(theirs)), over(ours, theirs), limit)
