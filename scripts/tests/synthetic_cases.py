"""Plausible figures for made-up results: the cases of each suite with their time and counters, on a machine
of any size."""

from __future__ import annotations

from collections.abc import Iterator
import math
from typing import Any

Case = dict[str, Any]
Figures = Iterator[tuple[Case, float, dict[str, float]]]

# Uncontended ns; ns added per waiting worker; factor when oversubscribed; Jain's index within the cores.
LOCKS = {
    "Lock": (19.0, 30.0, 1.3, 0.97),
    "SpinLock": (8.7, 4.0, 5.0, 0.55),
    "TicketLock": (11.0, 18.0, 900.0, 1.0),
    "std::mutex": (19.6, 45.0, 1.2, 0.95),
    "tbb::spin_mutex": (8.9, 9.0, 4.0, 0.91),
    "tbb::queuing_mutex": (17.0, 20.0, 700.0, 1.0),
    "absl::Mutex": (42.0, 38.0, 1.4, 0.93),
    "boost::fibers::mutex": (30.0, 60.0, 1.5, 0.9),
    "null": (0.4, 0.0, 1.0, 1.0),
}
QUEUES = {
    "SpscRing": (2.9, 1),
    "MpmcRing": (8.0, 9),
    "MutexQueue": (60.0, 9),
    "tbb::concurrent_bounded_queue": (27.0, 9),
    "boost::lockfree::queue": (43.0, 9),
}
EXECUTORS = {
    "serial": 0.0,
    "pool": 2_000.0,
    "threads": 20_000.0,
    "processes": 340_000.0,
    "process_pool": 9_000.0,
    "oneTBB": 900.0,
    "bare_threads": 500.0,
}
SYNC = (
    (
        "semaphore_pool",
        {"permits": 1, "hold_ns": 50},
        {"Semaphore": 120.0, "std::counting_semaphore": 400.0, "sem_t": 300.0},
    ),
    (
        "condition_ping_pong",
        {},
        {"Condition": 600.0, "std::condition_variable": 9_000.0, "absl::Mutex::Await": 9_500.0},
    ),
    ("barrier_phases", {}, {"Barrier": 300.0, "std::barrier": 900.0, "pthread_barrier_t": 12_000.0}),
)
FLOORS = {
    "rmw/op:fetch_add": 8.4,
    "rmw/op:exchange": 8.6,
    "rmw/op:compare_exchange": 9.1,
    "syscall/call:getppid": 95.0,
    "futex_wake_to_running/cpu:same": 2_000.0,
    "futex_wake_to_running/cpu:other": 22_000.0,
    "create_and_reap/what:thread": 21_000.0,
    "create_and_reap/what:vfork": 24_000.0,
    "create_and_reap/what:fork": 340_000.0,
    "create_and_reap/what:posix_spawn": 2_400_000.0,
    "round_trip/over:pipe/cpu:other": 35_000.0,
    "round_trip/over:tcp/cpu:other": 69_000.0,
    "round_trip/over:shm_futex/cpu:other": 1_700.0,
    "round_trip/over:shm_spin/cpu:other": 550.0,
}


def worker_counts(cpus: int) -> list[int]:
    powers = [1 << i for i in range(cpus.bit_length()) if 1 << i <= cpus]
    return sorted({*powers, cpus, 2 * cpus, 4 * cpus})


def case_of(
    suite: str, workload: str, subject: str, team: str, workers: int, args: dict[str, Any], cpus: int
) -> Case:
    named = [f"{k}:{v}" for k, v in args.items()]
    middle = [subject] if suite != "floor" else []
    middle += [f"team:{team}"] if suite in ("lock", "queue", "sync") else []
    middle += [f"workers:{workers}"] if suite != "floor" else []
    return {
        "case": "/".join([suite, workload, *middle, *named]),
        "suite": suite,
        "workload": workload,
        "subject": subject,
        "team": team,
        "workers": workers,
        "args": args,
        "oversubscribed": workers > cpus,
    }


def lock_cases(cpus: int, workers: list[int]) -> Figures:
    for team in ("threads", "processes"):
        for cs_ns, out_ns in ((0, 0), (50, 50), (200, 200), (2000, 2000)):
            for subject, (alone, per_waiter, over, jain) in LOCKS.items():
                if team == "processes" and subject not in ("Lock", "SpinLock", "TicketLock", "null"):
                    continue
                for n in workers:
                    case = case_of(
                        "lock", "sections", subject, team, n, {"cs_ns": cs_ns, "out_ns": out_ns}, cpus
                    )
                    waiting = min(n, cpus) - 1
                    handover = per_waiter * math.log2(1 + waiting) * (0.3 if jain < 0.8 else 1)
                    ns = cs_ns + alone + handover + out_ns / n if n > 1 else cs_ns + alone + out_ns
                    ns *= over if n > cpus else 1
                    counters = share_counters(n, jain if n > 1 else 1.0)
                    yield case, ns, counters | wait_counters(ns, 1 if jain > 0.9 else 100)
    yield from reading_cases(cpus, workers)
    yield from hand_off_cases(cpus, workers)
    yield from other_lock_cases(cpus, workers)
    yield from recursion_cases(cpus, workers)


