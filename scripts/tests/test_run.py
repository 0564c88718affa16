"""`contend run` from beginning to end, on fake binaries."""

from dataclasses import replace
import json
import os
import random
import shlex
import socket

from conftest import Bench
from contendlib import cases, cli, plan, remeasure, session
from contendlib.cases import Case
from contendlib.run_data import RunData
import pytest


def test_a_run_leaves_the_files_that_others_read(bench: Bench) -> None:
    result = bench.run("--seed", "7")
    assert result.returncode == 0, result.stderr
    run = bench.newest
    for name in (
        "manifest.json",
        "machine.json",
        "samples.jsonl",
        "summary.json",
        "summary.csv",
        "summary.md",
    ):
        assert (run / name).is_file(), name
    assert (
        run.parent.name
        == bench.document("machine.json")["id"]
        == bench.document("manifest.json")["machine_id"]
    )
    assert (bench.out / "latest").resolve() == run
    assert not os.path.isabs(os.readlink(bench.out / "latest"))
    assert len(list((run / "gbench").iterdir())) == len(bench.samples()) == 6 * 2
    assert f"results: {run}" in result.stdout


def test_a_sample_says_what_was_measured(bench: Bench) -> None:
    bench.run("--filter", "SpinLock.*workers:2", "--repetitions", "1")
    (sample,) = bench.samples()
    assert sample["case"] == "lock/sections/SpinLock/team:threads/workers:2/cs_ns:50"
    assert (sample["subject"], sample["workers"], sample["args"]) == ("SpinLock", 2, {"cs_ns": 50})
    assert (sample["status"], sample["error"], sample["real_time_ns"], sample["iterations"]) == (
        "ok",
        None,
        20.0,
        1000,
    )
    assert sample["counters"] == {"workers": 2, "jain": 1.0, "share_0": 1.0, "longest_gap_ns": None}


def test_the_summary_has_median_interval_and_subjects(bench: Bench) -> None:
    bench.run()
    row = bench.summary()["lock/sections/std::mutex/team:threads/workers:2/cs_ns:50"]
    assert (row["n"], row["median_ns"], row["low_ns"], row["high_ns"], row["ops_per_s"]) == (
        2,
        50.0,
        50.0,
        50.0,
        2e7,
    )
    assert row["stable"] and row["halves_ratio"] == 1.0
    document = bench.document("summary.json")
    assert document["schema"] == 1
    assert {subject["name"] for subject in document["subjects"]} == {"Lock", "SpinLock", "std::mutex"}
    assert document["absent"] == [{"family": "Abseil", "why": "not found"}]
    assert "| std::mutex | threads | 2 | 50 |" in (bench.newest / "summary.md").read_text()
    assert (bench.newest / "summary.csv").read_text().count("\n") == 7


def test_halves_that_disagree_are_named_unstable(bench: Bench) -> None:
    bench.misbehave(Lock="unstable")
    result = bench.run()
    assert result.returncode == 0
    row = bench.summary()["lock/sections/Lock/team:threads/workers:1/cs_ns:50"]
    assert not row["stable"] and row["halves_ratio"] == 2.0
    assert "unstable (odd and even repetitions differ by more than 10 %): 2 cases" in result.stdout


def test_repetitions_are_interleaved_and_in_a_seeded_random_order(bench: Bench) -> None:
    bench.run("--seed", "7")
    samples = bench.samples()
    assert [sample["repetition"] for sample in samples] == [0] * 6 + [1] * 6
    assert [sample["order"] for sample in samples] == list(range(12))
    first = [sample["case"] for sample in samples]
    bench.run("--seed", "7")
    assert [sample["case"] for sample in bench.samples()] == first
    assert first[:6] != first[6:] or first[:6] != sorted(first[:6])


def test_all_processes_run_the_same_work_units(bench: Bench) -> None:
    bench.run()
    assert bench.document("manifest.json")["unit_ns"] == 1.25
    units = {
        json.loads(path.read_text())["context"]["unit_ns"] for path in (bench.newest / "gbench").iterdir()
    }
    assert units == {"1.25"}


def test_affinity_is_set_in_the_child(bench: Bench) -> None:
    cpu = max(os.sched_getaffinity(0))
    bench.run("--cpus", str(cpu), "--workers", "max")
    contexts = [json.loads(path.read_text())["context"] for path in (bench.newest / "gbench").iterdir()]
    assert {context["cpus"] for context in contexts} == {str(cpu)}
    assert {sample["workers"] for sample in bench.samples()} == {1}
    assert bench.document("manifest.json")["options"]["cpus"] == [cpu]


def test_results_name_neither_the_host_nor_its_folders(bench: Bench) -> None:
    bench.run("--", "--benchmark_context=why=test")
    for path in bench.newest.rglob("*.*"):
        if path.is_file() and path.parent.name != "gbench":
            text = path.read_text()
            assert str(bench.folder) not in text and str(bench.out) not in text, path
    hosts = {
        json.loads(path.read_text())["context"]["host_name"] for path in (bench.newest / "gbench").iterdir()
    }
    assert hosts == {"host"} or socket.gethostname() == "host"
    assert bench.document("manifest.json")["command"][-2:] == ["--", "--benchmark_context=why=test"]


def test_all_suites_are_the_default_and_repeated_ones_count_once(bench: Bench) -> None:
    words = ["--repetitions", "1", "--workers", "1"]
    assert bench.command(*bench.run_words(*words)).returncode == 0
    assert {sample["suite"] for sample in bench.samples()} == {"lock", "queue", "executor", "sync", "floor", "pattern"}
    assert bench.command(*bench.run_words("queue", "queue", *words)).returncode == 0
    assert len(bench.samples()) == 3


