"""A Queue of 10 between a producer and a consumer who stop at an Event; what is still queued is taken too."""

from queue import Empty, Queue
from threading import Event

from patterns import run_threads

ITEMS = 1_000


def run():
    queue, stop = Queue(10), Event()
    taken = []

    def produce():
        for item in range(ITEMS):
            queue.put(item)
        stop.set()

    def consume():
        while not stop.is_set() or not queue.empty():
            try:
                taken.append(queue.get(timeout=0.01))
            except Empty:
                pass

    run_threads(produce, consume)
    assert taken == list(range(ITEMS))
