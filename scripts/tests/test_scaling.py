"""METG and the scaling models, on data whose truth is known."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest

from contendlib.run_data import rows_of
from contendlib.scaling import metg, tables
from contendlib.scaling.model import Fit, NotEstimable, fit
from synthetic_results import case_of, summary_of

SIZES = (100, 300, 1000, 3000, 10_000, 30_000, 100_000)


def points(overhead_ns: float, noise: float = 0.0) -> list[metg.Point]:
    found = []
    for size in SIZES:
        value = size / (size + overhead_ns)
        found.append(metg.Point(size, value, value * (1 - noise), value * (1 + noise)))
    return found


@pytest.mark.parametrize("overhead", [150, 470, 2000, 50_000])
def test_a_constant_overhead_is_the_metg_exactly(overhead: float) -> None:
    found = metg.metg(points(overhead))
    assert found.value == pytest.approx(overhead)


def test_an_interval_of_the_efficiency_is_one_of_the_metg() -> None:
    found = metg.metg(points(2000, noise=0.1))
    assert found.low is not None and found.high is not None and found.value is not None
    assert 1200 < found.low < found.value < found.high < 3000


def test_what_the_sizes_do_not_reach_is_said_and_not_extrapolated() -> None:
    assert metg.metg(points(20)) == metg.Metg(None, below=100)
    assert metg.metg(points(1e9)) == metg.Metg(None)


def test_a_lucky_small_size_below_a_bad_one_does_not_count() -> None:
    lucky = [p if p.size_ns != 100 else metg.Point(100, 0.9, 0.9, 0.9) for p in points(2000)]
    assert metg.metg(lucky).value == pytest.approx(2000)


def grain(subject: str, workers: int, item_ns: int, ns: float) -> dict[str, Any]:
    case = case_of("executor", "cpu_grain", subject, "none", workers, {"item_ns": item_ns}, 2)
    times = {"median_ns": ns, "low_ns": 0.98 * ns, "high_ns": 1.02 * ns, "ops_per_s": 1e9 / ns}
    fields = {"status": "ok", "error": None, "n": 9, "stable": True, "halves_ratio": 1.0, "counters": {}}
    return {**case, **times, **fields}


def test_executors_are_listed_best_first_for_one_worker_and_for_all() -> None:
    cases = [grain("serial", 1, size, size) for size in SIZES]
    for subject, overhead in (("slow", 5000), ("quick", 400)):
        cases += [grain(subject, 1, size, size + overhead) for size in SIZES]
        cases += [grain(subject, 2, size, (size + overhead) / 2) for size in SIZES]
        cases += [grain(subject, 4, size, 1) for size in SIZES]  # oversubscribed: another regime
    rows = rows_of(summary_of(cases))
    found = metg.of_run(rows)
    assert [(one.subject, one.workers) for one in found] == [
        ("quick", 1),
        ("slow", 1),
        ("quick", 2),
        ("slow", 2),
    ]
    assert found[2].metg.value == pytest.approx(400)
    assert any("quick" in line and "400 ns" in line for line in tables.metg_lines(rows))
    assert "not measured" in tables.metg_lines([])[0]


def rates(
    contention: float, coherency: float, counts: tuple[int, ...], noise: float = 0.0, seed: int = 1
) -> dict[int, list[float]]:
    rng = random.Random(seed)

    def throughput(n: int) -> float:
        return 1e6 * n / (1 + contention * (n - 1) + coherency * n * (n - 1))

    return {n: [throughput(n) * math.exp(rng.gauss(0, noise)) for _ in range(9)] for n in counts}


COUNTS = (1, 2, 4, 8, 16, 32)


@pytest.mark.parametrize(("contention", "coherency"), [(0.05, 0.0), (0.02, 0.001), (0.2, 0.0001), (0.0, 0.0)])
def test_the_parameters_that_made_the_data_are_found(contention: float, coherency: float) -> None:
    found = fit(rates(contention, coherency, COUNTS))
    assert isinstance(found, Fit)
    assert found.contention == pytest.approx(contention, abs=1e-4)
    assert found.coherency == pytest.approx(coherency, abs=1e-5)
    assert found.rate == pytest.approx(1e6, rel=1e-3)
    assert abs(found.held_out_error) < 1e-2


def test_the_intervals_hold_the_truth_under_noise() -> None:
    inside = 0
    for seed in range(8):
        found = fit(rates(0.05, 0.0, COUNTS, noise=0.03, seed=seed), "Amdahl")
        assert isinstance(found, Fit)
        low, high = found.contention_interval
        assert low <= found.contention <= high
        inside += low <= 0.05 <= high
    assert inside >= 6


def test_a_law_that_is_wrong_shows_in_what_was_held_out() -> None:
    retrograde = rates(0.02, 0.005, COUNTS)
    amdahl, usl = fit(retrograde, "Amdahl"), fit(retrograde, "USL")
    assert isinstance(amdahl, Fit) and isinstance(usl, Fit)
    assert amdahl.held_out_error > 0.2
    assert abs(usl.held_out_error) < 0.02


def test_the_peak_is_told_only_where_it_is_near() -> None:
    near, far = fit(rates(0.02, 0.005, COUNTS)), fit(rates(0.02, 0.00001, COUNTS))
    assert isinstance(near, Fit) and isinstance(far, Fit)
    assert near.peak == pytest.approx(14, abs=1)
    assert far.peak is None
    assert far.throughput(64) is not None
    assert far.throughput(65) is None


@pytest.mark.parametrize("counts", [(1, 2), (1, 2, 3, 4)])
def test_too_few_numbers_of_workers_are_not_estimable(counts: tuple[int, ...]) -> None:
    found = fit(rates(0.05, 0.001, counts))
    assert isinstance(found, NotEstimable)
    assert "not estimable" in found.reason and str(len(counts)) in found.reason


def sample(workers: int, rate: float, **fields: Any) -> dict[str, Any]:
    return {
        "suite": "executor",
        "workload": "cpu_chain",
        "subject": "pool",
        "args": {"item_us": 100},
        "workers": workers,
        "oversubscribed": False,
        "real_time_ns": 1e9 / rate,
    } | fields


def test_the_lines_tell_a_fit_or_why_there_is_none() -> None:
    made = rates(0.05, 0.001, COUNTS)
    many = [sample(n, r) for n, values in made.items() for r in values]
    lines = tables.model_lines(many)
    assert any("cpu_chain item_us:100, pool: USL: contention 5 %" in line for line in lines)
    few = [s for s in many if s["workers"] < 4] + [sample(8, 1.0, oversubscribed=True)]
    assert any("not estimable: 2 numbers of workers" in line for line in tables.model_lines(few))
