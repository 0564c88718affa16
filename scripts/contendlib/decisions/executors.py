"""Decisions about executors: which kind of parallelism pays for CPU-bound and for I/O-bound items, and from
which size on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from contendlib import remeasure
from contendlib.decisions.verdict import (
    NOT_PRINTED,
    Verdict,
    choice,
    confidence_of_rows,
    crew,
    grouped,
    verdict_of,
)
from contendlib.ranking import Ranking, Ratio, rank, speed_ratio
from contendlib.run_data import Row
from contendlib.wording import duration, joined

SERIAL = "serial"
BARE_THREADS = "bare_threads"  # no executor: what those within the cores can at most reach
_HELD_AGAINST_THEM = ("pool", "process_pool")

# Of one kind each, the workload that the first verdicts are about.
_PLAIN = ("cpu_chain", "tcp_request", "timer")
_COMPUTING = (
    "allocation",
    "floating_point",
    "hashing",
    "mandelbrot",
    "pointer_chase",
    "prime_count",
    "sharing",
    "streaming",
)
_SIZES = ("item_us", "item_ns", "delay_us")
# Items at an interpreter's pace are for the claims, and the smallest items and arrivals have tables of their own.
_APART = ("interpreted", "cpu_grain", "open_loop", "closed_loop")


def kind(row: Row) -> str:
    """What an item of this workload mostly does."""
    if row.workload.startswith("cpu") or row.workload in _COMPUTING:
        return "CPU-bound"
    if row.workload in ("timer", "crowd"):
        return "Timer"
    return "Mixed" if row.workload == "mixed" else "I/O-bound"


def compared(rows: Iterable[Row]) -> list[Row]:
    """Those that executors are compared by."""
    return [r for r in rows if not r.workload.startswith(_APART) and r.subject != BARE_THREADS]


def bare_threads(rows: Iterable[Row]) -> dict[str, Row]:
    """By what beside_bare_threads() looks for."""
    return {_place(r): r for r in rows if r.subject == BARE_THREADS and r.ok}


def beside_bare_threads(row: Row, bare: Mapping[str, Row]) -> Ratio | None:
    """Its speed over that of as many threads without an executor; None where those were not measured."""
    threads = bare.get(_place(row))
    return speed_ratio(row, threads) if threads and row.ok else None


def _place(row: Row) -> str:
    """Its case, whoever the subject is."""
    return row.case.replace(f"/{row.subject}/", "//", 1)


def experiment(row: Row) -> tuple[str, ...]:
    """Workload and arguments but for the size: what differs in them is not compared."""
    others = (f"{name}:{value}" for name, value in row.args.items() if name not in _SIZES)
    return row.workload, *others


def size_ns(row: Row) -> float:
    """Length of one item: its work, or the delay that it waits for."""
    return 1e3 * row.number("item_us", row.number("delay_us"))


def is_plain(row: Row) -> bool:
    """Whether it is one of those that the first verdicts are about."""
    return row.workload in _PLAIN


def pattern(row: Row) -> str:
    size = f" of {duration(size_ns(row))}" if size_ns(row) > 0 else ""
    which = "" if is_plain(row) else f" ({' '.join(experiment(row))})"
    return f"{kind(row)} items{size}{which}"


def decide(rows: Sequence[Row], cpus: int) -> list[Verdict]:
    verdicts: list[Verdict] = []
    bare = bare_threads(rows)
    for workload in grouped(compared(rows), experiment).values():
        sizes = grouped(sorted(workload, key=size_ns, reverse=True), size_ns)
        for place, cell in enumerate(sizes.values()):
            verdicts += _decide_size(cell, bare, cpus, largest=place == 0, smallest=place == len(sizes) - 1)
        verdicts += _break_even(workload, cpus)
    return verdicts


def serial_row(rows: Sequence[Row]) -> Row | None:
    return next((r for r in rows if r.subject == SERIAL and r.ok), None)


def _decide_size(
    rows: Sequence[Row], bare: Mapping[str, Row], cpus: int, largest: bool, smallest: bool
) -> list[Verdict]:
    """Verdicts for one size of item: within the cores, and oversubscribed."""
    serial = serial_row(rows)
    parallel = [r for r in rows if r.subject != SERIAL and r.ok and r.workers > 1]
    verdicts = []
    for regime, wanted in (("within cores", False), ("oversubscribed", True)):
        at_regime = [r for r in parallel if r.oversubscribed == wanted]
        most = max((r.workers for r in at_regime), default=0)
        ranking = rank([*(r for r in at_regime if r.workers == most), *([serial] if serial else [])])
        if most and ranking is not None:
            some = next(r for r in at_regime if r.workers == most)
            gains = _beside_bare_threads(ranking, bare)
            text = f"{pattern(some)}, {crew(some, cpus)}: {_choice(ranking, serial)}{gains}."
            verdicts.append(
                verdict_of(
                    ranking,
                    text,
                    pattern(some),
                    regime,
                    serial,
                    also=[bare[_place(some)]] if gains else (),
                    group=_group(some, regime, largest),
                    priority=_priority(some, regime, largest, smallest),
                )
            )
    return verdicts


def _choice(ranking: Ranking, serial: Row | None) -> str:
    if serial is None or serial not in ranking.tied or len(ranking.order) < 2:
        text = choice(ranking, serial)
        second = ranking.runner_up
        if ranking.clear and serial is not None and second is not None and second is not serial:
            text += f" (the next, {second.subject}, is {speed_ratio(second, serial)})"
        return text
    best = next(r for r in ranking.order if r is not serial)
    if ranking.clear:
        return f"stay serial; the best executor, {best.subject}, is {speed_ratio(best, serial).of(SERIAL)}"
    gain = speed_ratio(best, serial).of(SERIAL)
    return f"no clear winner: nothing clearly beats serial (the best, {best.subject}, is {gain})"


def _beside_bare_threads(ranking: Ranking, bare: Mapping[str, Row]) -> str:
    found = {r.subject: beside_bare_threads(r, bare) for r in ranking.order}
    told = [f"{name} {found[name]}" for name in _HELD_AGAINST_THEM if found.get(name)]
    return f"; beside as many bare threads: {joined(told)}" if told else ""


def _group(row: Row, regime: str, largest: bool) -> tuple[str, ...]:
    return ("executor", *experiment(row), regime, "largest" if largest else "smaller")


def _priority(row: Row, regime: str, largest: bool, smallest: bool) -> int:
    """CPU-bound work is decided within the cores; work that waits may well have more workers than there are
    CPUs."""
    table = {
        ("CPU-bound", "within cores", "largest"): 2,
        ("I/O-bound", "oversubscribed", "largest"): 3,
        ("CPU-bound", "within cores", "smallest"): 14,
        ("I/O-bound", "within cores", "largest"): 17,
    }
    place = "largest" if largest else "smallest" if smallest else ""
    if not is_plain(row):
        return NOT_PRINTED
    return table.get((kind(row), regime, place), NOT_PRINTED)


def break_even_size(rows: Sequence[Row], serials: dict[float, Row]) -> float | None:
    """The smallest item from which on an executor is clearly faster than serial at every larger size measured
    too."""
    found = None
    for row in sorted(rows, key=size_ns, reverse=True):
        serial = serials.get(size_ns(row))
        if serial is None or not row.ok or speed_ratio(row, serial).low <= 1:
            break
        found = size_ns(row)
    return found


def _break_even(rows: Sequence[Row], cpus: int) -> list[Verdict]:
    """From which item size on each executor beats serial, with as many workers as there are CPUs."""
    serials = {size_ns(r): r for r in rows if r.subject == SERIAL and r.ok}
    within = [r for r in rows if r.subject != SERIAL and 1 < r.workers and not r.oversubscribed]
    most = max((r.workers for r in within), default=0)
    at_most = [r for r in within if r.workers == most]
    sizes = sorted({size_ns(r) for r in at_most} & set(serials))
    if len(sizes) < 2:
        return []
    by_subject = grouped(at_most, lambda r: r.subject)
    found = {subject: break_even_size(of_one, serials) for subject, of_one in by_subject.items()}
    winners = sorted((size, subject) for subject, size in found.items() if size is not None)
    first = [subject for size, subject in winners if size == winners[0][0]]
    others = [subject for _, subject in winners[len(first) :]]
    some = at_most[0]
    named = [*serials.values(), *(r for r in at_most if r.ok)]
    what = f"{kind(some)} items, {crew(some, cpus)}"
    return [
        Verdict(
            text=f"{what}: {_break_even_words(found, winners, sizes)}.",
            pattern=f"{kind(some)} items: smallest that pays",
            regime="within cores",
            pick=None if len(first) > 1 else first[0] if first else SERIAL,
            runner_up=others[0] if others else None,
            margin=None,
            confidence=confidence_of_rows(named, _narrow(at_most, serials, first)),
            cases=tuple(r.case for r in named),
            command=remeasure.command(named),
            tied=tuple(first) if len(first) > 1 else (),
            suite="executor",
            group=("executor", *experiment(some), "break-even"),
            priority={"cpu_chain": 4, "tcp_request": 19}.get(some.workload, NOT_PRINTED),
        )
    ]


def _narrow(rows: Sequence[Row], serials: dict[float, Row], first: Sequence[str]) -> bool:
    """Whether one of the first may be next to no faster than serial somewhere, or another may be much faster and is not
    told apart."""
    compared = [(r.subject, speed_ratio(r, serials[size_ns(r)])) for r in rows if r.ok and size_ns(r) in serials]
    return any(
        1 < gain.low < 1.1 if subject in first else gain.low <= 1 and gain.high > 1.5 for subject, gain in compared
    )


def _break_even_words(
    found: dict[str, float | None], winners: Sequence[tuple[float, str]], sizes: Sequence[float]
) -> str:
    measured = f"measured {duration(sizes[0])} to {duration(sizes[-1])}"
    if not winners:
        return f"stay serial; no executor clearly beats it at any size ({measured})"
    by_size = grouped(winners, lambda w: w[0])
    parts = [
        f"{joined([subject for _, subject in group])} from {duration(size)}"
        for size, group in by_size.items()
    ]
    never = sorted(subject for subject, size in found.items() if size is None)
    text = f"clearly faster than serial are {'; '.join(parts)} on"
    return f"{text}; at no size {joined(never, 'or')} ({measured})" if never else f"{text} ({measured})"
