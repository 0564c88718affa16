#!/usr/bin/env python3
"""Runs a command while a neighbour comes and goes on one CPU; exits as the command does.

    beside_a_neighbour.py COMMAND...
"""

from multiprocessing import Process
import os
from random import Random
import subprocess
import sys
import time

_LONGEST_S = 1.0


def occupy(cpu: int, owner: int) -> None:
    """Takes the CPU and leaves it, for up to a second each, as long as the owner lives."""
    os.sched_setaffinity(0, {cpu})
    rng = Random(1)
    while os.getppid() == owner:
        until = time.monotonic() + rng.uniform(0, _LONGEST_S)
        while time.monotonic() < until:
            pass
        time.sleep(rng.uniform(0, _LONGEST_S))


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    neighbour = Process(target=occupy, args=(min(os.sched_getaffinity(0)), os.getpid()), daemon=True)
    neighbour.start()
    try:
        return subprocess.run(sys.argv[1:], check=False).returncode
    finally:
        neighbour.kill()


if __name__ == "__main__":
    sys.exit(main())
