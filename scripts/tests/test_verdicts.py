"""The rules of contendlib.verdicts, each on data made for it."""

from __future__ import annotations

from pathlib import Path
import re
from typing import Any

import pytest

from contendlib import remeasure
from contendlib.ranking import speed_ratio
from contendlib.run_data import RunData, rows_of
from contendlib.verdicts import MOST_PRINTED, decisions, verdicts
from contendlib.wording import between, duration, percent, rate, significant
from synthetic_results import case_of, summary_of, write_run
from verdict_cases import Case, decide, executor, failed, lock, measured, only


def test_a_clear_winner_is_picked_with_its_margin_and_told_against_std_mutex() -> None:
    verdict = only(lock("TicketLock", 100), lock("Lock", 150), lock("std::mutex", 180))
    assert (verdict.pick, verdict.runner_up, verdict.confidence) == ("TicketLock", "Lock", "high")
    assert verdict.margin is not None
    assert verdict.margin[0] == pytest.approx(1.5)
    assert 1.4 < verdict.margin[1] < 1.5 < verdict.margin[2] < 1.6
    assert verdict.text == (
        "Short critical section (50 ns, 50 ns outside), 2 threads: use TicketLock, 1.8x std::mutex [1.7, 1.9]."
    )
    assert (verdict.pattern, verdict.regime) == (
        "Short critical section (50 ns, 50 ns outside)",
        "within cores",
    )


def test_overlapping_intervals_have_no_winner_and_name_who_is_tied() -> None:
    verdict = only(
        lock("TicketLock", 100, spread=0.1), lock("Lock", 108, spread=0.1), lock("std::mutex", 300)
    )
    assert verdict.pick is None
    assert verdict.tied == ("TicketLock", "Lock")
    assert (
        "no clear winner: TicketLock and Lock cannot be told apart; each is 2.8 to 3.0x std::mutex"
        in verdict.text
    )


def test_a_lead_too_small_to_matter_is_a_tie_however_narrow_the_intervals() -> None:
    assert only(lock("Lock", 100, spread=0.001), lock("std::mutex", 104, spread=0.001)).pick is None
    assert only(lock("Lock", 100, spread=0.001), lock("std::mutex", 106, spread=0.001)).pick == "Lock"


def test_an_unfair_lock_is_passed_over_and_named() -> None:
    verdict = only(lock("SpinLock", 50, jain=0.55), lock("TicketLock", 100), lock("std::mutex", 200))
    assert verdict.pick == "TicketLock"
    assert "SpinLock is 2.0x as fast but unfair (Jain 0.55" in verdict.text
    assert any("SpinLock" in case for case in verdict.cases)


def test_a_starved_worker_alone_makes_a_lock_unfair() -> None:
    starving = lock("SpinLock", 50) | {"counters": {"jain": 0.97, "min_max_share": 0.01}}
    assert only(starving, lock("std::mutex", 200), lock("Lock", 300)).pick == "std::mutex"


def test_a_lock_that_lets_some_starve_is_passed_over_and_named() -> None:
    slow = lock("SpinLock", 50, wait_p999_ns=3.1e6)
    verdict = only(slow, lock("TicketLock", 100, wait_p999_ns=2e4), lock("std::mutex", 200, wait_p999_ns=3e4))
    assert verdict.pick == "TicketLock"
    assert "SpinLock is 2.0x as fast but lets some starve (1 wait in 1,000 takes 3.1 ms or longer)." in verdict.text
    for tail in (9e5, 1.9e6):  # less than a turn of the scheduler's; not so many times another's
        slow["counters"]["wait_p999_ns"] = tail
        assert only(slow, lock("std::mutex", 200, wait_p999_ns=2e4)).pick == "SpinLock"


def test_where_every_lock_is_unfair_the_text_says_so() -> None:
    verdict = only(lock("SpinLock", 50, jain=0.5), lock("std::mutex", 200, jain=0.6))
    assert verdict.pick == "SpinLock"
    assert "It is unfair (Jain 0.50" in verdict.text and "every other lock measured here is ruled out" in verdict.text


