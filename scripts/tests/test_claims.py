"""The claims: how rows make verdicts, and a table that stands in the report."""

from __future__ import annotations

from collections.abc import Sequence
import json
import math
from pathlib import Path
from typing import Any

import pytest

from contendlib import claims, report
from contendlib.claims import agreement, catalogue, evaluation, finding, interpreters, places, repeated
from contendlib.ranking import Ratio
from contendlib.results import CLAIMS, RunFolder
from contendlib.run_data import Row, RunData, rows_of
from synthetic_results import write_run

PEER = "CPython-3.11.2"


def row(suite: str, workload: str, subject: str, ns: float, workers: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "case": f"{suite}/{workload}/{subject}/workers:{workers}/{more.get('args')}",
        "suite": suite,
        "workload": workload,
        "subject": subject,
        "workers": workers,
        "status": "ok",
        "n": 4,
        "median_ns": ns,
        "low_ns": 0.98 * ns,
        "high_ns": 1.02 * ns,
        **more,
    }


def pool_row(suite: str, subject: str, speed_up: float, workers: int) -> dict[str, Any]:
    """A row of which every repetition was so many times as fast as a loop beside it."""
    return row(suite, "interpreted_chain", subject, 1e6 / speed_up, workers, counters={"speed_up": speed_up})


def peer_rows() -> list[dict[str, Any]]:
    """An interpreter with a lock, and the model of it."""
    found = [row(PEER, "interpreted_chain", "loop", 1e6)]
    found += [pool_row(PEER, "ThreadPoolExecutor", 0.95, n) for n in (1, 2, 4, 8)]
    found += [row("executor", "interpreted_chain", "serial", 1e6)]
    found += [pool_row("executor", "gil_pool", 0.98, n) for n in (1, 2, 4)]
    found += [row(PEER, "operation_lock", PEER, 50), row("pattern", "operation_lock", "contend", 20)]
    found += [row(PEER, "nested_rlock", PEER, 1e6)]
    return found


def repetitions(rows: list[dict[str, Any]]) -> repeated.Repeated:
    """Each row's counters so often, 2 % more and less."""
    return {
        one["case"]: [
            {name: value * by for name, value in one.get("counters", {}).items()}
            for by in (0.98, 1, 1, 1.02)[: one["n"]]
        ]
        for one in rows
    }


def findings(rows: list[dict[str, Any]], cpus: int = 2) -> dict[tuple[str, str], finding.Finding]:
    machine = catalogue.Machine(rows_of({"cases": rows}), cpus, repetitions(rows))
    everywhere = [places.interpreter(PEER), places.model(), places.ours()]
    return {(one.claim, one.where): one for one in catalogue.findings(everywhere, machine)}


NO_SPEED_UP = "Threads do not speed up CPU-bound work, because of the GIL"
SLOWER = "Threads make CPU-bound work slower"


def test_a_claim_holds_or_does_not_by_the_interval_of_its_ratio() -> None:
    found = findings(peer_rows())
    assert found[NO_SPEED_UP, PEER].holds == finding.HOLDS
    assert "0.95x" in found[NO_SPEED_UP, PEER].figure
    assert found[SLOWER, PEER].holds == finding.NOT_DECIDABLE  # its interval spans the limit
    fast = [r for r in peer_rows() if r["workers"] != 2]
    fast.append(pool_row(PEER, "ThreadPoolExecutor", 2.0, 2))
    assert findings(fast)[NO_SPEED_UP, PEER].holds == finding.DOES_NOT_HOLD


def convoy(beside_4: float) -> list[dict[str, Any]]:
    times = {0: 2e4, 1: 1e5, 4: beside_4}
    return [
        row(PEER, "convoy", "threading.Thread", ns, args={"burners": burners}) for burners, ns in times.items()
    ]


def outcome(rows: list[dict[str, Any]], claim: str) -> str:
    [found] = [one for (text, where), one in findings(rows).items() if text.startswith(claim) and where == PEER]
    return found.holds


