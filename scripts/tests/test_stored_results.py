"""`contend compare` and `contend export`: stored results of ours and of any Google Benchmark program."""

from collections.abc import Callable
import json
from pathlib import Path
import random
import re
from typing import Any

from contendlib import cli
from contendlib.stored import comparison, fingerprint, run
import pytest
from synthetic_results import write_run

HOST = {"date": "2026-01-02T03:04:05+00:00", "host_name": "here", "num_cpus": 2, "library_build_type": "release"}
Main = Callable[..., tuple[int, str, str]]


@pytest.fixture
def main(capfd: pytest.CaptureFixture[str]) -> Main:
    """Runs `contend WORDS...`: (exit code, stdout, stderr)."""

    def execute(*words: object) -> tuple[int, str, str]:
        code = cli.main([str(word) for word in words])
        return code, *capfd.readouterr()

    return execute


def row(name: str, ns: float, **more: Any) -> dict[str, Any]:
    return {"name": name, "run_name": name, "run_type": "iteration", "iterations": 9, "real_time": ns, "cpu_time": ns, **more}


def write(path: Path, factors: dict[str, float], seed: int = 1, noise: float = 0.01, **context: Any) -> Path:
    """Five repetitions of each benchmark, and the aggregate that must not be read."""
    rng = random.Random(seed)
    rows = []
    for name, factor in factors.items():
        rows += [row(name, 100 * factor * (1 + rng.gauss(0, noise)), time_unit="ns") for _ in range(5)]
        rows.append(row(name, 1e9) | {"name": f"{name}_mean", "run_type": "aggregate", "aggregate_name": "mean"})
    path.write_text(json.dumps({"context": HOST | context, "benchmarks": rows}))
    return path


def test_what_became_clearly_slower_is_said_and_that_it_is_no_verdict(tmp_path: Path, main: Main) -> None:
    old = write(tmp_path / "old.json", {"a": 1, "b/threads:2": 1, "c": 1}, 1)
    new = write(tmp_path / "new.json", {"a": 1.02, "b/threads:2": 1.5, "c": 0.5}, 2)
    code, out, _ = main("compare", old, new, "--json", tmp_path / "x.json")
    assert code == 0
    assert "new.json against old.json: 1 slower, 1 faster, 1 no clear difference" in out
    assert "Advice, no verdict" in out and out.index("| slower | `b/threads:2` |") < out.index("| faster | `c` |")
    assert "`a`" not in out and "`a`" in main("compare", old, new, "--all")[1]
    (slower,) = [line for line in json.loads((tmp_path / "x.json").read_text())["lines"] if line["advice"] == "slower"]
    assert slower["low"] < slower["ratio"] < slower["high"] and slower["ratio"] == pytest.approx(1.5, rel=0.03)


def test_a_trip_wire_exits_with_3(tmp_path: Path, main: Main) -> None:
    old = write(tmp_path / "old.json", {"a": 1, "b": 1})
    new = write(tmp_path / "new.json", {"a": 1, "b": 2.5}, 2)
    assert main("compare", old, new, "--trip", "2")[0] == 3
    assert main("compare", old, new, "--trip", "3")[0] == 0


def test_another_machine_is_refused_and_only_shares_are_shown(tmp_path: Path, main: Main) -> None:
    old = write(tmp_path / "old.json", {"a": 1, "b": 1, "c": 1})
    new = write(tmp_path / "new.json", {"a": 3, "b": 3, "c": 6}, 2, num_cpus=64)
    code, out, _ = main("compare", old, new, "--trip", "2")
    assert code == 4
    assert "Not comparable" in out and "num_cpus: 2 and 64" in out and "slower" not in out
    shares = {line.benchmark: line.ratio for line in comparison.compare(run.read(old), run.read(new), 0.25).lines}
    assert shares["c"] / shares["a"] == pytest.approx(2, rel=0.05) and shares["a"] < 1


def test_where_nothing_is_known_about_the_machines_nothing_is_compared(tmp_path: Path, main: Main) -> None:
    ours = write_run(tmp_path / "run", repetitions=3)
    name = next(iter(run.read(ours).times))
    code, out, _ = main("compare", ours, write(tmp_path / "x.json", {name: 1}))
    assert code == 4 and "they say nothing that could be compared" in out


def test_a_run_equals_itself(tmp_path: Path, main: Main) -> None:
    folder = write_run(tmp_path / "run", repetitions=3)
    code, out, _ = main("compare", folder, folder)
    assert code == 0 and "slower" not in out and "failed: " in out


def test_where_all_moves_a_bit_no_single_one_stands_out() -> None:
    rng = random.Random(5)
    names = [f"b{i}" for i in range(40)]
    old = run.StoredRun("old", "", {"host": "x"}, {name: [100.0, 101.0, 99.0, 100.5] for name in names})
    moved = {name: [t * 1.2 * rng.lognormvariate(0, 0.15) for t in old.times[name][:1]] * 4 for name in names}
    found = comparison.compare(old, run.StoredRun("new", "", {"host": "x"}, moved), 0.25)
    assert found.allowance > 1.4 and found.count(comparison.SLOWER) == 0
    assert found.shift == pytest.approx(1.2, rel=0.1)


def test_a_fingerprint_leaves_out_what_fluctuates_and_what_is_compared() -> None:
    card = {"cpu_model": "x", "logical_cpus": 2, "load": [1.0], "kernel": "6.1", "hypervisor": None}
    context = {"compiler": "GNU 12", "version:contend": "1", "version:oneTBB": "2021"}
    facts = fingerprint.of_run(card, {"context": context})
    assert facts == {"cpu_model": "x", "logical_cpus": "2", "compiler": "GNU 12", "version:oneTBB": "2021"}
    assert fingerprint.differences(facts, facts | {"compiler": "GNU 13"}) == ["compiler: GNU 12 and GNU 13"]
    assert fingerprint.differences(facts, facts | {"stepping": "2"}) == []


