"""A task of a pool fails: who asks for its result gets the exception, the pool works on."""

from concurrent.futures import ThreadPoolExecutor


def fail():
    raise ValueError("planted")


def run():
    with ThreadPoolExecutor(2) as pool:
        failing, fine = pool.submit(fail), pool.submit(pow, 2, 5)
        assert isinstance(failing.exception(), ValueError)
        assert fine.result() == 32
