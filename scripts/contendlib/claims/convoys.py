"""The convoy under the model beside the convoy in an interpreter: its levels, its tail and its shape.

A round stays in a fast or in a slow mode for most of its length, and chance decides in which. A median over such a mixture
shows which mode had one round more. So modes are told apart first, by all rounds of both programs together, and each is
compared with its like; how often either mode came is a comparison of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
import statistics

from contendlib.claims import modes
from contendlib.claims.agreement import MET, MISSED, NOT_DECIDABLE, Agreement, judged, missing, within
from contendlib.claims.finding import why_not
from contendlib.claims.places import Place
from contendlib.claims.repeated import TIME, Repeated, level, over, values
from contendlib.proportion import Rate
from contendlib.ranking import Ratio
from contendlib.run_data import Row
from contendlib.wording import count, duration, percent, rate

LIMIT = 2.0
_A_MODE_OF_TRIPS = 0.005  # a smaller share of the trips is none
_FEWEST_ROUNDS = 6  # to say that they were all of one mode

Rounds = Sequence[Mapping[str, float]]
_FIGURES = (("throughput", TIME), ("p99", "p99_ns"))


def agreements(rows: Sequence[Row], model: Place, place: Place, repeated: Repeated) -> Iterator[Agreement]:
    for burners in (0, 1, 2, 4):
        what = f"echo beside {burners} that compute"
        both = model.echo(rows, burners), place.echo(rows, burners)
        if any(row is None or not row.ok for row in both):
            yield missing(what, place.name, why_not(*both))
            continue
        ours, theirs = (repeated.get(row.case, ()) for row in both if row)
        if burners:
            yield from compared(what, place.name, ours, theirs)
            yield _trips(what, place.name, ours, theirs)
        else:
            yield from _levels(what, place.name, ours, theirs)


def compared(what: str, where: str, ours: Rounds, theirs: Rounds) -> Iterator[Agreement]:
    """Throughput and tail, by mode where there are two, and how often either came."""
    cut = modes.boundary([*values(ours, TIME), *values(theirs, TIME)])
    if cut is None:
        yield from _levels(what, where, ours, theirs)
    else:
        for mode, (lower, upper) in (("fast", (0.0, cut)), ("slow", (cut, float("inf")))):
            kept = ([one for one in rounds if lower <= one.get(TIME, -1) < upper] for rounds in (ours, theirs))
            yield from _levels(f"{what}, {mode} rounds", where, *kept)
    yield _shares(f"{what}: modes", where, ours, theirs, cut)


def _levels(what: str, where: str, ours: Rounds, theirs: Rounds) -> Iterator[Agreement]:
    for name, field in _FIGURES:
        a, b = level(values(ours, field)), level(values(theirs, field))
        words = _rate if field == TIME else _time
        if a is None or b is None:
            texts = [f"{words(one)}" if one else "none came" for one in (a, b)]
            yield Agreement(f"{what}: {name}", where, *texts, "", "", NOT_DECIDABLE)
        else:
            off = over(b, a) if field == TIME else over(a, b)
            yield judged(f"{what}: {name}", where, (words(a), words(b)), off, LIMIT)


def _shares(what: str, where: str, ours: Rounds, theirs: Rounds, cut: float | None) -> Agreement:
    numbers = len(ours), len(theirs)
    if cut is None:
        texts = [f"one, in {count(number, 'round')}" for number in numbers]
        return Agreement(
            what, where, *texts, "", "the same modes", MET if min(numbers) >= _FEWEST_ROUNDS else NOT_DECIDABLE
        )
    fast = [Rate(sum(time < cut for time in values(one, TIME)), len(one)) for one in (ours, theirs)]
    same = modes.alike(*fast, LIMIT)
    met = NOT_DECIDABLE if same is None else MET if same else MISSED
    return Agreement(what, where, *(f"fast in {share}" for share in fast), "", f"shares {within(LIMIT)}", met)


def _trips(what: str, where: str, *both: Rounds) -> Agreement:
    """A trip is fast, or it waited for an interval, with little between; both have the same of these. The trips of all rounds
    count together, and one round alone decides nothing."""
    if min(map(len, both)) < 2:
        return missing(f"{what}: trips", where, "fewer than 2 rounds")
    fast, slow = ([_mean(seen, share) for seen in both] for share in ("fast_share", "slow_share"))
    texts = [f"{percent(f)} below 1 ms, {percent(s)} from 2.5 ms" for f, s in zip(fast, slow, strict=True)]
    kinds = [(f > _A_MODE_OF_TRIPS, s > _A_MODE_OF_TRIPS, f + s > 0.9) for f, s in zip(fast, slow, strict=True)]
    same = kinds[0] == kinds[1] and kinds[0][2]
    return Agreement(f"{what}: trips", where, *texts, "", "the same kinds", MET if same else MISSED)


def _mean(seen: Rounds, share: str) -> float:
    return statistics.fmean(one.get(share, 0.0) for one in seen)


def _rate(time: Ratio) -> str:
    return _interval([rate(1e9 / ns) if ns else "?" for ns in (time.value, time.high, time.low)], time)


def _time(time: Ratio) -> str:
    return _interval([duration(ns) for ns in time.as_tuple()], time)


def _interval(words: Sequence[str], time: Ratio) -> str:
    return words[0] if time.low == 0 else f"{words[0]} [{words[1]}, {words[2]}]"
