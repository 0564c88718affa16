"""A producer, a consumer and a Queue; None says that nothing more comes."""

from queue import Queue

from patterns import run_threads

ITEMS = 1_000


def run():
    queue = Queue()
    taken = []

    def produce():
        for item in range(ITEMS):
            queue.put(item)
        queue.put(None)

    def consume():
        while True:
            item = queue.get()
            if item is None:
                return
            taken.append(item)

    run_threads(produce, consume)
    assert taken == list(range(ITEMS))
