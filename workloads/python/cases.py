"""The cases of this program, and how each is measured."""

from functools import partial
import os
import statistics
import time

import convoy
import executors
import items
import operations
import patterns

STEPS, ITEM_US, DELAY_US = 4000, 1_000, 10_000
CHAIN_ARGS, REQUEST_ARGS = {"steps": STEPS}, {"delay_us": DELAY_US}

CHAIN_WORKERS = {
    "loop": (1,),
    "threading.Thread": (1, 2, 4, 8),
    "ThreadPoolExecutor": (1, 2, 4, 8),
    "multiprocessing.Pool": (2,),
    "ProcessPoolExecutor": (2,),
}
REQUEST_WORKERS = {
    "loop": (1,),
    "threading.Thread": (8,),
    "ThreadPoolExecutor": (1, 8, 64),
    "ProcessPoolExecutor": (8,),
    "asyncio": (8, 64),
}
CONVOY_ROUNDS = 8
TIMES = 1_000
FEWEST_PAIRS, ROUNDS_OF_PAIRS = 3, 8
COSTLY = {"thread": 10, "pool_task": 20, "process_pool_task": 20}


class Case:
    """One cell. `measure(settings)` returns (operations, seconds, counters)."""

    def __init__(self, suite, workload, subject, workers, args, measure, rounds=1):
        self.suite, self.workload, self.subject = suite, workload, subject
        self.workers, self.args, self.measure, self.rounds = workers, args, measure, rounds

    @property
    def name(self):
        args = "".join("/{}:{}".format(name, value) for name, value in self.args.items())
        return "{}/{}/{}/workers:{}{}".format(self.suite, self.workload, self.subject, self.workers, args)

    def listed(self):
        return {
            "name": self.name,
            "suite": self.suite,
            "workload": self.workload,
            "subject": self.subject,
            "team": "none",
            "workers": self.workers,
            "args": self.args,
            "oversubscribed": self.workers > len(os.sched_getaffinity(0)),
            "quick": False,
            "rounds": self.rounds,
        }


def cases(suite):
    """All of them, as of the interpreter that runs this."""
    found = []
    for subject, counts in CHAIN_WORKERS.items():
        for workers in counts:
            measure = partial(_measure_chain, subject, workers)
            found.append(Case(suite, "interpreted_chain", subject, workers, CHAIN_ARGS, measure, ROUNDS_OF_PAIRS))
    for subject, counts in REQUEST_WORKERS.items():
        for workers in counts:
            measure = partial(_measure_requests, subject, workers)
            found.append(Case(suite, "interpreted_request", subject, workers, REQUEST_ARGS, measure, ROUNDS_OF_PAIRS))
    for name in operations.OPERATIONS:
        measure = partial(_measure_operation, name)
        found.append(Case(suite, "operation_" + name.rstrip("_"), suite, 1, {}, measure))
    for name in patterns.PATTERNS:
        found.append(Case(suite, name, suite, 1, {}, partial(_measure_pattern, name)))
    for burners in (0, 1, 2, 4):
        measure = partial(_measure_convoy, burners)
        found.append(
            Case(suite, "convoy", "threading.Thread", 1, {"burners": burners}, measure, CONVOY_ROUNDS)
        )
    return found


def repeated(batch, items_in_a_batch, seconds):
    """Calls it once, then until so much time has passed in it. (items, seconds)"""
    batch()
    done, spent = 0, 0.0
    while done < 2 or spent < seconds:
        start = time.perf_counter()
        batch()
        spent += time.perf_counter() - start
        done += items_in_a_batch
    return done, spent


def _checked_batches(run, function, ids, expected, alone, seconds):
    """As run_batches() of run_batches.h has it: before each batch, `alone` of its items are done one after the other."""
    clock = time.perf_counter
    _check(run(ids), expected)
    done, spent, speed_ups = 0, 0.0, []
    enough = clock() + ROUNDS_OF_PAIRS * seconds
    while len(speed_ups) < FEWEST_PAIRS or spent < seconds or clock() < enough:
        start = clock()
        serial = [function(item) for item in ids[:alone]]
        middle = clock()
        results = run(ids)
        end = clock()
        _check(serial, expected[:alone])
        _check(results, expected)
        speed_ups.append((middle - start) / alone / ((end - middle) / len(ids)))
        done += len(ids)
        spent += end - middle
    checksum = sum(expected) & 0xFFFFFFFF
    return done, spent, {"items": len(ids), "checksum": checksum, "speed_up": statistics.median(speed_ups)}


def _check(results, expected):
    if results != expected:
        raise AssertionError("a result differs from the oracle's")


def _fitting(seconds, item_us, most):
    """As items_in_a_quarter() of executor_workload.h has it, so that a batch is the same."""
    return min(most, max(1, int(seconds * 1e9) // (1000 * item_us)))


def _measure_chain(subject, workers, settings):
    alone = _fitting(settings.seconds, ITEM_US, 64)
    ids = range(max(workers, alone))
    function = partial(items.chain, STEPS)
    expected = [function(item) for item in ids]
    with executors.EXECUTORS[subject](workers) as run:
        return _checked_batches(partial(run, function), function, ids, expected, alone, settings.seconds)


def _measure_requests(subject, workers, settings):
    alone = _fitting(settings.seconds, DELAY_US, 8)
    ids = range(workers * alone)
    expected = [items.checksum(item) for item in ids]
    with items.DelayServer(settings.delay_server) as port:
        function = partial(items.request, port, DELAY_US)
        if subject == "asyncio":
            with executors.EventLoop(port, DELAY_US, workers) as run:
                return _checked_batches(run, function, ids, expected, alone, settings.seconds)
        with executors.EXECUTORS[subject](workers) as run:
            return _checked_batches(partial(run, function), function, ids, expected, alone, settings.seconds)


def _measure_operation(name, settings):
    times = COSTLY.get(name, TIMES)
    with operations.OPERATIONS[name]() as run:
        done, spent = repeated(lambda: run(times), times, settings.seconds)
    return done, spent, {}


def _measure_pattern(name, settings):
    done, spent = repeated(patterns.function(name), 1, settings.seconds)
    return done, spent, {}


def _measure_convoy(burners, settings):
    seen = convoy.run(burners, CONVOY_ROUNDS * settings.seconds)
    return seen.pop("trips"), seen.pop("seconds"), seen
