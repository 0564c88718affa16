"""A pool of 5 for five sleeps of 5 ms: done in about one of them, not in the sum."""

from concurrent.futures import ThreadPoolExecutor
import time


def run():
    with ThreadPoolExecutor(5) as pool:
        slept = list(pool.map(lambda number: (time.sleep(0.005), number)[1], range(5)))
    assert slept == list(range(5)), slept
