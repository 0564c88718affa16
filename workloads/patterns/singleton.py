"""Ten threads ask for the one instance; it is made once."""

from threading import Barrier, Lock

from patterns import run_threads

THREADS = 10


def run():
    class Service:
        _instance, _lock, made = None, Lock(), 0

        @classmethod
        def instance(cls):
            if cls._instance is None:
                with cls._lock:
                    if cls._instance is None:
                        cls.made += 1
                        cls._instance = cls()
            return cls._instance

    start = Barrier(THREADS)
    seen = []

    def work():
        start.wait()
        seen.append(Service.instance())

    run_threads(*[work] * THREADS)
    assert Service.made == 1 and len({id(instance) for instance in seen}) == 1, Service.made
