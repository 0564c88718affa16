"""Records pairs of a program that does extra work on demand, and reads them."""

from collections.abc import Iterable
import json
from pathlib import Path
from random import Random
import tempfile
import time

from contendlib import console, cpus, machine, process, results
from contendlib.exits import ContendError
from contendlib.gate import choice
from contendlib.gate.pairs import CannotMeasure, Pair, PairLog, from_record, is_pair, records
from contendlib.gate.programs import Program, Stopwatch, link_to, names_of

PLANTS = (0, 2, 5, 10)  # percent of extra work in head
_MIN_TIME_S = 0.05
_LIMIT_S = 30.0
_FEWEST_PAIRS = 40  # enough to screen and to confirm without meeting the same pair twice, mostly


def record(program: Path, seconds: float, seed: int, out: Path, interrupts: process.Interrupts) -> None:
    """Measures pairs of every benchmark and planted percentage in turn, for that long, into out/pairs.jsonl."""
    results.require_writable(out)
    usable = frozenset(cpus.usable())
    rng, start = Random(seed), time.monotonic()
    log = PairLog(out / "pairs.jsonl")
    with tempfile.TemporaryDirectory(prefix="contend-gate-") as scratch:
        stopwatch = Stopwatch(Path(scratch), [], _MIN_TIME_S, _LIMIT_S, usable, interrupts)
        link = link_to(program.resolve(), Path(scratch), 0)
        sides = {plant: Program("planted", link, program.parent, {"CONTEND_PLANT": str(plant)}) for plant in PLANTS}
        jobs = [(name, plant) for name in names_of(sides[0], [], interrupts) for plant in PLANTS]
        while time.monotonic() - start < seconds:
            rng.shuffle(jobs)
            for name, plant in jobs:
                if time.monotonic() - start >= seconds:
                    break
                log.append(_pair(stopwatch, sides, name, plant, rng), {"plant": plant, "load": _load()})
    log.close()
    (out / "machine.json").write_text(json.dumps(machine.read(), indent=1) + "\n", encoding="utf-8")


def _pair(stopwatch: Stopwatch, sides: dict[int, Program], name: str, plant: int, rng: Random) -> Pair:
    head_first, start = rng.random() < 0.5, time.monotonic()
    halves = [("base", sides[0]), ("head", sides[plant])]
    try:
        found = {
            role: stopwatch.measure(program, name, choice.metric_of(name))
            for role, program in (reversed(halves) if head_first else halves)
        }
    except CannotMeasure as failure:
        raise ContendError(f"{name}: {failure}") from failure
    return Pair(name, found["base"], found["head"], head_first, time.monotonic() - start)


def _load() -> float:
    return float(Path("/proc/loadavg").read_text().split()[0])


def read(paths: Iterable[Path]) -> dict[int, dict[str, list[Pair]]]:
    """The recorded pairs by planted percentage and benchmark; half a last line is left out. Raises ContendError."""
    found: dict[int, dict[str, list[Pair]]] = {}
    for path in paths:
        for entry in filter(is_pair, records(path)):
            pair = from_record(entry)
            found.setdefault(int(entry.get("plant", 0)), {}).setdefault(pair.benchmark, []).append(pair)
    if not found:
        raise ContendError("no recorded pair was given; `contend calibrate --record SECONDS` makes some")
    fewest = min(len(pairs) for by_name in found.values() for pairs in by_name.values())
    if fewest < _FEWEST_PAIRS:
        raise ContendError(f"of one benchmark there are only {fewest} pairs, and {_FEWEST_PAIRS} are needed; record for longer")
    return found
