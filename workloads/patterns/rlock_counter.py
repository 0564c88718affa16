"""25 workers on a counter whose own methods lock an RLock, one from within the other."""

from threading import RLock

from patterns import run_threads


class Counter:
    def __init__(self):
        self._lock = RLock()
        self.value = 0

    def add(self, amount):
        with self._lock:
            self.value += amount

    def add_twice(self):
        with self._lock:
            self.add(1)
            self.add(1)


def run():
    counter = Counter()

    def work():
        for _ in range(100):
            counter.add_twice()

    run_threads(*[work] * 25)
    assert counter.value == 5_000, counter.value
