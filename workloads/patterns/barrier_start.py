"""Four threads come at different times and start together: nobody works before the last has come."""

from threading import Barrier, Lock

from patterns import run_threads

THREADS = 4


def run():
    start, lock = Barrier(THREADS), Lock()
    come = 0
    too_early = []

    def work():
        nonlocal come
        with lock:
            come += 1
        start.wait()
        if come != THREADS:
            too_early.append(come)

    run_threads(*[work] * THREADS)
    assert come == THREADS and not too_early, (come, too_early)