@pytest.mark.parametrize(
    ("claim", "rows", "holds"),
    [
        ("A thread that computes", convoy(1e7), finding.HOLDS),
        ("A thread that computes", convoy(6e4), finding.DOES_NOT_HOLD),
        ("A Timer makes no promise", [row(PEER, "timer_cancelled", PEER, 5.2e6)], finding.HOLDS),
        ("A Timer makes no promise", [row(PEER, "timer_cancelled", PEER, 4e6)], finding.DOES_NOT_HOLD),
        ("A Timer makes no promise", [row(PEER, "timer_cancelled", PEER, 5e6)], finding.NOT_DECIDABLE),
        (
            "Too much locking",
            [row(PEER, "shared_counter", PEER, 5e7), row(PEER, "operation_lock", PEER, 80)],
            finding.HOLDS,
        ),
        (
            "Too much locking",
            [row(PEER, "shared_counter", PEER, 2e7), row(PEER, "operation_lock", PEER, 80)],
            finding.DOES_NOT_HOLD,
        ),
        (
            "Threads speed up I/O",
            [row(PEER, "interpreted_request", "ThreadPoolExecutor", 1.3e6, 8, counters={"speed_up": 7.7})],
            finding.HOLDS,
        ),
        (
            "Processes give real",
            [pool_row(PEER, "ProcessPoolExecutor", 1.0, 2)],
            finding.DOES_NOT_HOLD,
        ),
        (
            "Processes cost more",
            [row(PEER, "operation_pool_task", PEER, 2e4), row(PEER, "operation_process_pool_task", PEER, 9e4)],
            finding.HOLDS,
        ),
        (
            "A pool is cheaper",
            [row(PEER, "operation_pool_task", PEER, 9e4), row(PEER, "operation_thread", PEER, 4e4)],
            finding.DOES_NOT_HOLD,
        ),
        (
            "asyncio",
            [
                row(PEER, "interpreted_request", "asyncio", 2e5, 64),
                row(PEER, "interpreted_request", "ThreadPoolExecutor", 3e5, 64),
            ],
            finding.HOLDS,
        ),
        (
            "Too many threads",
            [pool_row(PEER, "ThreadPoolExecutor", 1.0, 2), pool_row(PEER, "ThreadPoolExecutor", 1.0, 8)],
            finding.DOES_NOT_HOLD,
        ),
    ],
)
def test_each_rule_decides_both_ways(claim: str, rows: list[dict[str, Any]], holds: str) -> None:
    assert outcome(rows, claim) == holds


def test_a_single_repetition_decides_nothing() -> None:
    once = [one | {"n": 1} for one in peer_rows()]
    found = findings(once)[NO_SPEED_UP, PEER]
    assert found.holds == finding.NOT_DECIDABLE and "no interval" in found.figure


def test_what_was_not_measured_has_its_reason() -> None:
    found = findings(peer_rows())
    assert found["Threads speed up I/O-bound work", PEER].figure == "not measured"
    assert found[NO_SPEED_UP, places.OURS].holds == finding.NOT_DECIDABLE
    alone = findings(peer_rows(), cpus=1)[NO_SPEED_UP, PEER]
    assert (alone.figure, alone.holds) == ("this run had one CPU", finding.NOT_DECIDABLE)


def test_a_program_that_failed_its_check_disproves_its_claim() -> None:
    rows = [r for r in peer_rows() if r["workload"] != "nested_rlock"]
    rows.append(row(PEER, "nested_rlock", PEER, 1e6, status="failed", error="planted"))
    found = findings(rows)["An RLock may be taken again by its holder without a deadlock", PEER]
    assert (found.holds, found.figure) == (finding.DOES_NOT_HOLD, "failed: planted")


def evaluated(rows: Sequence[Row]) -> dict[str, Any]:
    return evaluation.evaluate(RunData(Path(), {}, {"cpus": [0, 1]}, {}, list(rows)))


def test_a_run_on_one_cpu_of_several_is_told_so() -> None:
    document = evaluation.evaluate(
        RunData(Path(), {}, {"cpus": [0, 1]}, {"options": {"cpus": [0]}}, rows_of({"cases": peer_rows()}))
    )
    alone = [one["where"] for one in document["claims"] if one["figure"] == "this run had one CPU"]
    assert PEER in alone and places.OURS in alone


def test_the_model_is_held_against_the_interpreter(tmp_path: Path) -> None:
    lines = {one["what"]: one for one in evaluated_with(tmp_path, peer_rows())["model"]}
    assert lines["CPU-bound speed-up, 4 threads"]["met"] == agreement.MET
    assert lines["CPU-bound speed-up, 8 threads"]["met"] == agreement.NOT_DECIDABLE
    assert "not measured" in lines["CPU-bound speed-up, 8 threads"]["interpreter"]
    apart = [one for one in peer_rows() if one["subject"] != "gil_pool"] + [pool_row("executor", "gil_pool", 1.3, 4)]
    lines = {one["what"]: one for one in evaluated_with(tmp_path, apart)["model"]}
    assert lines["CPU-bound speed-up, 4 threads"]["met"] == agreement.MISSED


@pytest.mark.parametrize(
    ("ratio", "met"),
    [
        (Ratio(1.05, 1.01, 1.09), agreement.MET),
        (Ratio(1.05, 0.95, 1.15), agreement.NOT_DECIDABLE),
        (Ratio(1.2, 1.12, 1.3), agreement.MISSED),
        (Ratio(0.8, 0.75, 0.85), agreement.MISSED),
        (Ratio(1.0, 0.0, math.inf), agreement.NOT_DECIDABLE),  # one repetition
    ],
)
def test_the_whole_interval_decides_whether_the_model_is_near(ratio: Ratio, met: str) -> None:
    assert agreement.verdict(ratio, 1.1) == met


