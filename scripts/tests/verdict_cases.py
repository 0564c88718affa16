"""Cases made for one rule of the verdicts each, and what is decided about them."""

from __future__ import annotations

from typing import Any

from contendlib.verdicts import Verdict, decisions
from synthetic_results import case_of, summarised, summary_of

Case = dict[str, Any]


def lock(
    subject: str,
    ns: float,
    workers: int = 2,
    *,
    spread: float = 0.02,
    cpus: int = 2,
    n: int = 9,
    cs_ns: int = 50,
    team: str = "threads",
    jain: float = 1.0,
    stable: bool = True,
    **counters: float,
) -> Case:
    case = case_of("lock", "sections", subject, team, workers, {"cs_ns": cs_ns, "out_ns": 50}, cpus)
    return measured(case, ns, spread, n) | {"stable": stable, "counters": {"jain": jain, "min_max_share": jain} | counters}


def executor(
    subject: str, ns: float, workers: int, item_us: int, workload: str = "cpu_chain", **fields: Any
) -> Case:
    arg = "item_us" if workload == "cpu_chain" else "delay_us"
    return (
        measured(case_of("executor", workload, subject, "none", workers, {arg: item_us}, 2), ns, 0.02, 9)
        | fields
    )


def measured(case: Case, ns: float, spread: float, n: int) -> Case:
    return {
        **case,
        "status": "ok",
        "error": None,
        "n": n,
        "median_ns": ns,
        "low_ns": ns * (1 - spread),
        "high_ns": ns * (1 + spread),
        "ops_per_s": 1e9 / ns,
        "stable": True,
        "halves_ratio": 1.0,
        "counters": {},
    }


def failed(case: Case) -> Case:
    return summarised(case, [{"status": "failed", "error": "the counter is short of 3"}])


def decide(*cases: Case) -> list[Verdict]:
    return decisions(summary_of(list(cases)), {"cpus": [0, 1]})


def only(*cases: Case) -> Verdict:
    found = decide(*cases)
    assert len(found) == 1, [v.text for v in found]
    return found[0]
