"""Whole gates, measured one after the other, on programs whose truth is known: what the simulated ones are checked with."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
import json
import math
from pathlib import Path
import tempfile

from contendlib import console, process
from contendlib.exits import ContendError
from contendlib.gate import choice, session, tuning
from contendlib.gate.calibration import CHOICE
from contendlib.gate.outcome import Outcome
from contendlib.gate.pairs import records
from contendlib.gate.rule import Verdict
from contendlib.gate.session import Request

_NAME = "gates.jsonl"


@dataclass(frozen=True)
class Planted:
    """By how many percent head is slower, in what one thread does and in what is contended."""

    alone: int
    contended: int

    def of(self, metric: str) -> int:
        return self.contended if metric == choice.WALL else self.alone


@dataclass(frozen=True)
class Gate:
    """What became of a real gate."""

    planted: Planted
    seed: int
    elapsed_s: float
    rows: list[dict[str, object]]

    def count(self, verdict: Verdict, metric: str | None = None, within: float = math.inf) -> int:
        """Benchmarks of that metric with that verdict, in so many seconds."""
        rows = [row for row in self.rows if metric in (None, row["metric"])]
        return sum(row["verdict"] == verdict.value and float(str(row["decided_s"])) <= within for row in rows)


def run(
    program: Path, gates: int, planted: Planted, budget: float, seed: int, out: Path, interrupts: process.Interrupts
) -> None:
    """Gates of the program against itself with that much planted in head, until out holds so many of them. An interrupt
    costs the one that is measured."""
    before = sum(gate.planted == planted for gate in read(out))
    plants = tuning.read(out)
    for number in range(before, gates):
        console.status(f"gate {number + 1} of {gates}")
        with tempfile.TemporaryDirectory(prefix="contend-gate-") as folder:
            request = Request(
                str(program),
                str(program),
                Path(folder),
                budget=budget,
                seed=seed + number,
                choice=CHOICE,
                base_environment=plants.environment(0, 0),
                head_environment=plants.environment(planted.alone, planted.contended),
            )
            outcome = session.decide(request, interrupts)
        if outcome.interrupted:
            raise process.Interrupted
        with (out / _NAME).open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(_gate(planted, outcome))) + "\n")


def read(out: Path) -> list[Gate]:
    """Those that ended, in order. Raises ContendError."""
    path = out / _NAME
    try:
        return [
            Gate(Planted(**record["planted"]), record["seed"], record["elapsed_s"], record["rows"])
            for record in (records(path) if path.is_file() else [])
        ]
    except (KeyError, TypeError) as failure:
        raise ContendError(f"{path} cannot be read: {failure!r}") from failure


def _gate(planted: Planted, outcome: Outcome) -> Gate:
    return Gate(planted, outcome.seed, round(outcome.elapsed_s, 1), list(_rows(outcome)))


def _rows(outcome: Outcome) -> Iterator[dict[str, object]]:
    for row in outcome.rows:
        figures = {name: getattr(row, name) for name in ("ratio", "low", "high", "noise")}
        yield {
            "benchmark": row.benchmark.partition(":")[2],
            "metric": row.metric,
            "verdict": row.verdict.value,
            "reason": row.reason,
            "pairs": row.pairs,
            "decided_s": round(row.decided_s or 0.0, 1),
            **{name: value if value is None else round(value, 4) for name, value in figures.items()},
        }