def reading_cases(cpus: int, workers: list[int]) -> Figures:
    """tbb::spin_mutex stands for a lock with a form for readers."""
    for percent in (50, 90, 99):
        for subject, (alone, per_waiter, over, jain) in LOCKS.items():
            for n in (n for n in workers if n > 1):
                sharing = subject == "tbb::spin_mutex"
                args = {"read_percent": percent, "cs_ns": 200}
                case = case_of("lock", "readers_writers", subject, "threads", n, args, cpus)
                at_once = 1 + (min(n, cpus) - 1) * percent / 100 if sharing else 1
                ns = (200 + alone + per_waiter) / at_once * (over if n > cpus else 1)
                yield case, ns, {**share_counters(n, jain), "shared_form": float(sharing)}


def hand_off_cases(cpus: int, workers: list[int]) -> Figures:
    """Who collapses oversubscribed never sleeps."""
    del workers
    for hold_ns in (500, 100_000):
        for subject, (alone, per_waiter, over, _) in LOCKS.items():
            sleeps = hold_ns > 500 and over < 2
            wait = 24_000 + alone if sleeps else 90 + per_waiter
            counters = {"wait_p50_ns": wait, "voluntary_switches_per_op": float(sleeps)}
            case = case_of("lock", "hand_off", subject, "threads", 2, {"hold_ns": hold_ns}, cpus)
            yield case, hold_ns + wait, counters


def other_lock_cases(cpus: int, workers: list[int]) -> Figures:
    settings = (
        ("touched_lines", {"lines": 8}),
        ("timed_acquires", {"timeout_ns": 1000, "cs_ns": 2000}),
        ("nested_locks", {"locks": 100, "zipf": 0.99}),
    )
    for workload, args in settings:
        for subject, (alone, per_waiter, over, jain) in LOCKS.items():
            for n in (n for n in workers if n > 1 and not (subject == "SpinLock" and "timeout_ns" in args)):
                case = case_of("lock", workload, subject, "threads", n, args, cpus)
                yield case, (500 + alone + per_waiter) * (over if n > cpus else 1), share_counters(n, jain)


def recursion_cases(cpus: int, workers: list[int]) -> Figures:
    for depth in (1, 4):
        for subject, ns in (("RLock", 12.0), ("std::recursive_mutex", 25.0)):
            for n in workers:
                case = case_of("lock", "recursion", subject, "threads", n, {"depth": depth}, cpus)
                yield case, ns * depth * (1 + math.log2(n)), share_counters(n, 0.97)


def wait_counters(ns: float, unfairness: float) -> dict[str, float]:
    """Waits whose tail is the longer the less fair they are: the longest of 50,000 of them is beyond the percentiles."""
    shares = {"p50": 1.0, "p90": 3.0, "p99": 20.0, "p999": 100.0}
    tails = {name: ns * factor * (unfairness if factor > 3 else 1 / unfairness) for name, factor in shares.items()}
    return {
        **{f"wait_{name}_ns": value for name, value in tails.items()},
        **{f"wait_time_{name}_ns": 2 * value for name, value in tails.items()},
        "wait_max_ns": 5 * max(tails.values()),
        "wait_samples": 50_000.0,
    }


def share_counters(workers: int, jain: float) -> dict[str, float]:
    """Shares whose Jain index is the one wanted: one worker gets more, the others less and alike."""
    spread = math.sqrt(max(1 / jain - 1, 0) / max(workers - 1, 1)) if workers > 1 else 0.0
    shares = [
        (1 + spread * (workers - 1) if i == 0 else max(1 - spread, 0.0)) / workers for i in range(workers)
    ]
    exact = 1 / (workers * sum(s * s for s in shares))
    return {
        "jain": exact,
        "min_max_share": min(shares) / max(shares),
        "longest_gap_ns": 2e5 * workers,
        **{f"share_{i}": s for i, s in enumerate(shares)},
    }


def queue_cases(cpus: int, workers: list[int]) -> Figures:
    sides = [n for n in workers if n <= cpus]
    for wait in ("spin", "block"):
        for subject, (ns, most) in QUEUES.items():
            blocking = 1.0 if wait == "spin" else 1.4
            for p in sides:
                for c in sides:
                    if p <= most and c <= most or most > 1:
                        args = {"producers": p, "consumers": c, "capacity": 1024, "wait": wait}
                        case = case_of("queue", "throughput", subject, "threads", p + c, args, cpus)
                        crowd = (p * c) ** (0.1 if most == 1 else 0.35) * (
                            3.0 if p + c > cpus and wait == "spin" else 1.0
                        )
                        yield case, ns * blocking * crowd, share_counters(p + c, 0.9)
            args = {"capacity": 1024, "wait": wait}
            case = case_of("queue", "ping_pong", subject, "threads", 2, args, cpus)
            switches = {"voluntary_switches_per_op": 0.0 if wait == "spin" else 1.5}
            yield case, (105 + 4 * ns if wait == "spin" else 30_000 + 40 * ns), wait_counters(105 + 4 * ns, 1) | switches
    yield from other_queue_cases(cpus)
    yield from standing_cases(cpus, workers)


