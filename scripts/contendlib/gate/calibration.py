"""Records pairs of a program that does extra work on demand, and says how often the gate errs on them."""

from collections.abc import Iterable
import json
import math
from pathlib import Path
from random import Random
from statistics import median
import tempfile
import time

from contendlib import console, cpus, machine, process, results
from contendlib.exits import ContendError
from contendlib.gate import choice, replay, signed_rank
from contendlib.gate.contest import differences
from contendlib.gate.pairs import CannotMeasure, Pair, PairLog, from_record, is_pair, records
from contendlib.gate.programs import Program, Stopwatch, link_to, names_of
from contendlib.gate.rule import Rule, Verdict

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


def report(recorded: dict[int, dict[str, list[Pair]]], gates: int, seed: int, budget: float) -> str:
    """The table of error rates, in Markdown."""
    lines = [
        f"{gates} simulated gates for each row, budget {budget:.0f} s, smallest effect 5 %. In brackets: exact 95 % bounds on "
        "the rule given these recordings; simulated gates share recorded pairs.",
        "",
        "Measured is the median of the benchmarks' estimates, and their range. The last two columns measure base first and head "
        "afterwards, 20 times each: a gate fails where one benchmark's median grew by 5 %, or where compare.py of Google "
        "Benchmark calls it slower.",
        "",
        "| planted | benchmarks | pairs | measured | gates that fail | caught | passed | undecided | fail by 5 % threshold | "
        "by compare.py |",
        "|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for plant in sorted(recorded):
        for what, chosen in _suites(recorded[plant]).items():
            lines.append(_line(plant, what, chosen, gates, seed, budget))
    return "\n".join(lines) + "\n"


def _suites(recorded: dict[str, list[Pair]]) -> dict[str, dict[str, list[Pair]]]:
    """All together, as a gate takes them; and where they are of both kinds, each kind by itself."""
    kinds = {
        f"by {kind} time": {name: pairs for name, pairs in recorded.items() if choice.metric_of(name) == kind}
        for kind in (choice.CPU, choice.WALL)
    }
    found = {what: chosen for what, chosen in kinds.items() if chosen}
    return {"in all": recorded, **found} if len(found) > 1 else found


def _line(plant: int, what: str, chosen: dict[str, list[Pair]], gates: int, seed: int, budget: float) -> str:
    count = len(cpus.usable())
    tally = replay.replay(chosen, plant == 0, gates, seed, Rule(), count, budget)
    by_compare_py = tally.failed_by_compare_py
    cells = [
        f"{plant} %",
        f"{len(chosen)} {what}",
        str(sum(map(len, chosen.values()))),
        _measured(chosen),
        str(replay.Rate(tally.failed, gates)),
        str(tally.rate(Verdict.FAIL)),
        str(tally.rate(Verdict.PASS)),
        str(tally.rate(Verdict.INCONCLUSIVE)),
        str(replay.Rate(tally.failed_by_threshold, gates)),
        "not installed" if by_compare_py is None else str(replay.Rate(by_compare_py, gates)),
    ]
    return "| " + " | ".join(cells) + " |"


def _measured(chosen: dict[str, list[Pair]]) -> str:
    """So that a plant that is no slowdown on this machine is seen, and not taken for a gate that is blind."""
    averages = [signed_rank.walsh_averages(differences(pairs)) for pairs in chosen.values()]
    found = sorted(math.exp(signed_rank.estimate(each)) for each in averages)
    return f"{median(found):.3f} ({found[0]:.3f} to {found[-1]:.3f})"
