"""What a decision table should answer: every pattern and regime, or why not and how to measure it."""

from __future__ import annotations

from pathlib import Path
import re
import shlex

from contendlib.decisions import wanted
from contendlib.page import lookup
from contendlib.run_data import Row, RunData
from contendlib.verdicts import decisions
import pytest
from synthetic_results import case_of, write_run
from verdict_cases import decide, lock, measured, only


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunData:
    """Of enough CPUs for every regime."""
    return RunData.load(write_run(tmp_path_factory.mktemp("run"), cpus=8, repetitions=3))


def unanswered(run: RunData, rows: list[Row]) -> list[wanted.Unanswered]:
    summary = run.summary | {"cases": [c for c in run.summary["cases"] if c["case"] in {r.case for r in rows}]}
    return wanted.unanswered(rows, decisions(summary, run.machine, run.manifest), run.cpus)


# Made-up runs have processes in sections only, and no such items.
NOT_MADE_UP = {"I/O-bound items of 4 KiB", "Items that wait half of 1 ms"}


def test_a_run_of_everything_answers_all_that_is_asked_of_threads(run: RunData) -> None:
    left = {(u.pattern, u.regime) for u in unanswered(run, run.rows)}
    assert {pattern for pattern, regime in left if "processes" not in regime} == NOT_MADE_UP
    assert ("Short critical section", "processes") not in left


@pytest.mark.parametrize("one", wanted.WANTED, ids=lambda one: f"{one.pattern}, {one.regime}")
def test_what_was_not_measured_is_said_with_a_command_that_measures_it(one: wanted.Wanted, run: RunData) -> None:
    without = [r for r in run.rows if not one.includes(r)]
    (found,) = [u for u in unanswered(run, without) if (u.pattern, u.regime) == (one.pattern, one.regime)]
    assert found.why == "not measured in this run"
    words = shlex.split(found.command)
    assert words[:3] == ["./scripts/contend", "run", one.suite] and "--full" in words
    pattern = words[words.index("--filter") + 1]
    assert all(re.search(pattern, r.case) for r in run.rows if one.includes(r))


def test_what_only_failed_and_what_cannot_be_is_told_apart_from_what_was_not_measured(run: RunData) -> None:
    one = next(w for w in wanted.WANTED if w.pattern == "Nested locks" and w.regime == "oversubscribed")
    failed = [r for r in run.rows if one.includes(r)]
    for row in failed:
        object.__setattr__(row, "status", "failed")
    assert wanted._why(one, failed, 8).why == f"failed in {len(failed)} cases"
    four = next(w for w in wanted.WANTED if w.pattern == "MPMC queue, blocking" and w.regime == "within cores")
    assert (wanted._why(four, [], 2).why, wanted._why(four, [], 2).command) == ("not possible with 2 CPUs", "")


def test_a_pattern_is_looked_up_by_regime_and_leads_to_its_decision(run: RunData) -> None:
    decided = decisions(run.summary, run.machine, run.manifest)
    lines = {line.pattern: line.cells for line in lookup.lines(decided, wanted.unanswered(run.rows, decided, run.cpus))}
    assert list(lines) == list(dict.fromkeys(w.pattern for w in wanted.WANTED))
    within, over, processes = lines["Recursive lock"]
    assert {a.pick for a in within.answers} == {"RLock"} and decided[over.answers[0].place].regime == "oversubscribed"
    assert not processes.answers and processes.unanswered is None, "nobody asks that"
    within, over, processes = lines["Mostly read"]
    assert decided[within.answers[0].place].regime == "within cores"
    assert processes.unanswered is not None and "read_percent:(90|99)" in processes.unanswered.command
    assert all(cell.answers or cell.unanswered for w in wanted.WANTED for cell in [lines[w.pattern][lookup.REGIMES.index(w.regime)]])


def test_like_questions_with_one_answer_share_a_line_and_others_say_which_they_are(run: RunData) -> None:
    decided = [v for v in decisions(run.summary, run.machine, run.manifest) if v.suite == "queue"]
    (shapes,) = [line.cells[0] for line in lookup.lines(decided, []) if line.pattern == "MPMC queue, spinning"]
    (answer,) = shapes.answers
    assert answer.pick == "MpmcRing" and " x " in answer.detail and "more" in answer.detail