def test_where_all_that_are_fair_let_some_starve_the_text_says_so() -> None:
    starving = lock("SpinLock", 50, wait_p999_ns=3.1e6)
    verdict = only(starving, lock("std::mutex", 200, jain=0.6, wait_p999_ns=2e4))
    assert verdict.pick == "SpinLock"
    assert "It lets some starve (1 wait in 1,000 takes 3.1 ms or longer), and every other lock" in verdict.text


def test_the_only_lock_left_is_not_called_the_only_fair_one() -> None:
    verdict = only(lock("SpinLock", 50, wait_p999_ns=3.1e6), lock("Lock", 100, wait_p999_ns=2e4))
    assert "use Lock, the only one of 2 not ruled out" in verdict.text


def test_the_only_fair_lock_is_picked_and_said_to_be_that() -> None:
    verdict = only(lock("SpinLock", 50, jain=0.5), lock("Lock", 100), lock("std::mutex", 80, jain=0.6))
    assert verdict.pick == "Lock" and verdict.runner_up is None
    assert "use Lock, the only fair one of 3, 0.80x std::mutex" in verdict.text
    assert "SpinLock is 2.0x as fast but unfair" in verdict.text


def test_nothing_is_vetoed_when_oversubscribed() -> None:
    assert (
        only(lock("SpinLock", 50, workers=8, jain=0.3), lock("std::mutex", 200, workers=8)).pick == "SpinLock"
    )


def test_a_lock_that_collapses_oversubscribed_carries_the_warning() -> None:
    found = decide(
        lock("TicketLock", 100),
        lock("std::mutex", 200),
        lock("TicketLock", 1e6, 8),
        lock("std::mutex", 250, 8),
    )
    within = next(v for v in found if v.regime == "within cores")
    assert "Avoid TicketLock oversubscribed (0.00025x std::mutex at 8)." in within.text
    assert "Avoid" in within.trade_off


def test_failed_and_null_subjects_are_never_ranked() -> None:
    verdict = only(lock("null", 1), failed(lock("SpinLock", 1)), lock("Lock", 100), lock("std::mutex", 200))
    assert verdict.pick == "Lock"
    assert not any("null" in case or "SpinLock" in case for case in verdict.cases)


def test_a_question_of_which_everything_failed_has_no_verdict() -> None:
    assert decide(failed(lock("Lock", 1)), failed(lock("std::mutex", 1))) == []


def test_a_single_subject_is_not_compared() -> None:
    verdict = only(lock("Lock", 100))
    assert (verdict.pick, verdict.runner_up, verdict.confidence) == ("Lock", None, "low")
    assert "nothing can be compared" in verdict.text


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "high"),
        ({"n": 4}, "medium"),
        ({"n": 2}, "low"),
        ({"stable": False}, "medium"),
        ({"n": 4, "stable": False}, "low"),
    ],
)
def test_few_repetitions_and_unstable_rows_lower_the_confidence(
    changes: dict[str, Any], expected: str
) -> None:
    assert only(lock("Lock", 100, **changes), lock("std::mutex", 200)).confidence == expected


def test_regimes_are_kept_apart_and_take_their_largest_team() -> None:
    found = decide(
        *(
            lock(s, ns, w, cpus=4, team=t)
            for s, ns in (("Lock", 100), ("std::mutex", 200))
            for w in (1, 2, 4, 8, 16)
            for t in ("threads", "processes")
        )
    )
    assert {(v.regime, re.search(r"workers:(\d+)", v.cases[0])[1]) for v in found} == {  # type: ignore[index]
        ("alone", "1"),
        ("within cores", "4"),
        ("oversubscribed", "16"),
        ("processes", "4"),
        ("processes, alone", "1"),
        ("processes, oversubscribed", "16"),
    }


