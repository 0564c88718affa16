"""Samples and summaries: what is written, what is read back, what is computed."""

import math
from pathlib import Path
import random
import subprocess
from typing import Any

from contendlib import floors, gbench, median, samples, summary
from contendlib.exits import ContendError
from contendlib.samples import Sample
import numpy as np
import pytest


def _sample(case: str = "lock/sections/Lock/workers:1", **changes: Any) -> Sample:
    fields: dict[str, Any] = dict(
        case=case, suite="lock", workload="sections", subject="Lock", team="threads", workers=1, args={}, oversubscribed=False,
        repetition=0, order=0, utc="", seconds=0.1, status="ok", real_time_ns=10.0, cpu_time_ns=10.0, iterations=1,
    )  # fmt: skip
    return Sample(**{**fields, **changes})


def test_samples_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "samples.jsonl"
    written = [_sample(order=i, counters={"jain": 0.5, "gap": None}) for i in range(3)]
    with samples.appending(path) as log:
        for sample in written:
            log.append(sample)
    assert samples.read(path) == written
    assert samples.read(tmp_path / "none.jsonl") == []


def test_half_a_last_line_is_left_out_and_then_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "samples.jsonl"
    with samples.appending(path) as log:
        log.append(_sample())
    with path.open("a") as file:
        file.write('{"case": "x')
    assert len(samples.read(path)) == 1
    with samples.appending(path) as log:
        log.append(_sample(order=1))
    assert [sample.order for sample in samples.read(path)] == [0, 1]


def test_a_broken_line_in_the_middle_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "samples.jsonl"
    path.write_text("{}\n{}\n")
    with pytest.raises(ContendError, match="a line is no sample"):
        samples.read(path)


def test_a_line_that_does_not_fit_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "samples.jsonl"
    script = (
        "import resource, signal, sys\n"
        "from contendlib import samples; from test_samples import _sample; from pathlib import Path\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "with samples.appending(Path(sys.argv[1])) as log:\n"
        "    for order in range(9): log.append(_sample(order=order))\n"
    )
    import os
    import sys

    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(
        [sys.executable, "-c", script, str(path)], env=environment, capture_output=True, text=True
    )
    assert result.returncode != 0 and "OSError" in result.stderr
    assert path.read_bytes().endswith(b"\n")
    assert [sample.order for sample in samples.read(path)] == list(range(len(samples.read(path)))) != []


def test_the_interval_is_reproducible_and_covers_the_median() -> None:
    rng = random.Random(1)
    times = [100 * math.exp(rng.gauss(0, 0.05)) for _ in range(20)]
    first = summary.statistics_of(times, range(20))
    assert first == summary.statistics_of(times, range(20))
    assert min(times) <= first.low < first.median < first.high <= max(times)


def test_the_bootstrap_interval_covers_the_true_median_about_as_often_as_it_says() -> None:
    rng = random.Random(2)
    hits = 0
    for _ in range(150):
        times = [rng.gauss(100, 5) for _ in range(20)]
        figures = summary.statistics_of(times, range(20))
        hits += figures.low <= 100 <= figures.high
    assert 0.85 <= hits / 150 <= 1.0


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 15, 20])
def test_the_exact_interval_is_the_one_that_resampling_approaches(n: int) -> None:
    rng = np.random.default_rng(n)
    values = rng.normal(size=n)
    resampled = np.sort(np.median(rng.choice(values, (200_000, n)), axis=1))
    low, high = median.interval(list(values))
    assert sum(chance for *_, chance in median.weights(n)) == pytest.approx(1)
    for found, tail in ((low, 0.025), (high, 0.975)):
        at = np.searchsorted(resampled, (found - 1e-9, found + 1e-9)) / len(resampled)
        assert at[0] - 0.002 <= tail <= at[1] + 0.002


def test_stability_compares_the_interleaved_halves() -> None:
    def row(even: float, odd: float) -> dict[str, Any]:
        measured = [_sample(repetition=r, real_time_ns=(even, odd)[r % 2]) for r in range(6)]
        return summary.summarise(measured)[0]

    assert row(100, 109)["stable"] and row(109, 100)["stable"]
    assert not row(100, 112)["stable"] and not row(112, 100)["stable"]
    assert row(100, 112)["halves_ratio"] == pytest.approx(1.12)


def test_one_repetition_says_nothing_about_stability() -> None:
    (row,) = summary.summarise([_sample()])
    assert (row["n"], row["low_ns"], row["high_ns"], row["halves_ratio"], row["stable"]) == (
        1,
        10.0,
        10.0,
        None,
        False,
    )


def test_one_failed_sample_fails_the_case() -> None:
    bad = _sample(repetition=1, status="failed", error="counter is 41", real_time_ns=None)
    (row,) = summary.summarise([_sample(), bad])
    assert (row["status"], row["error"], row["n"], row["median_ns"]) == ("failed", "counter is 41", 1, None)


