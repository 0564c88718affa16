"""How long a command may take in all: a time limit that counts from its start."""

from collections.abc import Callable
import time

Clock = Callable[[], float]

_ENDING = 1 / 12  # of the whole is kept for what follows on measuring: the tables, the plots, the page
_LONGEST_ENDING_S = 15.0
_LAST_S = 10.0  # that the process running at the end may take longer than it should


class Deadline:
    """Of `seconds` from `start` on, how many are left for measuring."""

    def __init__(self, seconds: float, start: float, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._end = start + seconds - min(_ENDING * seconds, _LONGEST_ENDING_S)

    @property
    def left(self) -> float:
        return self._end - self._clock()

    def leaves(self, seconds: float) -> bool:
        """Whether what takes so long may still be begun."""
        return self.left >= seconds

    def limit(self, seconds: float) -> float:
        """The time limit of a process that begins now and may take so long otherwise."""
        return min(seconds, max(self.left, 0.0) + _LAST_S)
