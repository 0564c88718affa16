"""Four workers on a Queue; join() returns when task_done() was called for every item."""

from queue import Queue
from threading import Lock, Thread

ITEMS = 400


def run():
    queue, lock = Queue(), Lock()
    done = 0

    def work():
        nonlocal done
        while True:
            item = queue.get()
            if item is not None:
                with lock:
                    done += item
            queue.task_done()
            if item is None:
                return

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(ITEMS):
        queue.put(1)
    queue.join()
    assert done == ITEMS, done
    for _ in threads:
        queue.put(None)
    for thread in threads:
        thread.join()
