"""Which benchmarks a gate compares, by which metric and down to which effect: settled before anything is measured."""

from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
import re
import tomllib
from typing import Any

from contendlib.exits import ContendError, Exit
from contendlib.gate.contest import Benchmark

WALL, CPU = "wall", "cpu"
_KNOWN = frozenset({"program", "match", "metric", "min_effect"})

# Handing over and contending take wall time; so does whatever the author of the benchmark times by the wall.
_SEVERAL_THREADS = re.compile(r"\b(threads|workers):(?!1\b)\d+")
_ONE_THREAD = re.compile(r"\b(threads|workers):1\b")
_TIMED_BY_WALL = re.compile(r"/(real_time|manual_time)\b")


@dataclass(frozen=True)
class Entry:
    """One [[benchmark]] of a gate set."""

    program: str
    match: re.Pattern[str]
    metric: str | None
    min_effect: float | None


@dataclass(frozen=True)
class Choice:
    """What was asked for. A set speaks for the programs that it names; others are measured whole."""

    entries: tuple[Entry, ...] = ()
    filter: re.Pattern[str] | None = None
    metric: str | None = None
    min_effect: float = 0.05


@dataclass
class Matched:
    """What there is to compare, and what is on one side only."""

    both: list[Benchmark] = field(default_factory=list)
    only_base: list[str] = field(default_factory=list)
    only_head: list[str] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)  # entries of the set that are found in no name

    def renamed(self) -> dict[str, str]:
        """What is gone, with what looks like its new name."""
        close = {old: get_close_matches(old, self.only_head, 1, 0.75) for old in self.only_base}
        return {old: found[0] for old, found in close.items() if found}


def match(base: dict[str, list[str]], head: dict[str, list[str]], choice: Choice) -> Matched:
    """Pairs the benchmarks of both sides, each a list of names by program."""
    matched = Matched()
    if len(base) == 1 and len(head) == 1 and base.keys() != head.keys():
        head = dict(zip(base, head.values()))  # two programs, named one by one, need not have the same name
    for program in sorted(base.keys() | head.keys()):
        old, new = base.get(program, []), head.get(program, [])
        for name in dict.fromkeys([*old, *new]):
            benchmark = chosen(program, name, choice)
            if benchmark is None:
                continue
            if name in old and name in new:
                matched.both.append(benchmark)
            else:
                (matched.only_base if name in old else matched.only_head).append(benchmark.key)
    matched.idle = [entry.match.pattern for entry in choice.entries if _is_idle(entry, base)]
    return matched


def _is_idle(entry: Entry, base: dict[str, list[str]]) -> bool:
    """Whether base has the entry's program, and none of its benchmarks. `^$`, which chooses none on purpose, is not idle."""
    programs = [names for program, names in base.items() if re.fullmatch(entry.program, program)]
    idle = not any(entry.match.search(name) for names in programs for name in names)
    return bool(programs) and idle and not entry.match.search("")


def chosen(program: str, name: str, choice: Choice) -> Benchmark | None:
    """What is to be seen of a benchmark; None where it was not asked for."""
    if choice.filter is not None and not choice.filter.search(name):
        return None
    speaking = [entry for entry in choice.entries if re.fullmatch(entry.program, program)]
    entry = next((entry for entry in speaking if entry.match.search(name)), None)
    if speaking and entry is None and choice.filter is None:
        return None
    metric = choice.metric or (entry and entry.metric) or metric_of(name)
    fixed = entry is not None and entry.min_effect is not None
    effect = max(choice.min_effect, entry.min_effect or 0.0) if entry else choice.min_effect
    return Benchmark(program, name, metric, effect, fixed)


def metric_of(name: str) -> str:
    """Wall time for what several threads do, CPU time for what one does: the less noisy of what is asked."""
    return WALL if _TIMED_BY_WALL.search(name) or _SEVERAL_THREADS.search(name) else CPU


def is_of_one_thread(name: str, metric: str) -> bool:
    """Whether it may share a CPU: what is taken is CPU time, and the name tells of no other threads. Who counts the CPU time
    of the whole process, or in a counter of his own, cpu_..., has others, unless he says that there is but one."""
    alone = _ONE_THREAD.search(name) or (metric == CPU and "/process_time" not in name)
    return metric.startswith(CPU) and bool(alone) and not _SEVERAL_THREADS.search(name)


def read_set(path: Path) -> tuple[Entry, ...]:
    """The entries of a gate set, a TOML file. Raises ContendError that names the file and the fault."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        return tuple(_entry(table) for table in document["benchmark"])
    except FileNotFoundError:
        raise ContendError(f"--set: {path}: no such file", Exit.USAGE) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as failure:
        raise ContendError(f"--set: {path} is no gate set: {failure}", Exit.USAGE) from failure


def _entry(table: dict[str, Any]) -> Entry:
    if unknown := set(table) - _KNOWN:
        raise ValueError(f"unknown key '{min(unknown)}'; there are: {', '.join(sorted(_KNOWN))}")
    effect = table.get("min_effect")
    return Entry(
        table.get("program", ".*"),
        pattern(table["match"]),
        table.get("metric"),
        None if effect is None else percentage(effect),
    )


def pattern(text: str) -> re.Pattern[str]:
    """A regular expression. Raises ValueError that says what is wrong."""
    try:
        return re.compile(text)
    except re.error as failure:
        raise ValueError(f"'{text}' is not a regular expression: {failure}") from failure


def percentage(text: str) -> float:
    """`5%` or `5 %` as 0.05. Raises ValueError."""
    number = text.strip().removesuffix("%").strip()
    try:
        value = float(number) / 100
    except ValueError:
        value = -1.0
    if not 0 < value < 10 or "%" not in text:
        raise ValueError(f"'{text}' is no percentage above 0, such as 5%")
    return value
