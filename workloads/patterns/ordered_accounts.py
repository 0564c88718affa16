"""Money goes back and forth between two accounts whose locks are always taken in the same order."""

from threading import Lock

from patterns import run_threads

TRANSFERS = 500


class Account:
    def __init__(self, number):
        self.number, self.balance, self.transfers, self.lock = number, 1_000, 0, Lock()


def transfer(source, target, amount):
    first, second = sorted((source, target), key=lambda account: account.number)
    with first.lock, second.lock:
        source.balance -= amount
        target.balance += amount
        source.transfers += 1


def run():
    a, b = Account(1), Account(2)

    def work(source, target):
        for _ in range(TRANSFERS):
            transfer(source, target, 1)

    run_threads(lambda: work(a, b), lambda: work(b, a))
    assert (a.balance, b.balance) == (1_000, 1_000), (a.balance, b.balance)
    assert (a.transfers, b.transfers) == (TRANSFERS, TRANSFERS), (a.transfers, b.transfers)
