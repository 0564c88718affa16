"""Where a claim is tried, and under which names its rows are found there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from contendlib.run_data import Row

MODEL = "model of CPython 3's lock"
MODEL_OF_2 = "model of CPython 2's lock"
OURS = "C++"

# The step of an interpreter in the items of the C++ executors, in nanoseconds.
_STEP_NS = 250


@dataclass(frozen=True)
class Place:
    """`names` translates loop, pool, processes and asyncio; what is missing there is not in it."""

    name: str
    suite: str
    names: dict[str, str]
    operations: str | None  # the subject of patterns and operations; None: there are none
    convoy: str | None
    interpreter: bool = False

    def chain(self, rows: Iterable[Row], how: str, workers: int) -> Row | None:
        return self._executor(rows, "interpreted_chain", how, workers)

    def request(self, rows: Iterable[Row], how: str, workers: int) -> Row | None:
        return self._executor(rows, "interpreted_request", how, workers)

    def pattern(self, rows: Iterable[Row], name: str) -> Row | None:
        suite = self.suite if self.interpreter else "pattern"
        return _first(
            r for r in rows if r.suite == suite and r.workload == name and r.subject == self.operations
        )

    def operation(self, rows: Iterable[Row], name: str) -> Row | None:
        return self.pattern(rows, f"operation_{name}")

    def echo(self, rows: Iterable[Row], burners: int) -> Row | None:
        suite = self.suite if self.interpreter else "pattern"
        return _first(
            r
            for r in rows
            if (r.suite, r.workload, r.subject) == (suite, "convoy", self.convoy)
            and r.number("burners", -1) == burners
        )

    def _executor(self, rows: Iterable[Row], workload: str, how: str, workers: int) -> Row | None:
        subject = self.names.get(how)
        return _first(
            r
            for r in rows
            if (r.suite, r.workload, r.subject, r.workers) == (self.suite, workload, subject, workers)
            and r.number("step_ns", _STEP_NS) == _STEP_NS
        )


def interpreter(label: str) -> Place:
    names = {
        "loop": "loop",
        "pool": "ThreadPoolExecutor",
        "processes": "ProcessPoolExecutor",
        "asyncio": "asyncio",
    }
    return Place(label, label, names, label, "threading.Thread", interpreter=True)


def model() -> Place:
    names = {"loop": "serial", "pool": "gil_pool", "processes": "process_pool"}
    return Place(MODEL, "executor", names, None, "gil_threads")


def model_of_2() -> Place:
    return Place(MODEL_OF_2, "executor", {"loop": "serial", "pool": "gil2_pool"}, None, "gil2_threads")


def ours() -> Place:
    names = {"loop": "serial", "pool": "pool", "processes": "process_pool", "asyncio": "event_loop"}
    return Place(OURS, "executor", names, "contend", "free_threads")


def _first(rows: Iterable[Row]) -> Row | None:
    return next(iter(rows), None)