def evaluated_with(folder: Path, rows: list[dict[str, Any]], repetitions: int = 4) -> dict[str, Any]:
    """What comes of rows each of which was measured so many times, always the same."""
    lines = [json.dumps({**one, "real_time_ns": one["median_ns"]}) for one in rows for _ in range(repetitions)]
    (folder / "samples.jsonl").write_text("\n".join(lines))
    return evaluation.evaluate(RunData(folder, {}, {"cpus": [0, 1]}, {}, rows_of({"cases": rows})))


def convoy_rows(model_ns: float, fast: float) -> list[dict[str, Any]]:
    shares = {"fast_share": fast, "slow_share": 0.05, "p99_ns": 6e6}
    theirs = {"fast_share": 0.9, "slow_share": 0.08, "p99_ns": 7e6}
    return [
        row("pattern", "convoy", "gil_threads", model_ns, args={"burners": 1}, counters=shares),
        row(PEER, "convoy", "threading.Thread", 1e5, args={"burners": 1}, counters=theirs),
        row(PEER, "interpreted_chain", "loop", 1e6),
    ]


ECHO = "echo beside 1 that compute"


def met(document: dict[str, Any]) -> list[str]:
    by_name = {one["what"]: one["met"] for one in document["model"]}
    return [by_name[f"{ECHO}: {what}"] for what in ("throughput", "p99", "modes", "trips")]


def test_a_convoy_agrees_in_throughput_tail_and_shape(tmp_path: Path) -> None:
    assert met(evaluated_with(tmp_path, convoy_rows(1.5e5, fast=0.9), 8)) == [agreement.MET] * 4
    far = evaluated_with(tmp_path, convoy_rows(2.5e5, fast=0.3), 8)
    assert met(far) == [agreement.MISSED, agreement.MET, agreement.MET, agreement.MISSED]
    assert any(f"the model misses {ECHO}: throughput" in note for note in far["notes"])
    one_kind = convoy_rows(1.5e5, fast=0.0)
    one_kind[0]["counters"]["slow_share"] = 1.0
    assert met(evaluated_with(tmp_path, one_kind, 8))[-1] == agreement.MISSED


def test_few_rounds_of_a_convoy_decide_little(tmp_path: Path) -> None:
    once = evaluated_with(tmp_path, convoy_rows(1.5e5, fast=0.9), repetitions=1)
    assert met(once) == [agreement.NOT_DECIDABLE] * 4
    assert any(note.startswith("what cannot be decided has an interval") for note in once["notes"])
    assert any(note.startswith("0 of 13 figures") and "13 cannot be decided" in note for note in once["notes"])


def test_what_a_task_costs_the_interpreters_pool_beside_its_item_is_told() -> None:
    tasks = [
        row("pattern", "operation_pool_task", "contend", 1e3),
        row(PEER, "operation_pool_task", PEER, 1e5),
        row(PEER, "interpreted_chain", "loop", 1e6),
    ]
    notes = evaluated(rows_of({"cases": tasks}))["notes"]
    assert any(f"a task costs {PEER}'s pool 100 µs, 10 % of an item, and the model's 1 µs" in note for note in notes)


def test_a_free_threaded_interpreter_is_not_held_against_the_model_of_a_lock() -> None:
    free = [one | {"suite": f"{PEER}t"} for one in peer_rows()]
    assert evaluated(rows_of({"cases": free}))["model"] == []
    assert interpreters.has_lock(PEER) and not interpreters.has_lock(f"{PEER}t")


def test_differing_checksums_are_told() -> None:
    assert "not compared" in evaluated(rows_of({"cases": peer_rows()}))["notes"][0]
    same = [r | {"counters": {"items": 64.0, "checksum": 7.0}} for r in peer_rows()]
    assert "had the same checksums" in evaluated(rows_of({"cases": same}))["notes"][0]
    same[0]["counters"] = {"items": 64.0, "checksum": 8.0}
    assert "differ between executors" in evaluated(rows_of({"cases": same}))["notes"][0]


def test_the_table_is_stored_and_stands_in_the_report(tmp_path: Path) -> None:
    folder = write_run(tmp_path, repetitions=2, suites=("floor",))
    assert f"./scripts/contend claims --into {folder}" in report.write([folder], None).read_text()
    assert claims.write(RunFolder(folder)) is None
    summary = json.loads((folder / "summary.json").read_text())
    summary["cases"] += peer_rows()
    (folder / "summary.json").write_text(json.dumps(summary))
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["options"] = {"mode": CLAIMS}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    text = claims.write(RunFolder(folder))
    assert text is not None and "| 2.5x [" in text and (folder / "claims.md").read_text() == text
    page = report.write([folder], None).read_text()
    assert "What the tutorials claim, measured" in page and NO_SPEED_UP in page


