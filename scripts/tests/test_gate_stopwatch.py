"""What the gate measures at a time, and on which CPUs."""

import json
import os
from pathlib import Path
import sys
from typing import Any

from contendlib import process
from contendlib.gate.choice import is_of_one_thread
from contendlib.gate.pairs import CannotMeasure, Pair
from contendlib.gate.programs import Program, link_to
from contendlib.gate.stopwatch import Stopwatch, Task, lanes
import pytest

# Says when it starts and ends, and where; what is called "together" ends only when there are two. Fails on demand.
_PROGRAM = """#!{python} -IS
import json, os, sys, time
flags = dict(word.partition("=")[::2] for word in sys.argv[1:])
name = flags["--benchmark_filter"][1:-1].replace(chr(92), "")
def say(what):
    with open({log!r}, "a") as file:
        said = dict(what=what, name=name, role=os.environ["ROLE"], cpus=sorted(os.sched_getaffinity(0)))
        said["own"] = [word for word in sys.argv if word.startswith("--contend_")]
        file.write(json.dumps(said) + chr(10))
say("start")
while name == "together" and open({log!r}).read().count("start") < 2:
    time.sleep(0.01)
row = dict(name=name, run_type="iteration", iterations=1, real_time=2.0, cpu_time=1.0, time_unit="ns", wait_p50_ns=9)
if name == "bad" and os.environ["ROLE"] == "head":
    sys.exit(7)
say("end")
json.dump(dict(context=json.loads(os.environ["CONTEXT"]), benchmarks=[row]), open(flags["--benchmark_out"], "w"))
"""


class Bench:
    """A program, its log, and what measures it."""

    def __init__(self, folder: Path, interrupts: process.Interrupts, *contexts: dict[str, str]) -> None:
        self._log = folder / "log"
        path = folder / "bench"
        path.write_text(_PROGRAM.format(python=sys.executable, log=str(self._log)))
        path.chmod(0o755)
        said = [json.dumps(context) for context in contexts or ({}, {})]
        links = [link_to(path, folder, number) for number in range(2)]
        self._sides = [
            Program("bench", link, folder, {"ROLE": role, "CONTEXT": context})
            for role, link, context in zip(("base", "head"), links, said)
        ]
        self.cpus = frozenset(os.sched_getaffinity(0))
        self._stopwatch = Stopwatch(folder, [], 0.01, 600.0, self.cpus, interrupts)
        self.measure("first")

    def measure(self, *names: str, metric: str = "cpu", head_first: bool = False) -> list[Pair | CannotMeasure]:
        self._log.write_text("")
        return self._stopwatch.measure([Task(name, name, metric, *self._sides, head_first) for name in names])

    def seen(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.read_text().splitlines()]


@pytest.fixture
def bench(tmp_path: Path):  # type: ignore[no-untyped-def]
    with process.Interrupts() as interrupts:
        yield Bench(tmp_path, interrupts)


def test_halves_of_one_thread_share_a_cpu_at_the_same_time(bench: Bench) -> None:
    (pair,) = bench.measure("together")
    assert isinstance(pair, Pair) and pair.base.time_ns == pair.head.time_ns == 1.0
    seen = bench.seen()
    assert [each["what"] for each in seen] == ["start", "start", "end", "end"]
    assert all(each["cpus"] == [min(bench.cpus)] for each in seen)


@pytest.mark.parametrize(("name", "metric"), [("one", "wall"), ("one/threads:2", "wall"), ("one/threads:2", "cpu")])
def test_others_have_all_cpus_to_themselves(bench: Bench, name: str, metric: str) -> None:
    for head_first in (False, True):
        bench.measure(name, metric=metric, head_first=head_first)
        seen = bench.seen()
        roles = ("head", "base") if head_first else ("base", "head")
        assert [(each["role"], each["what"]) for each in seen] == [(role, what) for role in roles for what in ("start", "end")]
        assert all(each["cpus"] == sorted(bench.cpus) for each in seen)


@pytest.mark.parametrize(
    ("base", "flags"),
    [
        ({}, []),
        ({"unit_ns": "1.5"}, ["--contend_unit_ns=1.5"]),
        ({"unit_ns": "1.5", "waits": "measured"}, ["--contend_unit_ns=1.5", "--contend_waits=no"]),
    ],
)
def test_programs_of_ours_are_told_what_both_sides_know(tmp_path: Path, base: dict[str, str], flags: list[str]) -> None:
    head = base and {"unit_ns": "2", "waits": "measured"}
    with process.Interrupts() as interrupts:
        bench = Bench(tmp_path, interrupts, base, head)
        bench.measure("one")
        assert [each["own"] for each in bench.seen()] == [flags] * 4
        bench.measure("one", metric="wait_p50_ns")
        assert "--contend_waits=no" not in str(bench.seen())


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two CPUs")
def test_each_cpu_has_a_pair_of_its_own_and_a_failure_is_one_benchmarks(bench: Bench) -> None:
    good, bad = bench.measure("good", "bad")
    assert isinstance(good, Pair) and isinstance(bad, CannotMeasure)
    assert str(bad).startswith("in head: no result was written (exit 7)")
    cpus = {(each["name"], tuple(each["cpus"])) for each in bench.seen()}
    assert len({cpu for _, cpu in cpus}) == len(cpus) == 2


@pytest.mark.parametrize(
    ("name", "metric", "expected"),
    [
        ("sort/64", "cpu", True),
        ("sort/threads:1", "cpu", True),
        ("sort/threads:2", "cpu", False),
        ("sort/64", "wall", False),
        ("sort/64", "bytes", False),
        ("sort/64", "cpu_ns_per_op", False),
        ("lock/team:threads/workers:1/manual_time", "cpu_ns_per_op", True),
        ("sort/process_time", "cpu", False),
        ("lock/team:threads/workers:1/process_time/manual_time", "cpu", True),
        ("lock/team:threads/workers:12/process_time/manual_time", "cpu", False),
    ],
)
def test_who_says_that_there_are_other_threads_shares_no_cpu(name: str, metric: str, expected: bool) -> None:
    assert is_of_one_thread(name, metric) == expected


def test_there_are_as_many_lanes_as_cpus_up_to_a_few() -> None:
    assert [lanes(count) for count in (1, 2, 3, 64)] == [1, 2, 3, 4]
