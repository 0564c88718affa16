"""Records pairs of a program that does extra work on demand, and reads them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
import gzip
from pathlib import Path
import re
from random import Random
import tempfile
import time

from contendlib import cpus, process
from contendlib.exits import ContendError, Exit
from contendlib.gate import choice, tuning
from contendlib.gate.choice import Choice, Entry
from contendlib.gate.conductor import heats
from contendlib.gate.pairs import CannotMeasure, Measurement, Pair, PairLog, from_record, is_pair, records
from contendlib.gate.programs import Program, link_to, names_of
from contendlib.gate.stopwatch import Stopwatch, Task, lanes

PLANTS = (0, 2, 5, 10)
_CONTENDED = Entry(".*", re.compile(r"/threads:2\b"), choice.WALL, 0.10)  # as in this suite's own gate set
_ALONE = Entry(".*", re.compile(""), choice.CPU, None)
CHOICE = Choice((_CONTENDED, _ALONE))
_MIN_TIME_S = 0.03
_LIMIT_S = 30.0
_FEWEST_PAIRS = 40  # enough to screen and to confirm without meeting the same pair twice, mostly
_SHARE_OF_EQUAL = 2  # pairs of equal programs for one with a plant: false alarms are rare, and to be counted
_SHARE_BY_WALL = 3  # pairs of what needs many, for one of what needs few

_NAME = "pairs.jsonl"

Job = tuple[str, int]  # benchmark and planted percentage


@dataclass(frozen=True)
class Wanted:
    """What is to be recorded."""

    seconds: float  # of pairs, those that are there already included
    plants: Sequence[int] = PLANTS
    filter: re.Pattern[str] | None = None

    def jobs(self, names: Iterable[str]) -> list[Job]:
        """One round. Raises ContendError where there is none."""
        found = [job for name in names if not self.filter or self.filter.search(name) for job in jobs(name, self.plants)]
        if not found:
            raise ContendError("nothing to record: --filter is found in no benchmark of the program")
        return found


def recorded_in(out: Path) -> Path | None:
    """The recorded pairs: packed, unless whoever recorded them was killed."""
    return next((path for path in (out / _NAME, _packed(out)) if path.is_file()), None)


@dataclass(frozen=True)
class _Bench:
    """The program, and what measures it."""

    stopwatch: Stopwatch
    link: Path
    folder: Path
    cpus: int
    interrupts: process.Interrupts

    def side(self, environment: Mapping[str, str]) -> Program:
        return Program("planted", self.link, self.folder, dict(environment))

    def names(self) -> list[str]:
        return names_of(self.side({}), [], self.interrupts)


@contextmanager
def _bench(program: Path, interrupts: process.Interrupts) -> Iterator[_Bench]:
    with tempfile.TemporaryDirectory(prefix="contend-gate-") as scratch:
        usable = frozenset(cpus.usable())
        stopwatch = Stopwatch(Path(scratch), [], _MIN_TIME_S, _LIMIT_S, usable, interrupts)
        yield _Bench(stopwatch, link_to(program.resolve(), Path(scratch), 0), program.parent, len(usable), interrupts)


def tune(program: Path, seconds: float, seed: int, out: Path, interrupts: process.Interrupts) -> None:
    """Finds and keeps how much extra work is planted in what is contended. Raises ContendError where something was measured
    with other amounts."""
    if recorded_in(out) or (out / "gates.jsonl").is_file():
        raise ContendError("--tune comes first: what is recorded rests on the plants as they were", Exit.USAGE)
    rng, deadline = Random(seed), time.monotonic() + seconds
    with _bench(program, interrupts) as bench:

        def measure(name: str, amounts: tuning.Amounts) -> Pair:
            interrupts.check()
            plants = tuning.Plants(amounts)
            sides = {plant: bench.side(plants.environment(0, plant)) for plant in (0, tuning.EFFECT)}
            return _measured(bench.stopwatch, sides, [(name, tuning.EFFECT)], rng)[0]

        contended = [name for name in bench.names() if choice.metric_of(name) == choice.WALL]
        found = tuning.tune(contended, measure, bench.cpus, lambda: time.monotonic() < deadline, rng)
    tuning.write(found, out)


def record(program: Path, wanted: Wanted, seed: int, out: Path, interrupts: process.Interrupts) -> None:
    """Measures pairs of every benchmark and planted percentage in turn, until out holds so many seconds of them. What is
    there already counts, and an interrupt costs the pairs that are measured."""
    spent, before = _unpack(out)
    rng = Random(f"{seed} {before}")
    log = PairLog(out / _NAME, take_up=True)
    try:
        with _bench(program, interrupts) as bench:
            plants = tuning.read(out)
            sides = {plant: bench.side(plants.environment(plant, plant)) for plant in (0, *wanted.plants)}
            jobs_of_a_round = wanted.jobs(bench.names())
            while spent < wanted.seconds:
                rng.shuffle(jobs_of_a_round)
                for heat in heats(jobs_of_a_round, _may_share, lanes(bench.cpus)):
                    if spent >= wanted.seconds:
                        break
                    interrupts.check()
                    for (_, plant), pair in zip(heat, _measured(bench.stopwatch, sides, heat, rng)):
                        log.append(pair, {"plant": plant})
                        spent += pair.seconds
    finally:
        log.close()
        _pack(out)


def jobs(name: str, plants: Iterable[int]) -> list[Job]:
    """Of one benchmark, in one round."""
    found = []
    for plant in plants:
        share = (_SHARE_BY_WALL if choice.metric_of(name) == choice.WALL else 1) * (1 if plant else _SHARE_OF_EQUAL)
        found += [(name, plant)] * share
    return found


def _may_share(job: Job) -> bool:
    return choice.is_of_one_thread(job[0], choice.metric_of(job[0]))


def _measured(stopwatch: Stopwatch, sides: dict[int, Program], heat: Sequence[Job], rng: Random) -> list[Pair]:
    tasks = [Task(name, name, choice.metric_of(name), sides[0], sides[plant], rng.random() < 0.5) for name, plant in heat]
    return [_rounded_pair(task, found) for task, found in zip(tasks, stopwatch.measure(tasks))]


def _rounded_pair(task: Task, found: Pair | CannotMeasure) -> Pair:
    if isinstance(found, CannotMeasure):
        raise ContendError(f"{task.name}: {found}")
    return Pair(task.key, _rounded(found.base), _rounded(found.head), found.head_first, round(found.seconds, 3))


def _rounded(found: Measurement) -> Measurement:
    """To what the clocks are worth, so that a recording stays small."""
    load = found.foreign_load
    parallelism = found.parallelism
    return Measurement(
        float(f"{found.time_ns:.6g}"),
        None if parallelism is None else round(parallelism, 3),
        None if load is None else round(load, 3),
    )


def _unpack(out: Path) -> tuple[float, int]:
    """Makes pairs.jsonl of what was recorded before; its seconds and its pairs."""
    plain, kept = out / _NAME, recorded_in(out)
    before = [from_record(entry) for entry in records(kept)] if kept else []
    if kept == _packed(out):
        plain.write_bytes(gzip.decompress(kept.read_bytes()))
    plain.touch()
    return sum(pair.seconds for pair in before), len(before)


def _packed(out: Path) -> Path:
    return out / f"{_NAME}.gz"


def _pack(out: Path) -> None:
    """A tenth of the size, so that it can be committed."""
    _packed(out).write_bytes(gzip.compress((out / _NAME).read_bytes(), mtime=0))
    (out / _NAME).unlink()


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