def test_rows_are_told_as_multiples_of_their_floor() -> None:
    fast = dict(
        suite="floor", workload="rmw", subject="floor", median_ns=5.0, workers=1, args={"op": "fetch_add"}
    )
    far, near = (
        dict(fast, case=f"floor/cache_line_round_trip/from:0/to:{n}", median_ns=m)
        for n, m in ((2, 90.0), (1, 40.0))
    )
    alone = dict(case="a", suite="lock", workload="sections", workers=1, args={"cs_ns": 0}, median_ns=20.0)
    shared, busy = dict(alone, case="b", workers=2, median_ns=80.0), dict(alone, case="c", args={"cs_ns": 50})
    rows: list[dict[str, Any]] = [dict(fast, case="floor/rmw/op:fetch_add"), far, near, alone, shared, busy]
    floors.add_multiples(rows)
    assert (alone["floor_multiple"], shared["floor_multiple"], shared["floor"]) == (4.0, 2.0, near["case"])
    assert "floor_multiple" not in busy


def test_a_hand_off_is_told_as_a_multiple_of_its_wait() -> None:
    def row(wait: float, switches: float) -> dict[str, Any]:
        counters = {"wait_p50_ns": wait, "voluntary_switches_per_op": switches}
        return dict(
            case=f"h{wait}", suite="lock", workload="hand_off", workers=2, args={"hold_ns": 500}, median_ns=9e9, counters=counters
        )  # fmt: skip

    floor = dict(suite="floor", workload="", workers=1, args={}, counters={})
    trip = dict(floor, case="floor/cache_line_round_trip/from:0/to:1", median_ns=200.0)
    wake = dict(floor, case="floor/futex_wake_to_running/cpu:other", median_ns=90_000.0, counters={"median_ns": 40_000.0})
    awake, asleep = row(300.0, 0.0), row(50_000.0, 0.9)
    unmeasured = dict(row(1.0, 0.0), counters={})
    rows: list[dict[str, Any]] = [trip, wake, awake, asleep, unmeasured]
    floors.add_multiples(rows)
    assert (awake["floor"], awake["floor_multiple"]) == (trip["case"], 3.0), "of one way, half of the round trip"
    assert (asleep["floor"], asleep["floor_multiple"]) == (wake["case"], 1.25)
    assert "floor_multiple" not in unmeasured


def test_a_ping_pong_has_two_one_way_lines_for_its_floor() -> None:
    one, two = (
        dict(case=f"floor/{name}", suite="floor", workload="", args={}, workers=1, median_ns=ns)
        for name, ns in (("cache_line_round_trip/from:0/to:1", 90.0), ("two_line_round_trip/cpu:other", 160.0))
    )

    def multiple(*measured: dict[str, Any]) -> float:
        row = dict(
            case="a", suite="queue", workload="ping_pong", workers=2, args={"wait": "spin"}, median_ns=180.0, counters={}
        )  # fmt: skip
        floors.add_multiples([*measured, row])
        return row["floor_multiple"]

    assert (multiple(one, two), multiple(one)) == (1.125, 2.0)


@pytest.mark.parametrize(("suite", "workload"), [("queue", "ping_pong"), ("sync", "condition_ping_pong"), ("sync", "barrier_phases")])
def test_the_floor_is_a_wake_up_where_the_waiters_slept_whatever_way_of_waiting_was_asked_for(suite: str, workload: str) -> None:
    def floor(switches: float) -> str | None:
        row = dict(suite=suite, workload=workload, workers=2, args={"wait": "block"}, counters={"voluntary_switches_per_op": switches})
        return floors.floor_of(row, [])

    assert (floor(0.001), floor(1.2)) == ("floor/cache_line_round_trip/", "floor/futex_wake_to_running/cpu:other")


def test_a_filter_matches_one_benchmark_and_no_other() -> None:
    import re

    name = "lock/sections/boost::mutex<a+b>(x)/workers:2"
    expression = re.compile(gbench.verbatim_filter(name))
    assert expression.search(name)
    assert not expression.search(name + "0") and not expression.search("x" + name)
    assert not re.search(gbench.verbatim_filter("a.b"), "axb")
    odd = r"a b/(c|d)+[e]*{2}?.^$\x"
    assert re.search(gbench.verbatim_filter(odd), odd)
    escaped = set(re.findall(r"\\(.)", gbench.verbatim_filter(odd)))
    assert escaped == set(r".[\()*+?{|^$"), "POSIX's extended syntax takes no other"


def test_units_of_time_become_nanoseconds(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_text(
        '{"benchmarks": [{"real_time": 1.5, "cpu_time": 2, "iterations": 3, "time_unit": "us", "x": NaN}]}'
    )
    values, context = gbench.measured(path)
    assert (values["real_time_ns"], values["cpu_time_ns"], values["counters"], context) == (
        1500.0,
        2000.0,
        {"x": None},
        {},
    )


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"benchmarks": []}', '{"benchmarks": [{"real_time": "x"}]}', '{"benchmarks": [{}]}'],
)
def test_output_that_is_no_row_is_bad(tmp_path: Path, text: str) -> None:
    path = tmp_path / "out.json"
    path.write_text(text)
    with pytest.raises(gbench.BadOutput):
        gbench.measured(path)


def test_last_words_leave_out_googles_heading() -> None:
    tail = "Running ./a\nLoad Average: 0.1\n***WARNING*** Library was built as DEBUG. Timings may be affected.\nit broke\n"
    assert gbench.messages(tail) == "it broke"
    assert gbench.messages("") == ""
