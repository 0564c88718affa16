"""What every decision table should answer: the patterns and regimes, and for those that a run says nothing about, why and
how to measure them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
import re
import shlex

from contendlib.decisions.verdict import Verdict
from contendlib.remeasure import PROGRAM
from contendlib.run_data import Row
from contendlib.wording import count

WITHIN, OVER, PROCESSES = "within cores", "oversubscribed", "processes"


@dataclass(frozen=True)
class Wanted:
    """A pattern in a regime: answered by a decision that rests on such cases alone."""

    pattern: str
    regime: str
    cases: str  # a regular expression for their names, which begins with the suite
    cpus: int = 2  # below which the regime cannot be

    @property
    def suite(self) -> str:
        return self.cases.removeprefix("^").split("/")[0]

    def includes(self, row: Row) -> bool:
        return (
            bool(re.search(self.cases, row.case))
            and (row.team == "processes") == (self.regime == PROCESSES)
            and (self.regime == PROCESSES or row.oversubscribed == (self.regime == OVER))
        )

    def answered_by(self, verdict: Verdict) -> bool:
        # Processes are one regime here, whether they have a CPU each or not; one alone contends with nobody.
        crowd = {f"{PROCESSES}, {WITHIN}", f"{PROCESSES}, {OVER}"}
        regime = PROCESSES if verdict.regime in crowd else verdict.regime
        return regime == self.regime and all(re.search(self.cases, case) for case in verdict.cases)


@dataclass(frozen=True)
class Unanswered:
    """Why nothing was decided; the command is empty where no run on this machine could."""

    pattern: str
    regime: str
    why: str
    command: str


def _each(pattern: str, cases: str, regimes: Iterable[str], cpus: int = 2) -> list[Wanted]:
    return [Wanted(pattern, regime, cases, cpus if regime == WITHIN else 1) for regime in regimes]


def _queue(shape: str, producers: str, consumers: str, cpus: int) -> list[Wanted]:
    regimes = (WITHIN, PROCESSES) if shape == "SPSC" else (WITHIN, OVER, PROCESSES)
    found = []
    for wait, words in (("spin", "spinning"), ("block", "blocking")):
        sides = f"producers:{producers}/consumers:{consumers}/.*wait:{wait}"
        for regime in regimes:
            cases = f"^queue/throughput/.*{sides}"
            found.append(Wanted(f"{shape} queue, {words}", regime, cases, cpus if regime == WITHIN else 1))
    return found


_MANY = "([2-9]|[1-9][0-9]+)"
WANTED: tuple[Wanted, ...] = (
    *_each("Short critical section", "^lock/sections/.*cs_ns:50/", (WITHIN, OVER, PROCESSES)),
    *_each("Medium critical section", "^lock/sections/.*cs_ns:200/", (WITHIN, OVER, PROCESSES)),
    *_each("Long critical section", "^lock/sections/.*cs_ns:2000/", (WITHIN, OVER, PROCESSES)),
    *_each("Mostly read", "^lock/readers_writers/.*read_percent:(90|99)/", (WITHIN, OVER, PROCESSES)),
    *_each("Recursive lock", "^lock/recursion/", (WITHIN, OVER)),
    *_each("Nested locks", "^lock/nested_locks/", (WITHIN, OVER, PROCESSES)),
    *_queue("SPSC", "1", "1", 2),
    *_queue("MPSC", _MANY, "1", 3),
    *_queue("MPMC", _MANY, _MANY, 4),
    *_each("Priority queue", "^queue/standing/[^/]*[pP]riority", (WITHIN, OVER)),
    *_each("Signalling one", "^sync/condition_ping_pong/", (WITHIN,)),
    *_each("Signalling all", "^sync/(condition|event)_broadcast/", (WITHIN, OVER, PROCESSES)),
    *_each("CPU-bound items of 10 µs", "^executor/cpu_chain/.*item_us:10$", (WITHIN, OVER)),
    *_each("CPU-bound items of 100 µs", "^executor/cpu_chain/.*item_us:100$", (WITHIN, OVER)),
    *_each("CPU-bound items of 1 ms", "^executor/cpu_chain/.*item_us:1000$", (WITHIN, OVER)),
    *_each("I/O-bound items of 1 ms", "^executor/tcp_request/.*delay_us:1000$", (WITHIN, OVER)),
    *_each("I/O-bound items of 4 KiB", "^executor/file_read/.*access:direct$", (WITHIN, OVER)),
    *_each("Items that wait half of 1 ms", "^executor/mixed/.*item_us:1000/.*wait_pct:50$", (WITHIN, OVER)),
)


def unanswered(rows: Sequence[Row], decided: Sequence[Verdict], cpus: int) -> list[Unanswered]:
    """What is wanted and was not decided."""
    return [_why(one, rows, cpus) for one in WANTED if not any(one.answered_by(v) for v in decided)]


def _why(one: Wanted, rows: Sequence[Row], cpus: int) -> Unanswered:
    command = shlex.join([PROGRAM, "run", one.suite, "--full", "--filter", one.cases])
    measured = [r for r in rows if one.includes(r)]
    if measured and not any(r.ok for r in measured):
        return Unanswered(one.pattern, one.regime, f"failed in {count(len(measured), 'case')}", command)
    if cpus < one.cpus:
        return Unanswered(one.pattern, one.regime, f"not possible with {count(cpus, 'CPU')}", "")
    return Unanswered(one.pattern, one.regime, "not measured in this run", command)
