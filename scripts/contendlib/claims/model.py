"""The model of the interpreter's lock held against the interpreters of the same run, figure by figure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
import math
import statistics
from typing import Any

from contendlib import median
from contendlib.claims.finding import rate_of, ratio_of, time_of, why_not
from contendlib.claims.places import Place
from contendlib.ranking import Ratio, speed_ratio
from contendlib.run_data import Row
from contendlib.wording import duration, percent

# How far the model may be off.
CPU_LIMIT, IO_LIMIT, CONVOY_LIMIT = 1.10, 1.15, 2.0
A_MODE = 0.005  # a smaller share of the trips is none

MET, MISSED, NOT_DECIDABLE = "yes", "no", "not decidable"

_SIMPLER = (
    "the model has the protocol of the lock and no more: its items and its echo compute at a fixed pace and look for a "
    "drop request about every microsecond, whatever an interpreter does there; and a run of the convoy stays in its fast or its "
    "slow mode for long, in both: which one, and so the throughput, lies with where the kernel wakes whom, and beside several "
    "that compute an interpreter has been found in the fast one more often"
)


# Of each case, the counters of its repetitions.
Repeated = Mapping[str, Sequence[Mapping[str, float]]]


@dataclass(frozen=True)
class Agreement:
    """One figure of both."""

    what: str
    where: str
    model: str
    interpreter: str
    off: str  # the larger over the smaller, with its interval
    limit: str
    met: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def agreements(
    rows: Sequence[Row], model: Place, interpreters: Sequence[Place], repeated: Repeated
) -> list[Agreement]:
    found: list[Agreement] = []
    for place in interpreters:
        found += _speed_ups(rows, model, place)
        found += _convoys(rows, model, place, repeated)
    return found


def notes(found: Sequence[Agreement]) -> Iterator[str]:
    """Which lines the model misses, and what it leaves out that an interpreter has; how many cannot be told."""
    missed = [f"{one.what} ({one.where}, off by {one.off or 'shape'})" for one in found if one.met == MISSED]
    if missed:
        yield f"the model misses {'; '.join(missed)}. Why it may: {_SIMPLER}"
    wide = sum(one.met == NOT_DECIDABLE and bool(one.off) for one in found)
    if wide:
        yield (
            f"{wide} of {len(found)} comparisons of the model with an interpreter cannot be decided: their intervals reach "
            "beyond what is wanted; a quieter machine or --repetitions makes them narrower"
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


def verdict(model_over_interpreter: Ratio, limit: float) -> str:
    """Met or missed where the whole interval says so."""
    low, high = model_over_interpreter.low, model_over_interpreter.high
    if 1 / limit <= low and high <= limit:
        return MET
    apart = high < 1 / limit or low > limit
    return MISSED if apart else NOT_DECIDABLE


def _speed_ups(rows: Sequence[Row], model: Place, place: Place) -> Iterator[Agreement]:
    for threads in (1, 2, 4, 8):
        pairs = [(at.chain(rows, "pool", threads), at.chain(rows, "loop", 1)) for at in (model, place)]
        yield _speed_up(f"CPU-bound speed-up, {_threads(threads)}", place, pairs, CPU_LIMIT)
    for threads in (8, 64):
        pairs = [(at.request(rows, "pool", threads), at.request(rows, "loop", 1)) for at in (model, place)]
        yield _speed_up(f"I/O-bound speed-up, {_threads(threads)}", place, pairs, IO_LIMIT)


def _threads(number: int) -> str:
    return "1 thread" if number == 1 else f"{number} threads"


def _speed_up(
    what: str, place: Place, pairs: Sequence[tuple[Row | None, Row | None]], limit: float
) -> Agreement:
    """The model's pair of rows, then the interpreter's: many threads, and the loop."""
    ours, theirs = (ratio_of(*pair) for pair in pairs)
    if ours is None or theirs is None:
        name, pair = ("the model", pairs[0]) if ours is None else ("the interpreter", pairs[1])
        return _missing(what, place, f"{name}: {why_not(*pair)}")
    return _judged(what, place, (str(ours), str(theirs)), over(ours, theirs), limit)


def over(a: Ratio, b: Ratio) -> Ratio:
    """A ratio of ratios, its interval combined as in speed_ratio()."""
    value = a.value / b.value
    if math.isinf(a.high) or math.isinf(b.high):
        return Ratio(value, 0, math.inf)
    below = math.hypot(math.log(a.value / a.low), math.log(b.high / b.value))
    above = math.hypot(math.log(a.high / a.value), math.log(b.value / b.low))
    return Ratio(value, value * math.exp(-below), value * math.exp(above))


def _convoys(rows: Sequence[Row], model: Place, place: Place, repeated: Repeated) -> Iterator[Agreement]:
    for burners in (0, 1, 2, 4):
        what = f"echo beside {burners} that compute"
        ours, theirs = model.echo(rows, burners), place.echo(rows, burners)
        if ours is None or theirs is None or not (ours.ok and theirs.ok):
            yield _missing(what, place, why_not(ours, theirs))
            continue
        texts = rate_of(ours), rate_of(theirs)
        yield _judged(f"{what}: throughput", place, texts, speed_ratio(ours, theirs), CONVOY_LIMIT)
        yield _p99(f"{what}: p99", place, *(_by_p99(row, repeated) for row in (ours, theirs)))
        if burners:
            yield _shape(f"{what}: shape", place, *(repeated.get(row.case, ()) for row in (ours, theirs)))


def _by_p99(row: Row, repeated: Repeated) -> Row | None:
    """The row with the 99th percentile in place of the mean: its median over the repetitions, and the interval."""
    seen = [counters["p99_ns"] for counters in repeated.get(row.case, ()) if counters.get("p99_ns", 0) > 0]
    if not seen:
        return None
    low, high = median.interval(seen)
    return replace(row, n=len(seen), median_ns=statistics.median(seen), low_ns=low, high_ns=high)


def _p99(what: str, place: Place, ours: Row | None, theirs: Row | None) -> Agreement:
    if ours is None or theirs is None:
        return _missing(what, place, "not measured")
    return _judged(what, place, (time_of(ours), time_of(theirs)), speed_ratio(theirs, ours), CONVOY_LIMIT)


def _shape(what: str, place: Place, *both: Sequence[Mapping[str, float]]) -> Agreement:
    """A trip is fast, or it waited for an interval, with little between; both have the same of these modes. One repetition
    may stay in one mode throughout, so all of them count together, and one alone decides nothing."""
    if min(map(len, both)) < 2:
        return _missing(what, place, "fewer than 2 repetitions")
    fast, slow = ([_mean(seen, share) for seen in both] for share in ("fast_share", "slow_share"))
    texts = [f"{percent(f)} below 1 ms, {percent(s)} from 2.5 ms" for f, s in zip(fast, slow, strict=True)]
    modes = [(f > A_MODE, s > A_MODE, f + s > 0.9) for f, s in zip(fast, slow, strict=True)]
    same = modes[0] == modes[1] and modes[0][2]
    return Agreement(what, place.name, texts[0], texts[1], "", "the same modes", MET if same else MISSED)


def _mean(seen: Sequence[Mapping[str, float]], share: str) -> float:
    return statistics.fmean(counters.get(share, 0.0) for counters in seen)


def _judged(what: str, place: Place, texts: tuple[str, str], off: Ratio, limit: float) -> Agreement:
    wanted = f"within {percent(limit - 1)}" if limit < CONVOY_LIMIT else f"within a factor of {limit:g}"
    return Agreement(what, place.name, texts[0], texts[1], str(_larger(off)), wanted, verdict(off, limit))


def _larger(off: Ratio) -> Ratio:
    """The larger over the smaller."""
    if off.value >= 1:
        return off
    return Ratio(1 / off.value, 1 / off.high, 1 / off.low if off.low else math.inf)


def _missing(what: str, place: Place, why: str) -> Agreement:
    return Agreement(what, place.name, "", why, "", "", NOT_DECIDABLE)
