"""Five threads write to one name and each reads back its own value."""

from threading import Barrier, Lock, local

from patterns import run_threads

THREADS = 5


def run():
    mine, all_have_written, lock = local(), Barrier(THREADS), Lock()
    seen = []

    def work(number):
        mine.value = number
        all_have_written.wait()
        with lock:
            seen.append(mine.value)

    run_threads(*[lambda number=number: work(number) for number in range(THREADS)])
    assert sorted(seen) == list(range(THREADS)), seen
