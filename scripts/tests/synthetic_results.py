"""Makes up the folder of a run, for tests: a machine of any size, marked as synthetic throughout.

    python3 synthetic_results.py OUT [--cpus 128] [--repetitions 5] [--suites lock,queue,executor,sync,floor]
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
import json
import math
from pathlib import Path
import random
import statistics
import sys
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from contendlib.results import Manifest, Options  # noqa: E402
from synthetic_cases import MAKERS, Case, case_of, worker_counts  # noqa: E402

__all__ = ["case_of", "summary_of", "write_run"]

SUITES = tuple(MAKERS)


def repetition(case: Case, ns: float, counters: dict[str, float], index: int, rng: random.Random) -> Case:
    noise = 0.25 if case["subject"] == "absl::Mutex" and case["workers"] == 2 else 0.02
    measured = ns * math.exp(rng.gauss(0, noise))
    jitter = {
        k: v * math.exp(rng.gauss(0, 0.01)) if k.startswith("share_") else v for k, v in counters.items()
    }
    failed = case["subject"] == "boost::lockfree::queue" and case["args"].get("consumers") == 2
    values = (
        dict.fromkeys(("real_time_ns", "cpu_time_ns", "iterations"))
        if failed
        else {
            "real_time_ns": measured,
            "cpu_time_ns": measured * case["workers"],
            "iterations": int(5e7 / measured) + 1,
        }
    )
    return {
        **case,
        "repetition": index,
        "order": index,
        "utc": "20000101T000000Z",
        "seconds": 0.06,
        "status": "failed" if failed else "ok",
        "error": "item 17 of producer 0 arrived twice" if failed else None,
        **values,
        "counters": {} if failed else jitter,
    }


def summarised(case: Case, repetitions: list[Case]) -> Case:
    times = sorted(r["real_time_ns"] for r in repetitions if r["status"] == "ok")
    if not times:
        worst = repetitions[-1]
        return {
            **case,
            "status": worst["status"],
            "error": worst["error"],
            "n": 0,
            "median_ns": None,
            "low_ns": None,
            "high_ns": None,
            "ops_per_s": None,
            "stable": False,
            "halves_ratio": None,
            "counters": {},
        }
    edge = max(0, int(len(times) / 2 - 0.98 * math.sqrt(len(times))))
    middle = statistics.median(times)
    counters = {
        k: statistics.median(r["counters"][k] for r in repetitions) for k in repetitions[0]["counters"]
    }
    return {
        **case,
        "status": "ok",
        "error": None,
        "n": len(times),
        "median_ns": middle,
        "low_ns": times[edge],
        "high_ns": times[-1 - edge],
        "ops_per_s": 1e9 / middle,
        "stable": times[-1 - edge] / times[edge] < 1.3,
        "halves_ratio": 1.0,
        "counters": counters,
    }


def write_run(
    folder: Path,
    cpus: int = 2,
    repetitions: int = 5,
    suites: tuple[str, ...] = SUITES,
    seed: int = 1,
    workers: list[int] | None = None,
    subjects: tuple[str, ...] = (),
) -> Path:
    """Writes summary.json, samples.jsonl, machine.json and manifest.json of a made-up run."""
    rng = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    cases = []
    with (folder / "samples.jsonl").open("w", encoding="utf-8") as samples:
        for suite in suites:
            for case, ns, counters in MAKERS[suite](cpus, workers or worker_counts(cpus)):
                if subjects and case["subject"] not in subjects:
                    continue
                rows = [repetition(case, ns, counters, i, rng) for i in range(repetitions)]
                samples.writelines(json.dumps(r) + "\n" for r in rows)
                cases.append(summarised(case, rows))
    documents = {
        "summary": summary_of(cases),
        "machine": machine_card(cpus),
        "manifest": manifest(cpus, seed, repetitions, suites),
    }
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps({**document, "synthetic": True}), encoding="utf-8")
    return folder


def summary_of(cases: list[Case]) -> dict[str, Any]:
    subjects = [
        {
            "name": name,
            "family": family_of(name),
            "peer": "::" in name,
            "null": name in ("null", "bare_threads"),
            "version": "0.1.0",
            "note": "",
        }
        for name in dict.fromkeys(c["subject"] for c in cases)
    ]
    absent = [{"family": "nsync", "why": "not found when this was configured; install libnsync-dev"}]
    return {"schema": 1, "cases": cases, "subjects": subjects, "absent": absent}


def family_of(subject: str) -> str:
    return {"std": "std", "tbb": "oneTBB", "absl": "Abseil", "boost": "Boost"}.get(
        subject.split("::")[0], "contend"
    )


def machine_card(cpus: int) -> dict[str, Any]:
    return {
        "id": f"synthetic-{cpus}",
        "cpu_model": f"Made-up processor with {cpus} CPUs",
        "cpus": list(range(cpus)),
        "logical_cpus": cpus,
        "topology": [
            {"cpu": i, "core": i // 2, "socket": 2 * i // cpus if cpus > 8 else 0, "node": 0}
            for i in range(cpus)
        ],
        "kernel": "0.0.0-synthetic",
        "governor": "unknown",
        "warnings": [{"text": "These figures were generated, not measured.", "remedy": "contend run"}],
    }


def manifest(cpus: int, seed: int, repetitions: int, suites: tuple[str, ...]) -> dict[str, Any]:
    options = Options(list(suites), "full", repetitions, 0.05, seed, "compact", list(range(cpus)))
    return asdict(
        Manifest(
            "finished", ["contend", "run"], options, f"synthetic-{cpus}", "0000000", False, "none", {}, 0,
            "2000-01-01T00:00:00Z",
        )
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--cpus", type=int, default=2)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--suites", default=",".join(SUITES))
    options = parser.parse_args()
    print(write_run(options.out, options.cpus, options.repetitions, tuple(options.suites.split(","))))


if __name__ == "__main__":
    main()
