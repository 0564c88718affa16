"""Sets of CPUs: what a user writes, what we may use, and how sets are shown."""

from collections.abc import Iterable
import os

from contendlib.exits import ContendError, Exit


def usable() -> list[int]:
    """The CPUs that this process may run on."""
    return sorted(os.sched_getaffinity(0))


def parse(text: str) -> list[int]:
    """`0-2,5` -> [0, 1, 2, 5]. Raises ValueError."""
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.partition("-")
        if not first.strip().isdecimal() or (dash and not last.strip().isdecimal()):
            raise ValueError(f"'{part}' is neither a CPU number nor a range such as 0-3")
        low, high = int(first), int(last or first)
        if high < low or high > 1_000_000:
            raise ValueError(f"'{part}' is not a range of CPUs")
        found.update(range(low, high + 1))
    return sorted(found)


def shown(cpus: Iterable[int]) -> str:
    """[0, 1, 2, 5] -> `0-2,5`."""
    ranges: list[list[int]] = []
    for cpu in sorted(cpus):
        if ranges and ranges[-1][1] == cpu - 1:
            ranges[-1][1] = cpu
        else:
            ranges.append([cpu, cpu])
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in ranges)


def require_usable(cpus: list[int]) -> None:
    """Refuses CPUs that this process may not run on, and names them."""
    ours = usable()
    if missing := sorted(set(cpus) - set(ours)):
        raise ContendError(
            f"--cpus: {shown(missing)} not usable: this process may run on {shown(ours)} (`nproc`, `taskset -p $$`)",
            Exit.USAGE,
        )
