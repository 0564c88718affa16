"""A counter shared by 5 threads, 100,000 increments each, under a Lock."""

from threading import Lock

from patterns import run_threads


def run():
    lock = Lock()
    count = 0

    def work():
        nonlocal count
        for _ in range(100_000):
            with lock:
                count += 1

    run_threads(*[work] * 5)
    assert count == 500_000, count
