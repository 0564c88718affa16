"""The words in which METG and the scaling models are told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from contendlib.run_data import Row
from contendlib.scaling import metg
from contendlib.scaling.model import Fit, NotEstimable, fit
from contendlib.wording import count, duration, percent


def metg_lines(rows: Sequence[Row]) -> list[str]:
    """One line for each executor and number of workers."""
    found = metg.of_run(rows)
    if not found:
        return ["METG: not measured; `contend run executor --full --filter cpu_grain` does"]
    width = max(len(one.subject) for one in found)
    lines = ["METG, the smallest item at which half of the workers' time is work:"]
    return lines + [
        f"  {one.subject:<{width}}  {count(one.workers, 'worker'):<10}  {metg_words(one)}" for one in found
    ]


def metg_words(one: metg.OfExecutor) -> str:
    sizes = [p.size_ns for p in one.points]
    if one.metg.value is not None:
        ends = (duration(v) if v is not None else "?" for v in (one.metg.low, one.metg.high))
        return f"{duration(one.metg.value)}  [{', '.join(ends)}]"
    if one.metg.below is not None:
        return f"below {duration(one.metg.below)}, the smallest measured"
    return f"above {duration(max(sizes))}, the largest measured"


def rates_of(samples: Iterable[dict[str, Any]]) -> dict[str, dict[int, list[float]]]:
    """Items per second of every repetition within the CPUs, by experiment and number of workers."""
    rates: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for sample in samples:
        ns = sample.get("real_time_ns")
        if sample.get("suite") != "executor" or sample.get("oversubscribed") or not ns:
            continue
        args = " ".join(f"{name}:{value}" for name, value in (sample.get("args") or {}).items())
        name = f"{sample.get('workload')} {args}, {sample.get('subject')}"
        rates[name][int(sample["workers"])].append(1e9 / ns)
    return rates


def model_lines(samples: Iterable[dict[str, Any]]) -> list[str]:
    """What the models say of every experiment that has more than one number of workers."""
    told, refused = [], set()
    for name, rates in rates_of(samples).items():
        if len(rates) < 2:
            continue
        for law in ("Amdahl", "USL"):
            found = fit(rates, law)
            if isinstance(found, NotEstimable):
                refused.add(found.reason)
            else:
                told.append(f"  {name}: {fit_words(found)}")
    if told:
        return ["scaling within the CPUs:", *told]
    return [f"scaling: {reason}" for reason in sorted(refused)] or ["scaling: nothing was measured with several workers"]


def fit_words(found: Fit) -> str:
    low, high = found.contention_interval
    text = f"{found.law}: contention {percent(found.contention)} [{percent(low)}, {percent(high)}]"
    if found.law == "USL":
        text += f", coherency {found.coherency:.2g} [{found.coherency_interval[0]:.2g}, {found.coherency_interval[1]:.2g}]"
        text += f", peak at {found.peak:.0f} workers" if found.peak else ", no peak in sight"
    return f"{text}; held out, {found.most_workers} workers are predicted {found.held_out_error:+.1%} off"