def test_executors_are_held_against_bare_threads_that_are_never_ranked() -> None:
    others = [executor("serial", 1e6, 1, 1000), executor("pool", 520e3, 2, 1000), executor("process_pool", 560e3, 2, 1000)]
    bare = executor("bare_threads", 510e3, 2, 1000)
    (verdict,) = [v for v in decide(*others, bare) if v.regime == "within cores" and v.margin]
    assert verdict.pick == "pool" and verdict.subjects == ["pool", "process_pool", "serial", "bare_threads"]
    gains = r"; beside as many bare threads: pool 0\.98x \[0\.95, 1\.01\] and process_pool 0\.91x \[0\.89, 0\.94\]\.$"
    assert re.search(gains, verdict.text), verdict.text
    assert "bare_threads" in verdict.command
    assert not any("bare" in v.text for v in decide(*others))
    assert not any("bare" in v.text for v in decide(*others, failed(bare)))


def test_executors_are_told_against_serial_with_the_break_even_size() -> None:
    rows = [executor("serial", us * 1e3, 1, us) for us in (1, 10, 100)]
    rows += [executor("pool", us * 500 + 2000, 2, us) for us in (1, 10, 100)]
    rows += [executor("processes", us * 500 + 200_000, 2, us) for us in (1, 10, 100)]
    texts = [v.text for v in decide(*rows)]
    assert any(
        "CPU-bound items of 100 µs, 2 workers: use pool, 1.92x serial" in t or "use pool, 1.9x serial" in t
        for t in texts
    )
    assert any("CPU-bound items of 1 µs, 2 workers: stay serial" in t for t in texts)
    assert any(
        "clearly faster than serial are pool from 10 µs on; at no size processes (measured 1 µs to 100 µs)" in t
        for t in texts
    )


def test_a_size_at_which_serial_was_not_measured_decides_no_break_even() -> None:
    rows = [executor("serial", 1e3, 1, 1), executor("pool", 500, 2, 1), executor("pool", 5e3, 2, 10)]
    assert not any("break-even" in v.group for v in decide(*rows))


def test_several_executors_that_pay_from_the_same_size_on_share_that_verdict() -> None:
    rows = [executor("serial", size * 1e3, 1, size) for size in (1, 10)]
    rows += [executor(name, size * 550, 2, size) for size in (1, 10) for name in ("pool", "threads")]
    rows += [executor("processes", ns, 2, size) for size, ns in ((1, 9e3), (10, 6e3))]
    (found,) = [v for v in decide(*rows) if "break-even" in v.group]
    assert (found.pick, set(found.tied), found.runner_up) == (None, {"pool", "threads"}, "processes")
    assert found.confidence == "high"
    hardly = [executor(name, size * 940, 2, size) for size in (1, 10) for name in ("pool", "threads")]
    (found,) = [v for v in decide(*rows[:2], *hardly) if "break-even" in v.group]
    assert found.confidence == "medium", "it may be next to no faster"


def test_the_ratio_of_exact_medians_is_exact_and_intervals_add_up() -> None:
    exact, wide = rows_of(summary_of([lock("Lock", 100, spread=0), lock("std::mutex", 200, spread=0.1)]))
    ratio = speed_ratio(exact, wide)
    assert ratio.as_tuple() == pytest.approx((2.0, 1.8, 2.2))


def test_printed_are_a_few_each_of_another_kind(tmp_path: Path) -> None:
    run = RunData.load(write_run(tmp_path, repetitions=5))
    printed = verdicts(run.summary, run.machine)
    assert 8 <= len(printed) <= MOST_PRINTED < len(decisions(run.summary, run.machine))
    assert len({v.group for v in printed}) == len(printed)
    assert {v.suite for v in printed} == {"lock", "queue", "executor", "sync"}


def test_the_command_of_every_verdict_selects_the_cases_that_it_rests_on_and_no_other(tmp_path: Path) -> None:
    run = RunData.load(write_run(tmp_path, repetitions=3))
    known = [r.case for r in run.rows]
    for verdict in decisions(run.summary, run.machine):
        assert verdict.cases and set(verdict.cases) <= set(known)
        pattern = re.search(r"--filter '?(\S+?)'?$", verdict.command)[1]  # type: ignore[index]
        assert {case for case in known if re.search(pattern, case)} == set(verdict.cases)


