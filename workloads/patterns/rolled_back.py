"""An operation under a lock that fails half-way leaves everything as it was."""

from threading import Lock

from patterns import run_threads

TRANSFERS = 100


class Refused(Exception):
    pass


def run():
    lock = Lock()
    balances = [100, 0]
    refused = 0

    def transfer(amount):
        with lock:
            before = list(balances)
            try:
                balances[0] -= amount
                if balances[0] < 0:
                    raise Refused
                balances[1] += amount
            except Refused:
                balances[:] = before
                raise

    def work():
        nonlocal refused
        for _ in range(TRANSFERS):
            try:
                transfer(1)
            except Refused:
                with lock:
                    refused += 1

    run_threads(work, work)
    assert balances == [0, 100] and refused == TRANSFERS, (balances, refused)
