"""Two threads take two locks in opposite order: a time-out notices, and who notices gives way."""

from threading import Barrier, Lock

from patterns import run_threads

PATIENCE_S = 0.002


def run():
    locks, both_hold_one = (Lock(), Lock()), Barrier(2)
    noticed = []

    def work(first, second):
        with first:
            both_hold_one.wait()
            if second.acquire(timeout=PATIENCE_S):
                second.release()
            else:
                noticed.append(True)

    run_threads(lambda: work(*locks), lambda: work(*reversed(locks)))
    assert noticed, "nobody noticed that each waits for the other"
