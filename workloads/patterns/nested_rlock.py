"""A method that holds an RLock calls another that takes it too: no deadlock."""

from threading import RLock

from patterns import run_threads


def run():
    lock = RLock()
    total = 0

    def add(depth):
        nonlocal total
        with lock:
            total += 1
            if depth > 1:
                add(depth - 1)

    run_threads(*[lambda: add(10)] * 2)
    assert total == 20, total
