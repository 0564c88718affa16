"""What one operation of each object costs where nobody else wants it. Each function prepares the object and
yields one that does the operation so many times."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
import contextlib
import multiprocessing
import queue
import threading

OPERATIONS = {}


def operation(prepare):
    OPERATIONS[prepare.__name__] = contextlib.contextmanager(prepare)
    return prepare


def _enter_and_leave(lock):
    def run(times):
        for _ in range(times):
            with lock:
                pass

    return run


def _put_and_get(box):
    def run(times):
        for item in range(times):
            box.put(item)
            box.get()

    return run


@operation
def lock():
    yield _enter_and_leave(threading.Lock())


@operation
def rlock():
    yield _enter_and_leave(threading.RLock())


@operation
def semaphore():
    yield _enter_and_leave(threading.Semaphore())


@operation
def event():
    """Set, a wait that finds it set, clear."""
    flag = threading.Event()

    def run(times):
        for _ in range(times):
            flag.set()
            flag.wait()
            flag.clear()

    yield run


@operation
def condition():
    """A notification that nobody waits for, with the lock around it."""
    changed = threading.Condition(threading.Lock())

    def run(times):
        for _ in range(times):
            with changed:
                changed.notify()

    yield run


@operation
def barrier():
    """A barrier for one."""
    alone = threading.Barrier(1)

    def run(times):
        for _ in range(times):
            alone.wait()

    yield run


@operation
def queue_():
    yield _put_and_get(queue.Queue())


@operation
def lifo_queue():
    yield _put_and_get(queue.LifoQueue())


@operation
def priority_queue():
    yield _put_and_get(queue.PriorityQueue())


@operation
def thread():
    """Start and join."""

    def run(times):
        for _ in range(times):
            started = threading.Thread(target=int)
            started.start()
            started.join()

    yield run


@operation
def pool_task():
    """Submit, and wait for the result."""
    with ThreadPoolExecutor(1) as pool:
        yield _ask(pool)


@operation
def process_pool_task():
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
        yield _ask(pool)


def _ask(pool):
    def run(times):
        for _ in range(times):
            assert pool.submit(int).result() == 0

    return run
