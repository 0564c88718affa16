"""Tells a row as a multiple of its floor: what the hardware or the kernel charges for the unavoidable part of it."""

from typing import Any

Row = dict[str, Any]

_RMW = "floor/rmw/op:fetch_add"
_TRANSFER = "floor/cache_line_round_trip/"
_WAKE = "floor/futex_wake_to_running/cpu:other"


def add_multiples(rows: list[Row]) -> None:
    """Adds `floor` and `floor_multiple` to the rows whose floor is known and was measured in the same run."""
    measured = {row["case"]: row["median_ns"] for row in rows if row["suite"] == "floor" and row["median_ns"]}
    wanted = [_floor_of(row) for row in rows]
    nearest = {floor: _nearest(measured, floor) for floor in set(wanted) if floor}
    for row, name in zip(rows, wanted):
        floor = nearest.get(name)
        if floor and row["median_ns"]:
            row["floor"] = floor
            row["floor_multiple"] = row["median_ns"] / measured[floor]


def _floor_of(row: Row) -> str | None:
    """The floor's name or the beginning of its name; None where work or waiting of the case's own hides the floor."""
    match row["suite"], row["workload"]:
        case "lock", "sections" if not any(row["args"].values()):
            return _RMW if row["workers"] == 1 else _TRANSFER
        case "queue", "throughput":
            return _TRANSFER
        case "queue", "ping_pong":
            return _WAKE if row["args"].get("wait") == "block" else _TRANSFER
    return None


def _nearest(measured: dict[str, float], floor: str) -> str | None:
    """The cheapest measured floor whose name begins so."""
    names = [name for name in measured if name.startswith(floor)]
    return min(names, key=lambda name: measured[name]) if names else None
