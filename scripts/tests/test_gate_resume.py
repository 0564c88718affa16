"""`contend gate --resume`: an interrupted gate goes on where it was, and under no other terms."""

from collections.abc import Sequence
from pathlib import Path
from random import Random
import signal

from contendlib.gate.conductor import Conductor, Draw
from contendlib.gate.contest import Benchmark, Contest
from contendlib.gate.pairs import Measurement, Pair
from contendlib.gate.rule import Rule
from gate_bench import FAST, GateBench
import pytest


class Stop(Exception):
    """In place of a signal."""


def contests() -> list[Contest]:
    return [Contest(Benchmark("p", f"b{i}", "cpu", 0.05), Rule(), 2, 6) for i in range(6)]


@pytest.mark.parametrize("stop_after", [7, 95, 171, 186, 240])
def test_a_gate_that_is_taken_up_is_where_it_was(stop_after: int) -> None:
    """Noise at which some are undecided at the early look; b5 is slower, and so suspect."""
    rng = Random(stop_after)
    events: list[Pair | None] = []

    def measure(draws: Sequence[Draw]) -> list[Pair]:
        if sum(event is not None for event in events) >= stop_after:
            raise Stop
        return [one_pair(*draw) for draw in draws]

    def one_pair(benchmark: Benchmark, head_first: bool) -> Pair:
        slowdown = 1.4 if benchmark.name == "b5" else 1.0
        pair = Pair(benchmark.key, Measurement(100 * rng.lognormvariate(0, 0.15)), Measurement(100 * slowdown), head_first, 0.2)
        events.append(pair)
        return pair

    first = contests()
    conductor = Conductor(first, measure, 2, lambda: 0.2 * len(events), 60.0, Random(1))
    conductor.on_early_look = lambda: events.append(None)
    with pytest.raises(Stop):
        conductor.run()
    assert (None in events) == (stop_after > 0.6 * 60 / 0.2)
    again = contests()
    taken_up = Conductor(again, measure, 2, lambda: 0.0, 60.0, Random(1))
    taken_up.take_up(events)
    assert again == first
    assert [one.decided_s is None for one in again] == [one.is_open for one in again]
    assert [one.decided_s for one in again] == [pytest.approx(one.decided_s, abs=0.5) for one in first]
    assert taken_up.elapsed == pytest.approx(0.2 * sum(event is not None for event in events))


def test_an_interrupted_gate_goes_on(gate: GateBench) -> None:
    gate.base_plan = {"names": [FAST]}
    gate.head_plan = {"names": [FAST], "swing": True}
    assert gate.run_until(lambda: gate.has_pairs(4), signal.SIGINT).returncode == 130
    before = gate.pairs()
    with (gate.out / "pairs.jsonl").open("a") as file:
        file.write('{"benchmark": "half a li')
    result = gate.run("--resume", "--budget", "3")
    assert result.returncode == 4, result.stderr
    assert f"going on after {len(before)} pairs" in result.stderr
    assert gate.pairs()[: len(before)] == before
    row = gate.document()["rows"][0]
    assert row["screened"] + row["rejected"] == len(gate.pairs()) >= len(before)
    assert gate.document()["seed"] == 1
    assert "was not interrupted" in gate.run("--resume").stderr


def test_a_gate_that_was_killed_goes_on_but_not_under_other_terms(gate: GateBench) -> None:
    gate.base_plan = gate.head_plan = {"names": [FAST, "x"], "behave": {FAST: "slow_start"}}
    assert gate.run_until(lambda: gate.has_pairs(2), signal.SIGKILL).returncode == -signal.SIGKILL
    gate.base_plan = gate.head_plan = {"names": [FAST, "x"]}
    for words, message in (
        (("--alpha", "0.02"), "was on another rule"),
        (("--filter", "x"), "was on other benchmarks, metrics or effects"),
        (("--min-effect", "7%"), "was on other benchmarks"),
    ):
        result = gate.run("--resume", *words)
        assert result.returncode == 2 and message in result.stderr, result.stderr
    assert gate.run("--resume").returncode == 0
    with (gate.out / "pairs.jsonl").open("a") as file:
        file.write("{}\n")
    (gate.out / "gate.json").unlink()
    result = gate.run("--resume")
    assert result.returncode == 1 and "a line of the recorded pairs cannot be read" in result.stderr
    gate.head.write_text(gate.head.read_text() + "\n")
    result = gate.run("--resume")
    assert result.returncode == 2 and "was on other programs" in result.stderr


def test_what_is_no_gate_cannot_be_taken_up(gate: GateBench, tmp_path: Path) -> None:
    result = gate.run("--resume", "--out", str(tmp_path))
    assert result.returncode == 2 and "holds no gate" in result.stderr