def other_queue_cases(cpus: int) -> Figures:
    """Who needs more than 30 ns for a message cannot carry the load."""
    sides = {"producers": 1, "consumers": 1, "capacity": 1024}
    for subject, (ns, _) in QUEUES.items():
        for args in ({"wait": "spin", "payload": 64}, {"wait": "spin", "payload": 1024}):
            yield case_of("queue", "payload", subject, "threads", 2, sides | args, cpus), 2 * ns, {}
        late = {"saturated": float(ns > 30), "wait_p99_ns": 10 * ns}
        args = {"wait": "spin", "load_percent": 90}
        yield case_of("queue", "offered_load", subject, "threads", 2, sides | args, cpus), 100.0, late
        args = {"interval_ms": 5, "wait": "block"}
        yield case_of("queue", "idle_consumer", subject, "threads", 2, args, cpus), 5e6, {"wait_p50_ns": 9_000 + ns}


def standing_cases(cpus: int, workers: list[int]) -> Figures:
    for subject, ns in (("PriorityQueue", 300.0), ("std::priority_queue", 500.0), ("LifoQueue", 40.0)):
        for n in workers:
            case = case_of("queue", "standing", subject, "threads", n, {"items": 10_000}, cpus)
            yield case, ns * (1 + math.log2(n)), share_counters(n, 0.95)


def executor_cases(cpus: int, workers: list[int]) -> Figures:
    for workload, arg, sizes in (
        ("cpu_chain", "item_us", (1, 10, 100, 1000)),
        ("tcp_request", "delay_us", (100, 1000, 10_000)),
    ):
        cpu_bound = workload == "cpu_chain"
        for size in sizes:
            for subject, overhead in EXECUTORS.items():
                for n in [1] if subject == "serial" else workers:
                    at_once = min(n, cpus) if cpu_bound else n
                    own = size * 1e3 + (0 if cpu_bound else 60_000)
                    case = case_of("executor", workload, subject, "none", n, {arg: size}, cpus)
                    yield case, own / at_once + overhead / min(n, cpus), {"items": 64.0, "cpu_ns_per_op": own}
    yield from grain_cases(cpus, workers)


def grain_cases(cpus: int, workers: list[int]) -> Figures:
    """An item and its executor's overhead, which the workers share out among them."""
    for size in (100, 1000, 10_000, 100_000):
        for subject, overhead in EXECUTORS.items():
            for n in [1] if subject == "serial" else workers:
                case = case_of("executor", "cpu_grain", subject, "none", n, {"item_ns": size}, cpus)
                yield case, (size + overhead) / min(n, cpus), {"items": 64.0}


def sync_cases(cpus: int, workers: list[int]) -> Figures:
    del workers
    for workload, arg, subjects in SYNC:
        for n in (2,) if workload == "condition_ping_pong" else (2, 64):
            for subject, ns in subjects.items():
                crowd = 1 if n <= cpus else 40
                case = case_of("sync", workload, subject, "threads", n, arg, cpus)
                yield case, crowd * ns, share_counters(n, 0.99)
    for workload, subjects in (
        ("event_broadcast", {"Event": 25_000.0, "std::atomic::wait": 31_000.0}),
        ("condition_broadcast", {"Condition": 26_000.0, "std::condition_variable": 40_000.0}),
    ):
        for waiters in (1, 64):
            for subject, ns in subjects.items():
                case = case_of("sync", workload, subject, "threads", waiters + 1, {"waiters": waiters}, cpus)
                yield case, ns * (1 + waiters / 8), {"first_p50_ns": ns}
    case = case_of("sync", "semaphore_uncontended", "Semaphore", "threads", 1, {"op": "acquire_release"}, cpus)
    yield case, 19.0, {}


def floor_cases(cpus: int, workers: list[int]) -> Figures:
    del workers
    for name, ns in FLOORS.items():
        workload, *args = name.split("/")
        yield case_of("floor", workload, "floor", "none", 1, dict(a.split(":") for a in args), cpus), ns, {}
    for a in range(cpus):
        for b in range(cpus):
            if a != b:
                ns = (
                    40.0
                    if a // 2 == b // 2 and cpus > 2
                    else 90.0
                    if a // max(cpus // 2, 1) == b // max(cpus // 2, 1)
                    else 190.0
                )
                yield case_of(
                    "floor", "cache_line_round_trip", "floor", "none", 1, {"from": a, "to": b}, cpus
                ), ns, {}


MAKERS = {
    "lock": lock_cases,
    "queue": queue_cases,
    "executor": executor_cases,
    "sync": sync_cases,
    "floor": floor_cases,
}