def test_the_command_for_a_queue_gives_the_counts_of_its_sides_too(tmp_path: Path) -> None:
    run = RunData.load(write_run(tmp_path, cpus=8, repetitions=2, suites=("queue",)))
    row = next(r for r in run.rows if r.workload == "throughput" and (r.args["producers"], r.args["consumers"]) == (1, 4))
    assert "--workers 1,4,5 " in remeasure.command([row])
    assert "--workers 2 " in remeasure.command([r for r in run.rows if r.workload == "ping_pong"])


def test_a_filter_for_one_case_selects_just_that() -> None:
    assert remeasure.pattern(["a/b(c)/w:1"]) == r"^a/b\(c\)/w:1$"
    assert remeasure.pattern(["a/x::y/w:1", "a/z/w:2"]) == "^a/(x::y/w:1|z/w:2)$"
    assert remeasure.pattern(["a/x/w:1", "b/x"]) == "^(a/x/w:1|b/x)$"
    assert remeasure.pattern(["a/x::y/w:1", "a/z/w:1"]) == "^a/(x::y|z)/w:1$"


def test_a_filter_for_some_cases_of_a_product_leaves_out_the_others() -> None:
    assert remeasure.pattern(["a/x/w:1", "a/y/w:1", "a/y/w:2"]) == "^a/(x/w:1|y/w:(1|2))$"
    assert remeasure.pattern(["a/x", "a/x/w:1", "a/y/w:1"]) == "^a/(x(/w:1)?|y/w:1)$"
    product = [f"a/{x}/{y}/w:{w}" for x in "bcd" for y in "efg" for w in (1, 2)]
    for left_out in range(len(product)):
        some = [case for at, case in enumerate(product) if at != left_out]
        assert [case for case in product if re.search(remeasure.pattern(some), case)] == some


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (duration(0.4), "0.40 ns"),
        (duration(999.6), "1 µs"),
        (duration(12_345), "12 µs"),
        (duration(2.4e6), "2.4 ms"),
        (rate(9.96e5), "1 M/s"),
        (rate(350e6), "350 M/s"),
        (significant(0), "0"),
        (significant(float("nan")), "n/a"),
        (significant(12345), "12,000"),
        (percent(0.004), "0.4 %"),
        (percent(0.996), "100 %"),
        (percent(2e-24), "under 0.001 %"),
        (between(1.28, 1.9), "1.3 to 1.9x"),
        (between(1.08, 1.14), "1.08 to 1.14x"),
        (between(2.01, 2.04), "2.0x"),
    ],
)
def test_figures_read_well(words: str, expected: str) -> None:
    assert words == expected


@pytest.mark.parametrize(
    "summary", [{}, {"cases": None}, {"cases": [{}]}, {"cases": [{"case": "x"}]}, {"subjects": 3}]
)
def test_a_summary_without_usable_cases_has_no_verdicts(summary: dict[str, Any]) -> None:
    assert verdicts(summary, {}) == []


def test_executors_are_compared_at_the_same_arguments_only() -> None:
    def query(subject: str, ns: float, workers: int, connections: int) -> Case:
        args = {"connections": connections}
        case = case_of("executor", "sqlite_query", subject, "none", workers, args, 2)
        return measured(case, ns, 0.02, 9)

    found = decide(
        *(query("serial", 100, 1, c) for c in (1, 4)),
        query("pool", 90, 2, 1),
        query("threads", 80, 2, 1),
        query("pool", 40, 2, 4),
        query("threads", 60, 2, 4),
    )
    picks = {v.pattern: v.pick for v in found}
    assert picks == {
        "I/O-bound items (sqlite_query connections:1)": "threads",
        "I/O-bound items (sqlite_query connections:4)": "pool",
    }