def test_what_failed_is_named_and_left_out(tmp_path: Path, main: Main) -> None:
    path = tmp_path / "x.json"
    bad = row("bad", 1.0, error_occurred=True, error_message="the sum is wrong")
    path.write_text(json.dumps({"context": HOST, "benchmarks": [row("good", 5.0), row("bad", 5.0), bad]}))
    stored = run.read(path)
    assert stored.times == {"good": [5.0]} and stored.failed == {"bad": "the sum is wrong"}
    assert stored.utc == "20260102T030405Z"
    code, out, error = main("export", path, "--to", "bencher")
    assert code == 0 and list(json.loads(out)) == ["good"]
    assert "bad failed and is left out: the sum is wrong" in error


def test_of_aggregates_alone_the_median_is_taken(tmp_path: Path, main: Main) -> None:
    def aggregates(name: str, median: float) -> list[dict[str, Any]]:
        kinds = {"mean": 9e9, "median": median, "stddev": 1.0, "cv": 0.1, "BigO": 1.0}
        return [
            row(name, ns) | {"name": f"{name}_{kind}", "run_type": "aggregate", "aggregate_name": kind} for kind, ns in kinds.items()
        ]

    old, new = tmp_path / "old.json", tmp_path / "new.json"
    for path, b in ((old, 10.0), (new, 30.0)):
        path.write_text(json.dumps({"context": HOST, "benchmarks": [row("a", 5.0), *aggregates("a", 7.0), *aggregates("b", b)]}))
    assert run.read(new).times == {"a": [5.0], "b": [30.0]}
    code, out, _ = main("compare", old, new)
    assert code == 0 and "| slower | `b` | 10 | 30 | 3.000 |" in out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"benchmarks": [', "cannot be read"),
        ("[]", "is not Google Benchmark's"),
        ('{"benchmarks": []}', "holds neither repetitions nor medians"),
        (json.dumps({"benchmarks": [row("a", 1.0) | {"run_type": "aggregate"}]}), "--benchmark_repetitions=10"),
        (json.dumps({"benchmarks": [row("a", 0.0)]}), "all 1 benchmarks failed"),
        (json.dumps({"benchmarks": [row("a", 1.0) | {"time_unit": "h"}]}), "all 1 benchmarks failed"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, main: Main, text: str, message: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    code, _, error = main("export", path, "--to", "benchstat")
    assert code == 1 and message in error and "x.json" in error and "Traceback" not in error


def test_other_bad_input(tmp_path: Path, main: Main) -> None:
    good = write(tmp_path / "good.json", {"a": 1})
    other = write(tmp_path / "other.json", {"b": 1})
    (tmp_path / "empty").mkdir()
    for words, code, message in (
        (("compare", good, tmp_path / "none"), 1, "no such file or folder"),
        (("compare", tmp_path / "empty", good), 1, "is no run of ours"),
        (("compare", good, other), 1, "have no benchmark in common"),
        (("compare", good, good, "--json", tmp_path / "none" / "x"), 1, "results cannot be written"),
        (("compare", good, good, "--trip", "1"), 2, "no factor above 1"),
        (("compare", good, good, "--min-effect", "5"), 2, "no percentage"),
        (("compare", good), 2, "required: NEW"),
        (("export", good, "--to", "excel"), 2, "invalid choice: 'excel'"),
        (("export", good, "--to", "bencher", "-o", tmp_path / "none" / "x"), 1, "results cannot be written"),
    ):
        found, _, error = main(*words)
        assert (found, message in error) == (code, True), error


def test_exports_have_one_entry_for_each_benchmark(tmp_path: Path, main: Main) -> None:
    path = write(tmp_path / "x.json", {"BM_A<int, 2>/8": 1, "lock/sections": 2}, library_build_type="release")
    entries = json.loads(main("export", path, "--to", "github-action-benchmark")[1])
    assert [entry["name"] for entry in entries] == ["BM_A<int, 2>/8", "lock/sections"]
    assert all(set(entry) == {"name", "unit", "value", "range", "extra"} and entry["unit"] == "ns" for entry in entries)
    for metric in json.loads(main("export", path, "--to", "bencher")[1]).values():
        assert set(metric) == {"latency"}
        assert metric["latency"]["lower_value"] <= metric["latency"]["value"] <= metric["latency"]["upper_value"]


def test_benchstat_gets_a_line_for_each_repetition(tmp_path: Path, main: Main) -> None:
    path = write(tmp_path / "x.json", {"BM_A<int, 2>/8": 1, "lock/sections": 2})
    assert main("export", path, "--to", "benchstat", "-o", tmp_path / "x.txt")[0] == 0
    lines = (tmp_path / "x.txt").read_text().splitlines()
    results = [line for line in lines if line.startswith("Benchmark")]
    assert all(re.fullmatch(r"Benchmark[A-Z]\S* 1 [0-9.]+ ns/op", line) for line in results)
    assert [line.split()[0] for line in results] == ["BenchmarkBM_A<int,_2>/8"] * 5 + ["BenchmarkLock/sections"] * 5
    assert all(re.fullmatch(r"[a-z][a-z-]*: .+", line) for line in lines if line not in results)
    assert "num-cpus: 2" in lines and not any("here" in line for line in lines)