def test_uses_of_locks_and_queues_that_items_stand_in_are_decided(run: RunData) -> None:
    picks = {(v.pattern, v.regime): v.pick for v in decisions(run.summary, run.machine, run.manifest)}
    assert picks[("Recursive lock (depth 4)", "within cores")] == "RLock"
    assert picks[("Priority queue, 10,000 items standing", "oversubscribed")] == "PriorityQueue"
    assert picks[("LIFO queue, 10,000 items standing", "alone")] == "LifoQueue"
    assert ("Nested locks (locks 100, zipf 0.99)", "within cores") in picks


def test_a_pick_that_burns_much_more_cpu_than_another_says_so(tmp_path: Path) -> None:
    run = RunData.load(write_run(tmp_path, repetitions=5, suites=("lock",)))
    for case in run.summary["cases"]:
        case["counters"]["cpu_ns_per_op"] = 900.0 if case["subject"] == "tbb::spin_mutex" else 300.0
    notes = [v.trade_off for v in decisions(run.summary, run.machine) if v.pick == "tbb::spin_mutex" and "section" in v.pattern]
    assert notes and all("tbb::spin_mutex takes 3.0x the CPU time of" in note for note in notes)


def test_where_nothing_speaks_against_a_pick_it_is_said_what_was_looked_at() -> None:
    same = {"cpu_ns_per_op": 90.0, "wait_p999_ns": 800.0}
    assert only(lock("Lock", 50, **same), lock("std::mutex", 90, **same)).trade_off == (
        "None seen in shares, CPU time or long waits."
    )
    assert only(lock("Lock", 50), lock("std::mutex", 90)).trade_off == "None seen in shares."
    assert only(lock("Lock", 50)).trade_off == "", "nothing was compared"


def test_long_waits_and_uneven_shares_of_a_pick_are_its_trade_off() -> None:
    found = only(lock("SpinLock", 50, jain=0.9, wait_p999_ns=15e3), lock("Lock", 90, wait_p999_ns=1e3))
    assert found.trade_off == (
        "SpinLock shares unevenly (Jain 0.90, the slowest worker got 90 % of the fastest). "
        "1 wait in 1,000 takes 15 µs or longer with SpinLock, 1 µs with Lock."
    )


def test_those_that_share_the_lead_are_told_apart_by_what_they_cost() -> None:
    tie = lock("SpinLock", 100, spread=0.1, cpu_ns_per_op=400.0), lock("Lock", 105, spread=0.1, cpu_ns_per_op=100.0)
    found = only(*tie, lock("std::mutex", 300, cpu_ns_per_op=10.0))
    assert found.pick is None
    assert found.trade_off == "SpinLock takes 4.0x the CPU time of Lock per operation."


def test_a_decision_rests_on_whom_its_trade_off_names_too() -> None:
    cheap = lock("TicketLock", 90, cpu_ns_per_op=10.0)
    found = only(lock("SpinLock", 50, cpu_ns_per_op=40.0), lock("Lock", 80, cpu_ns_per_op=40.0), cheap)
    assert found.trade_off == "SpinLock takes 4.0x the CPU time of TicketLock per operation."
    assert cheap["case"] in found.cases and "TicketLock" in found.command


def test_objects_larger_than_a_cache_line_are_a_trade_off_where_their_size_is_known() -> None:
    alive = measured(case_of("lock", "lock_lifetime", "TicketLock", "threads", 1, {}, 2), 9, 0.02, 9)
    known = [alive | {"counters": {"object_bytes": 256.0, "heap_bytes": 0.0}}]
    (found,) = [v for v in decide(lock("TicketLock", 50), lock("Lock", 90), *known) if "section" in v.pattern]
    assert found.trade_off.endswith("TicketLock takes 256 bytes an object.")


def test_the_only_one_that_was_measured_is_no_pick() -> None:
    alone, compared = only(lock("Lock", 50)), only(lock("Lock", 50), lock("std::mutex", 90))
    assert (alone.alone, compared.alone) == (True, False)
