"""A Timer of a minute is cancelled; another of 5 ms calls, once and not early."""

from threading import Timer
import time


def run():
    called = []
    start = time.perf_counter()
    kept = Timer(0.005, lambda: called.append(time.perf_counter() - start))
    cancelled = Timer(60, lambda: called.append(-1.0))
    kept.start()
    cancelled.start()
    cancelled.cancel()
    cancelled.join()
    kept.join()
    assert len(called) == 1 and called[0] >= 0.005, called