def test_a_dry_run_writes_nothing(bench: Bench) -> None:
    result = bench.run("--dry-run")
    assert result.returncode == 0
    assert "6 cases x 2 repetitions" in result.stdout and "about" in result.stdout
    assert not bench.out.exists()


def test_the_command_beside_a_verdict_measures_the_rows_it_rests_on_and_no_others(bench: Bench) -> None:
    assert bench.run("--repetitions", "1").returncode == 0
    rows = {(row.subject, row.workers): row for row in RunData.load(bench.newest).rows}
    some = [rows["Lock", 1], rows["Lock", 2], rows["SpinLock", 1]]
    words = shlex.split(remeasure.command(some))
    assert words[:2] == [remeasure.PROGRAM, "run"]
    done = bench.command(*bench.run_words("--dry-run", *words[2:]))
    assert done.stdout.startswith("3 cases x "), done.stderr


def test_plain_progress_says_which_case_and_how_long(bench: Bench) -> None:
    result = bench.run("--progress", "plain")
    assert "[1/12] repetition 1 of 2, lock/sections/" in result.stderr and " left" in result.stderr
    assert "[1/12]" not in bench.run("--progress", "none").stderr


def test_googles_debug_warning_is_explained_once(bench: Bench) -> None:
    result = bench.run()
    assert result.stderr.count("Library was built as DEBUG") == 1
    assert "***WARNING***" not in result.stderr


def _cases(count: int) -> list[Case]:
    return [Case(f"c{i}", "lock", "w", "s", "threads", 1, {}, False, quick=True, rounds=2) for i in range(count)]


def test_quick_mode_keeps_its_budget_by_fewer_repetitions() -> None:
    assert plan.affordable(plan.QUICK, 1.0) == plan.QUICK.repetitions
    assert plan.affordable(plan.QUICK, plan.QUICK.budget_s / 5) == 5
    assert plan.affordable(plan.QUICK, 1e6) == plan.QUICK.fewest_repetitions
    assert plan.affordable(plan.FULL, 1e6) == plan.FULL.repetitions


def test_some_cases_are_repeated_for_as_long_as_the_budget_leaves() -> None:
    mode = plan.Mode("m", repetitions=4, round_s=0.1, budget_s=100.0, most_further=10)
    assert plan.affordable_further(mode, left_s=20.0, repetition_seconds=6.0) == 4  # the last is cut short
    assert plan.affordable_further(mode, left_s=200.0, repetition_seconds=6.0) == 10
    assert plan.affordable_further(mode, left_s=-1.0, repetition_seconds=6.0) == 0
    assert plan.affordable_further(mode, left_s=20.0, repetition_seconds=0.0) == 0
    assert plan.affordable_further(plan.QUICK, left_s=20.0, repetition_seconds=1.0) == 0
    assert plan.affordable(mode, 10.0, budget_s=20.0) == mode.fewest_repetitions == 4
    assert plan.affordable(plan.CLAIMS, 10.0, budget_s=35.0) == 3
    assert [case.name for case in plan.further_cases(_cases(12), "^c1")] == ["c1", "c10", "c11"]
    assert plan.further_cases(_cases(3), None) == []


def test_a_quick_run_leaves_out_what_only_a_full_one_measures() -> None:
    listed = _cases(3)
    listed[1] = replace(listed[1], quick=False)
    assert [case.name for case in cases.selected(listed, None, quick=True)] == ["c0", "c2"]
    assert len(cases.selected(listed, None, quick=False)) == 3
    assert [case.name for case in cases.selected(listed, "c1", quick=True)] == ["c1"]


def test_costs_are_estimated_then_learned() -> None:
    cases = _cases(4)
    costs = plan.CostModel(cases, round_s=0.1, overhead_s=0.05)
    assert costs.of(cases) == pytest.approx(1.0)
    costs.learn("c0", 0.5)
    assert costs.of(cases) == pytest.approx(2.0)
    costs.learn("c1", 1.5)
    assert costs.of(cases) == pytest.approx(0.5 + 1.5 + 2 * 1.0)
    assert costs.of(cases[2:3]) == pytest.approx(1.0)


def test_every_repetition_has_an_order_of_its_own() -> None:
    random.seed(0)
    orders = [[job.case.name for job in plan.repetition_jobs(_cases(20), r, seed=3, first=20 * r)] for r in range(3)]
    assert len({tuple(order) for order in orders}) == 3
    assert all(sorted(order) == sorted(orders[0]) for order in orders)


def test_quick_mode_makes_fewer_repetitions_where_the_first_shows_it_must(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(plan.MODES, "quick", plan.Mode("quick", repetitions=6, round_s=1e-6, budget_s=0.2))
    monkeypatch.setattr(session, "NOISE_S", 0.001)
    bench.misbehave(SpinLock="slow")
    monkeypatch.setenv("CONTEND_FAKE", bench.environment["CONTEND_FAKE"])
    assert cli.main(bench.run_words("lock", "--filter", "SpinLock/.*workers:1")) == 0
    assert len(bench.samples()) == 4
    assert bench.document("manifest.json")["options"]["repetitions"] == 4
    assert "4 repetitions in place of 6" in bench.document("manifest.json")["notes"][0]
    assert "4 repetitions in place of 6" in capfd.readouterr().err
