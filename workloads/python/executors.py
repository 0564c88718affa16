"""The ways to run a batch of items that Python offers. Each is entered for a number of workers, and then runs
batches: run(function, ids) returns the results in the order of the ids."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
import contextlib
import multiprocessing
import threading

import items


@contextlib.contextmanager
def loop(_workers):
    """One item after the other."""
    yield lambda function, ids: [function(item) for item in ids]


@contextlib.contextmanager
def threads(workers):
    """A thread for every item, so many at once."""

    def run(function, ids):
        seats = threading.BoundedSemaphore(workers)
        results = [None] * len(ids)

        def work(index, item):
            try:
                results[index] = function(item)
            finally:
                seats.release()

        started = []
        for index, item in enumerate(ids):
            seats.acquire()
            thread = threading.Thread(target=work, args=(index, item))
            thread.start()
            started.append(thread)
        for thread in started:
            thread.join()
        return results

    yield run


@contextlib.contextmanager
def thread_pool(workers):
    with ThreadPoolExecutor(workers) as pool:
        yield lambda function, ids: list(pool.map(function, ids))


@contextlib.contextmanager
def process_map(workers):
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        yield lambda function, ids: pool.map(function, ids, chunksize=1)


@contextlib.contextmanager
def process_pool(workers):
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("fork")) as pool:
        yield lambda function, ids: list(pool.map(function, ids))


EXECUTORS = {
    "loop": loop,
    "threading.Thread": threads,
    "ThreadPoolExecutor": thread_pool,
    "multiprocessing.Pool": process_map,
    "ProcessPoolExecutor": process_pool,
}


class EventLoop:
    """asyncio: so many connections, each asked one thing at a time, in one thread."""

    def __init__(self, port, delay_us, workers):
        self._port, self._delay_us, self._workers = port, delay_us, workers

    def __enter__(self):
        import asyncio

        self._loop = asyncio.new_event_loop()
        self._connections = self._loop.run_until_complete(self._connect())
        return lambda ids: self._loop.run_until_complete(self._run(ids))

    def __exit__(self, *_):
        for _reader, writer in self._connections:
            writer.close()
        self._loop.close()

    async def _connect(self):
        import asyncio

        return [await asyncio.open_connection("127.0.0.1", self._port) for _ in range(self._workers)]

    async def _run(self, ids):
        import asyncio

        left = iter(enumerate(ids))
        results = [None] * len(ids)

        async def work(reader, writer):
            for index, item in left:
                writer.write(items.encoded(item, self._delay_us))
                results[index] = items.decoded(await reader.readexactly(8))

        await asyncio.gather(*[work(*connection) for connection in self._connections])
        return results
