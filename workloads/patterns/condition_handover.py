"""A producer hands 200 items to a consumer, one at a time, with a Condition."""

from threading import Condition

from patterns import run_threads

ITEMS = 200


def run():
    changed = Condition()
    slot = []
    taken = []

    def produce():
        for item in range(ITEMS):
            with changed:
                changed.wait_for(lambda: not slot)
                slot.append(item)
                changed.notify()

    def consume():
        for _ in range(ITEMS):
            with changed:
                changed.wait_for(lambda: slot)
                taken.append(slot.pop())
                changed.notify()

    run_threads(produce, consume)
    assert taken == list(range(ITEMS))
