"""A worker waits for an Event that the controller sets when all is ready."""

from threading import Event

from patterns import run_threads


def run():
    ready = Event()
    config = []
    seen = []

    def work():
        ready.wait()
        seen.extend(config)

    def control():
        config.append(42)
        ready.set()

    run_threads(work, control)
    assert seen == [42], seen
