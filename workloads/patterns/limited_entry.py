"""Six threads through a Semaphore(3): never more than three inside."""

from threading import Lock, Semaphore
import time

from patterns import run_threads


def run():
    door, lock = Semaphore(3), Lock()
    inside = most = passed = 0

    def visit():
        nonlocal inside, most, passed
        with door:
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.001)
            with lock:
                inside -= 1
                passed += 1

    run_threads(*[visit] * 6)
    assert passed == 6 and most <= 3, (passed, most)
