"""Tells a row as a multiple of its floor: what the hardware or the kernel charges for the unavoidable part of it."""

from collections.abc import Collection, Mapping
from typing import Any

Row = dict[str, Any]

_RMW = "floor/rmw/op:fetch_add"
_TRANSFER = "floor/cache_line_round_trip/"
_CHANNELS = "floor/two_line_round_trip/"
_WAKE = "floor/futex_wake_to_running/cpu:other"
_SLEPT = 0.25  # voluntary context switches per hand-off, from which on the waiter is taken to have slept

WAIT = "wait_p50_ns"  # of a hand-off: from unlock() to the next owner's return from lock()


def add_multiples(rows: list[Row]) -> None:
    """Adds `floor` and `floor_multiple` to the rows whose floor is known and was measured in the same run."""
    found = {row["case"]: row for row in rows if row["suite"] == "floor" and row["median_ns"]}
    measured = {case: row["median_ns"] for case, row in found.items()}
    wanted = [floor_of(row, measured) for row in rows]
    nearest = {floor: _nearest(measured, floor) for floor in set(wanted) if floor}
    for row, name in zip(rows, wanted):
        floor = nearest.get(name) if name else None
        time = _unavoidable_part(row)
        if floor and time:
            row["floor"] = floor
            row["floor_multiple"] = time / _price(row, found[floor])


def slept(counters: Mapping[str, float]) -> bool:
    """Whether the waiter of a hand-off was asleep, as a rule, when the lock was handed over."""
    return counters.get("voluntary_switches_per_op", 0.0) >= _SLEPT


def floor_of(row: Mapping[str, Any], measured: Collection[str]) -> str | None:
    """The name of the row's floor among those measured, or the beginning of its name; None where work or waiting of the
    case's own hides the floor."""
    match row["suite"], row["workload"]:
        case "lock", "sections" if not any(row["args"].values()):
            return _RMW if row["workers"] == 1 else _TRANSFER
        case ("lock", "hand_off") | ("sync", "condition_ping_pong"):
            return _WAKE if slept(row["counters"]) else _TRANSFER
        case "sync", "barrier_phases" if row["workers"] == 2:
            return _WAKE if slept(row["counters"]) else _TRANSFER
        case "queue", "throughput":
            return _TRANSFER
        case "queue", "ping_pong":
            if slept(row["counters"]):
                return _WAKE
            return _CHANNELS if any(name.startswith(_CHANNELS) for name in measured) else _TRANSFER
    return None


def _unavoidable_part(row: Row) -> float | None:
    """The time that is told as a multiple: of a hand-off the wait alone, because the owner holds on before it."""
    return row["counters"].get(WAIT) if row["workload"] == "hand_off" else row["median_ns"]


def _price(row: Row, floor: Row) -> float:
    """What the floor charges. A hand-off needs a cache line's way in one direction, half of a round trip, and its
    median is held against the floor's own, which few late wakes do not move."""
    if row["workload"] != "hand_off":
        return floor["median_ns"]
    if floor["case"].startswith(_TRANSFER):
        return floor["median_ns"] / 2
    return floor["counters"].get("median_ns", floor["median_ns"])


def _nearest(measured: dict[str, float], floor: str) -> str | None:
    """The cheapest measured floor whose name begins so."""
    names = [name for name in measured if name.startswith(floor)]
    return min(names, key=lambda name: measured[name]) if names else None
