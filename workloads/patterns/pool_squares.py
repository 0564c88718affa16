"""A pool of 4 maps 100 numbers to their squares."""

from concurrent.futures import ThreadPoolExecutor


def run():
    with ThreadPoolExecutor(4) as pool:
        squares = list(pool.map(lambda number: number * number, range(100)))
    assert squares == [number * number for number in range(100)]
