"""The claims, and how each is decided. One function for each kind; a new claim is a line in CATALOGUE."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from contendlib.claims.finding import (
    DOES_NOT_HOLD,
    HOLDS,
    NOT_DECIDABLE,
    Claim,
    Finding,
    above,
    below,
    per_operation,
    rate_of,
    ratio_of,
    time_of,
    why_not,
)
from contendlib.claims.places import MODEL_OF_2, Place
from contendlib.claims.repeated import Repeated, over, speed_up
from contendlib.ranking import Ratio
from contendlib.run_data import Row


@dataclass(frozen=True)
class Machine:
    rows: Sequence[Row]
    cpus: int
    repeated: Repeated = field(default_factory=dict)

    def speed_up(self, row: Row | None) -> Ratio | None:
        return speed_up(row, self.repeated)


# The figure in words, and the verdict.
Outcome = tuple[str, str]
Decide = Callable[[Place, Machine], Outcome | None]
Judge = Callable[[Ratio, float], str]

GAIN = 1.2  # less than this is no speed-up
LOSS = 0.95  # less than this is slower
CONVOY = 0.1  # the kernel, sharing one CPU out among five, would leave twice as much
A_TIMER_NS = 5e6
INCREMENTS = 500_000

ABOUT_THE_GIL = "tutorials on threading, in the chapter on the GIL"
ABOUT_POOLS = "tutorials on concurrent.futures"
ABOUT_SYNC = "tutorials on synchronisation primitives"


def _judged(ratio: Ratio | None, rows: Sequence[Row | None], words: str, judge: Judge, limit: float) -> Outcome:
    """`words` have a place for the ratio; an interval that spans the limit decides nothing."""
    if ratio is None:
        return why_not(*rows), NOT_DECIDABLE
    verdict = judge(ratio, limit)
    doubt = f"; cannot be told from {limit:g}x" if verdict == NOT_DECIDABLE else ""
    return words.format(ratio) + doubt, verdict


def _compared(fast: Row | None, slow: Row | None, words: str, judge: Judge, limit: float) -> Outcome:
    return _judged(ratio_of(fast, slow), (fast, slow), words, judge, limit)


def _needs_two_cpus(decide: Decide) -> Decide:
    def guarded(place: Place, machine: Machine) -> Outcome | None:
        if machine.cpus < 2:
            return "this run had one CPU", NOT_DECIDABLE
        return decide(place, machine)

    return guarded


@_needs_two_cpus
def no_speed_up(place: Place, machine: Machine) -> Outcome | None:
    two = place.chain(machine.rows, "pool", 2)
    return _judged(machine.speed_up(two), [two], "2 threads: {} the speed of a loop", below, GAIN)


@_needs_two_cpus
def slower(place: Place, machine: Machine) -> Outcome | None:
    four = place.chain(machine.rows, "pool", 4)
    return _judged(machine.speed_up(four), [four], "4 threads: {} the speed of a loop", below, LOSS)


def waits_overlap(place: Place, machine: Machine) -> Outcome | None:
    if place.name == MODEL_OF_2:
        return None
    eight = place.request(machine.rows, "pool", 8)
    words = "8 threads: {} the speed of a loop, with waits of 10 ms"
    return _judged(machine.speed_up(eight), [eight], words, above, 2.0)


@_needs_two_cpus
def processes_help(place: Place, machine: Machine) -> Outcome | None:
    if not place.operations:
        return None
    two = place.chain(machine.rows, "processes", 2)
    return _judged(machine.speed_up(two), [two], "2 processes: {} the speed of a loop", above, GAIN)


def _cheaper(place: Place, machine: Machine, cheap: str, dear: str, words: str) -> Outcome | None:
    if not place.operations:
        return None
    a, b = place.operation(machine.rows, cheap), place.operation(machine.rows, dear)
    return _compared(a, b, words, above, 1.0)


def processes_cost(place: Place, machine: Machine) -> Outcome | None:
    words = "a task for a pool of threads: {} the speed of one for a pool of processes"
    return _cheaper(place, machine, "pool_task", "process_pool_task", words)


def pools_are_cheaper(place: Place, machine: Machine) -> Outcome | None:
    return _cheaper(place, machine, "pool_task", "thread", "a pool's task: {} the speed of a thread of its own")


def too_many(place: Place, machine: Machine) -> Outcome | None:
    rows = [place.chain(machine.rows, "pool", threads) for threads in (2, 8)]
    two, eight = map(machine.speed_up, rows)
    ratio = over(eight, two) if two and eight else None
    return _judged(ratio, rows, "8 threads: {} the speed of 2, for CPU-bound work", below, LOSS)


@_needs_two_cpus
def locking_serialises(place: Place, machine: Machine) -> Outcome | None:
    if not place.operations:
        return None
    alone, shared = (place.operation(machine.rows, "lock"), place.pattern(machine.rows, "shared_counter"))
    each = None if shared is None else per_operation(shared, INCREMENTS)
    return _compared(each, alone, "5 threads that count under one lock: {} the speed of one", below, GAIN)


def asyncio_keeps_up(place: Place, machine: Machine) -> Outcome | None:
    if "asyncio" not in place.names:
        return None
    threads, loop = place.request(machine.rows, "pool", 64), place.request(machine.rows, "asyncio", 64)
    return _compared(loop, threads, "64 requests at a time, an event loop: {} the speed of 64 threads", above, 0.9)


def timers_are_late(place: Place, machine: Machine) -> Outcome | None:
    if not place.operations:
        return None
    row = place.pattern(machine.rows, "timer_cancelled")
    if row is None or not row.ok:
        return why_not(row), NOT_DECIDABLE
    text = f"never early; {time_of(row)} for 5 ms, start and join included"
    return text, _late(row)


def _late(row: Row) -> str:
    if row.n < 2 or row.low_ns <= A_TIMER_NS < row.high_ns:
        return NOT_DECIDABLE
    return HOLDS if row.low_ns > A_TIMER_NS else DOES_NOT_HOLD


def convoys(place: Place, machine: Machine) -> Outcome | None:
    rows = {burners: place.echo(machine.rows, burners) for burners in (0, 1, 4)}
    rates = [f"{rate_of(row)} beside {k}" for k, row in rows.items() if row is not None and row.ok]
    words = f"an echo beside 4 that compute: {{}} its speed alone; {', '.join(rates)}"
    return _compared(rows[4], rows[0], words, below, CONVOY)


def passes(pattern: str, words: str) -> Decide:
    """What a checked program shows by passing its check in every repetition."""

    def decide(place: Place, machine: Machine) -> Outcome | None:
        if not place.operations:
            return None
        row = place.pattern(machine.rows, pattern)
        if row is None:
            return why_not(row), NOT_DECIDABLE
        if not row.ok:
            return f"failed: {row.error or row.status}", DOES_NOT_HOLD
        return f"{words}; {time_of(row)} a run", HOLDS

    return decide


CATALOGUE: tuple[tuple[Claim, Decide], ...] = (
    (Claim("Threads do not speed up CPU-bound work, because of the GIL", ABOUT_THE_GIL), no_speed_up),
    (Claim("Threads make CPU-bound work slower", ABOUT_THE_GIL), slower),
    (Claim("Threads speed up I/O-bound work", ABOUT_THE_GIL), waits_overlap),
    (Claim("A thread that computes slows those that wait and answer", "talks on the GIL's convoy"), convoys),
    (Claim("Processes give real parallelism", "tutorials on multiprocessing"), processes_help),
    (Claim("Processes cost more than threads", "tutorials on multiprocessing"), processes_cost),
    (Claim("A pool is cheaper than a thread for each task", ABOUT_POOLS), pools_are_cheaper),
    (Claim("Too many threads degrade", ABOUT_POOLS), too_many),
    (
        Claim("An exception in a pool's task reaches who asks for the result", ABOUT_POOLS),
        passes("pool_exception", "it arrived, and the pool went on"),
    ),
    (Claim("asyncio is an alternative to threads for I/O", "tutorials on asyncio"), asyncio_keeps_up),
    (Claim("Too much locking makes threads take turns", ABOUT_SYNC), locking_serialises),
    (
        Claim("An RLock may be taken again by its holder without a deadlock", ABOUT_SYNC),
        passes("nested_rlock", "ten levels deep, by 2 threads"),
    ),
    (
        Claim("A Semaphore(3) never lets a fourth in", ABOUT_SYNC),
        passes("limited_entry", "six came, never more than three were inside"),
    ),
    (
        Claim("A Barrier releases all at once", ABOUT_SYNC),
        passes("barrier_start", "nobody worked before the last had come"),
    ),
    (
        Claim("Locks taken in one order do not deadlock", ABOUT_SYNC),
        passes("ordered_accounts", "1,000 transfers in both directions"),
    ),
    (
        Claim("A time-out turns a deadlock into an error", ABOUT_SYNC),
        passes("deadlock_detected", "noticed after 2 ms"),
    ),
    (Claim("A Timer makes no promise of the exact time", ABOUT_SYNC), timers_are_late),
    (
        Claim("A daemon thread does not hold up the end of the program", "tutorials on daemon threads"),
        passes("daemon_at_exit", "gone while the daemon slept"),
    ),
)


def findings(places: Sequence[Place], machine: Machine) -> list[Finding]:
    """Every claim in every place where it can be tried."""
    found = []
    for claim, decide in CATALOGUE:
        for place in places:
            outcome = decide(place, machine)
            if outcome is not None:
                found.append(Finding(claim.text, claim.source, place.name, *outcome))
    return found
