"""What is missing from a run, or unknown of its machine: a message, or words on the page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from contendlib import report
from contendlib.exits import ContendError
from contendlib.page import caveats, machine, table
from contendlib.run_data import RunData
from contendlib.verdicts import decisions
import pytest
from report_pages import rewritten, small
from synthetic_results import write_run


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda d: None, "no such folder"),
        (lambda d: d.mkdir(), "holds no summary.json; give the folder of a run"),
        (lambda d: (d.mkdir(), (d / "samples.jsonl").write_text("")), "contend run --resume"),
        (
            lambda d: rewritten(small(d), "summary.json", lambda s: s | {"schema": 0}),
            "schema 0, and this version reads schema 1",
        ),
        (lambda d: rewritten(small(d), "summary.json", lambda s: {"cases": s["cases"]}), "schema unknown"),
        (lambda d: rewritten(small(d), "summary.json", lambda s: s | {"cases": []}), "holds no case"),
        (lambda d: rewritten(small(d), "summary.json", lambda s: [s]), "a JSON object was expected"),
        (lambda d: (small(d) / "summary.json").write_text('{"schema": 1, "ca'), "not valid JSON"),
    ],
)
def test_a_folder_that_holds_no_usable_run_is_one_message(tmp_path: Path, prepare: Any, message: str) -> None:
    folder = tmp_path / "run"
    prepare(folder)
    with pytest.raises(ContendError) as failure:
        report.write([folder], tmp_path / "page.html")
    assert message in failure.value.message
    assert str(folder) in failure.value.message


def test_no_folder_at_all_and_an_unwritable_target_are_messages(tmp_path: Path) -> None:
    with pytest.raises(ContendError, match="give the folder of a run"):
        report.write([], None)
    (tmp_path / "file").write_text("")
    with pytest.raises(ContendError, match="cannot be written"):
        report.write([small(tmp_path / "run")], tmp_path / "file" / "page.html")


def test_missing_parts_of_a_run_are_said_on_the_page(tmp_path: Path) -> None:
    small(tmp_path)
    for name in ("machine.json", "samples.jsonl"):
        (tmp_path / name).unlink()
    (tmp_path / "manifest.json").write_text("{")
    page = report.write([tmp_path], None).read_text()
    for words in (
        "machine.json is missing",
        "samples.jsonl is missing",
        "manifest.json: not valid JSON",
        "Not measured in this run: locks, queues, executors and the rest of threading",
        "Not drawn: locks, since no lock was measured",
    ):
        assert words in page


def test_a_last_line_cut_by_a_crash_is_said_and_left_out(tmp_path: Path) -> None:
    samples = write_run(tmp_path, repetitions=2, suites=("lock",)) / "samples.jsonl"
    whole = RunData.load(tmp_path)
    assert whole.notes == []
    samples.write_text(samples.read_text()[:-40])
    cut = RunData.load(tmp_path)
    assert "the last line of samples.jsonl is cut off" in cut.notes[0]
    assert len(list(cut.samples("lock/"))) == len(list(whole.samples("lock/"))) > 0


def test_few_worker_counts_make_models_not_estimable(tmp_path: Path) -> None:
    found = [c.text for c in caveats.caveats(RunData.load(write_run(tmp_path, repetitions=2)), [])]
    assert any("not estimable from 2 worker counts within 2 CPUs" in text for text in found)
    assert any("Not compared: nsync" in text for text in found)
    assert any("The harness itself takes" in text for text in found)


def test_an_incomplete_run_and_its_notes_are_caveats(tmp_path: Path) -> None:
    rewritten(
        small(tmp_path),
        "manifest.json",
        lambda m: m | {"status": "interrupted", "notes": ["3 repetitions in place of 5"]},
    )
    found = [c.text for c in caveats.caveats(RunData.load(tmp_path), [])]
    assert any("not complete (status: interrupted)" in text for text in found)
    assert "3 repetitions in place of 5." in found


def test_a_large_table_keeps_what_failed_and_says_what_it_left_out(tmp_path: Path) -> None:
    rows = RunData.load(small(tmp_path, cpus=80, repetitions=1)).rows
    rows.append(RunData.load(write_run(tmp_path / "q", repetitions=1, suites=("queue",))).rows[-1])
    shown = table.table(rows)
    assert len(shown.rows) == table.MOST_ROWS
    assert shown.left_out == len(rows) - table.MOST_ROWS
    assert rows[-1].case in shown.anchors


def test_the_card_says_what_is_unknown_and_warnings_carry_their_remedy(tmp_path: Path) -> None:
    card = {
        "cpu_model": "X",
        "cpus": [0, 1, 2, 7],
        "logical_cpus": 8,
        "sockets": 1,
        "cores_per_socket": 4,
        "governor": "powersave",
        "noise": {"spread_percent": 25.0, "steal_percent": 3.2},
        "memory_bytes": 2**34,
        "smt": True,
        "turbo": True,
    }
    rewritten(small(tmp_path), "machine.json", lambda _: card)
    (tmp_path / "manifest.json").unlink()
    run = RunData.load(tmp_path)
    found = dict(machine.facts(run))
    assert found["CPUs used"] == "4 of 8 (0-2,7)"
    assert found["Topology"] == "1 socket and 4 cores per socket"
    assert found["Memory"] == "16 GiB"
    assert found["Kernel"] == "unknown"
    assert "25 %" in found["Noise of a fixed loop"]
    assert (
        "the CPU frequency governor is powersave: clocks change during the run",
        "cpupower frequency-set --governor performance",
    ) in machine.warnings(run)


def test_cpus_are_those_chosen_for_the_run_not_the_machines(tmp_path: Path) -> None:
    write_run(tmp_path, cpus=4, repetitions=2, suites=("lock",))
    rewritten(tmp_path, "manifest.json", lambda m: m | {"options": m["options"] | {"cpus": [1, 3]}})
    run = RunData.load(tmp_path)
    assert run.cpus == 2
    assert dict(machine.facts(run))["CPUs used"] == "2 of 4 (1,3)"
    oversubscribed = [v for v in decisions(run.summary, run.machine, run.manifest) if v.regime == "oversubscribed"]
    assert oversubscribed and all("on 2 CPUs" in v.text for v in oversubscribed)
    without = RunData(run.folder, run.summary, run.machine, {"options": {"cpus": "?"}}, run.rows)
    assert without.cpus == 4
