"""The program that interpreters run, and what a machine has of them."""

from __future__ import annotations

from collections import Counter
import json
from pathlib import Path
import re
import subprocess
import sys
from typing import Any

import pytest
from synthetic_results import write_run

from conftest import SCRIPTS, Bench
from contendlib import cases, cli, gbench, plan, session
from contendlib.claims import interpreters
from contendlib.exits import ContendError, Exit
from contendlib.results import CLAIMS

WORKLOADS = SCRIPTS.parent / "workloads"
PEER = "CPython-3.11.2"


def program(*flags: str, limit: float = 200) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-B", str(WORKLOADS / "python"), f"--contend_suite={PEER}", *flags]
    return subprocess.run(words, capture_output=True, text=True, timeout=limit)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine may stall; who sleeps is given up on nevertheless, see below."""
    monkeypatch.setattr(interpreters, "_PROBE_LIMIT_S", 100.0)


@pytest.fixture
def items(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(WORKLOADS / "python"))
    import items as found

    return found


def test_the_items_give_what_the_cpp_items_give(items: Any) -> None:
    # The same constants stand in integer_chain_test.cc and delay_server_test.cc.
    assert items.chain(20_000, 3) == 0x83AAC7E10BDFECC6
    assert items.checksum(1) == 0x910A2DEC89025CC1


def test_both_languages_have_the_same_patterns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(WORKLOADS))
    import patterns

    in_cpp = re.findall(r'{"(\w+)", \w+<Kit>}', (WORKLOADS / "patterns" / "all.h").read_text())
    assert tuple(in_cpp) == patterns.PATTERNS
    for name in patterns.PATTERNS:
        assert (WORKLOADS / "patterns" / f"{name}.h").is_file()


def test_the_program_lists_and_measures_as_a_benchmark_binary_does(tmp_path: Path) -> None:
    listing = json.loads(program("--contend_list").stdout)
    names = [cases.Case(**case).name for case in listing["cases"]]
    assert len(set(names)) == len(names)
    wanted = f"{PEER}/operation_lock/{PEER}/workers:1"
    out = tmp_path / "out.json"
    done = program(
        f"--contend_case={wanted}",
        "--benchmark_min_time=0.001",
        f"--benchmark_out={out}",
    )
    assert done.returncode == 0, done.stderr
    values, _ = gbench.measured(out)
    assert values["iterations"] >= 2 and values["real_time_ns"] > 0


def test_every_pattern_passes_in_this_interpreter() -> None:
    own = r"/(?!operation_|convoy|interpreted_)\w+/" + re.escape(PEER)
    done = program(f"--benchmark_filter={own}", "--benchmark_min_time=0.001", limit=400)
    rows = json.loads(done.stdout)["benchmarks"]
    assert len(rows) == 20
    assert [row["error_message"] for row in rows if row.get("error_occurred")] == []


def test_a_wrong_result_is_a_failed_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(WORKLOADS))
    monkeypatch.syspath_prepend(str(WORKLOADS / "python"))
    import cases as program_cases

    with pytest.raises(AssertionError, match="differs from the oracle's"):
        program_cases._checked_batches(lambda ids: [0 for _ in ids], lambda item: item + 1, range(3), [1, 2, 3], 1, 0.0)


def test_an_interpreter_is_found_by_its_path() -> None:
    found = interpreters.find([sys.executable])
    assert [one.executable for one in found.chosen] and found.chosen[0].label.startswith("CPython-")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("#!/bin/sh\necho no module >&2\nexit 1\n", "ended with exit code 1: no module"),
        ("#!/bin/sh\necho hello\n", "does not run as an interpreter"),
        ("#!/bin/sh\nsleep 600\n", "gave no answer within 1 s"),
        (
            '#!/bin/sh\necho \'{"executable": "x", "implementation": "CPython", "version": "3.6.15",'
            ' "free_threaded": false}\'\n',
            "needs 3.8",
        ),
    ],
)
def test_what_cannot_be_measured_is_refused_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, why: str
) -> None:
    if "sleep" in text:
        monkeypatch.setattr(interpreters, "_PROBE_LIMIT_S", 1.0)
    path = tmp_path / "python3"
    path.write_text(text)
    path.chmod(0o755)
    with pytest.raises(ContendError, match=why) as refused:
        interpreters.find([str(path)])
    assert refused.value.exit_code == Exit.USAGE


def pretended(folder: Path, name: str, version: str, free: bool = False) -> None:
    """A program that says it is an interpreter of that version."""
    answer = json.dumps(
        {"executable": name, "implementation": "CPython", "version": version, "free_threaded": free}
    )
    (folder / name).write_text(f"#!/bin/sh\necho '{answer}'\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(("free", "second"), [(True, "CPython-3.13.1t"), (False, "CPython-3.8.2")])
def test_of_many_the_first_and_the_one_that_differs_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: bool, second: str
) -> None:
    pretended(tmp_path, "python3", "3.11.2")
    pretended(tmp_path, "python3.8", "3.8.2")
    pretended(tmp_path, "python3.13", "3.13.1", free)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    found = interpreters.find(None)
    assert [one.label for one in found.chosen] == ["CPython-3.11.2", second]
    assert any(note.startswith("not measured, to stay quick: ") for note in found.notes)


def test_what_is_on_path_and_cannot_be_measured_is_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "python3.6").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python3.6").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    found = interpreters.find(None)
    assert [one.label for one in found.chosen] == [interpreters.find([sys.executable]).chosen[0].label]
    assert found.notes[0] == "not measured: python3.6: ended with exit code 1: it said nothing"


def test_the_command_says_what_it_would_measure(bench: Bench) -> None:
    words = ["claims", "--binaries", str(bench.folder), "--out", str(bench.out), "--pythons", sys.executable]
    done = bench.command(*words, "--dry-run")
    assert done.returncode == 0, done.stderr
    assert re.search(r"\d+ cases x ", done.stdout)


def test_what_holds_the_model_against_an_interpreter_is_repeated_further(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    mode = plan.Mode(CLAIMS, repetitions=1, round_s=0.001, budget_s=600.0, fewest_repetitions=1, most_further=4)
    monkeypatch.setattr(plan, "CLAIMS", mode)
    monkeypatch.setitem(plan.MODES, CLAIMS, mode)
    monkeypatch.setattr(session, "NOISE_S", 0.001)
    words = ["claims", "--binaries", str(bench.folder), "--out", str(bench.out), "--pythons", sys.executable]
    assert cli.main([*words, "--filter", "operation_lock/|chain/ThreadPoolExecutor/workers:1/", "--no-report"]) == 0
    counted = Counter(sample["workload"] for sample in bench.samples() if "Python" in sample["suite"])
    assert counted == {"operation_lock": 1, "interpreted_chain": 1 + 4}
    orders = [sample["order"] for sample in bench.samples()]
    assert orders == list(range(len(orders)))


def test_the_command_measures_tells_and_puts_the_table_into_the_report_of_another_run(bench: Bench, tmp_path: Path) -> None:
    words = ["claims", "--binaries", str(bench.folder), "--out", str(bench.out), "--pythons", sys.executable]
    other = write_run(tmp_path / "other", repetitions=2, suites=("floor",))
    done = bench.command(
        *words, "--repetitions", "1", "--round", "0.001", "--filter", "operation_r?lock/|interpreted_chain/loop",
        "--no-report", "--into", str(other),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "not decidable here" in done.stdout
    document = bench.document("claims.json")
    assert document["interpreters"][0].startswith("CPython-")
    assert json.loads((other / "claims.json").read_text()) == document
    page = (other / "report.html").read_text()
    assert f"also in: {other / 'report.html'}" in done.stdout
    assert document["claims"][0]["claim"] in page and "The machine's floors" in page.replace("&#39;", "'")


def test_a_table_goes_into_finished_runs_only(bench: Bench, tmp_path: Path) -> None:
    done = bench.command("claims", "--binaries", str(bench.folder), "--into", str(tmp_path))
    assert done.returncode == 2 and f"{tmp_path} is no finished run" in done.stderr
