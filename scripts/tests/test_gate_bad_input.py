"""`contend gate` and everything that can be wrong with two programs: a clear message, the exit code, what was decided kept."""

import errno
import os
from pathlib import Path
import signal
import subprocess

from contendlib import cli
from contendlib.gate import forest, session
from contendlib.gate.outcome import Outcome
from gate_bench import FAST, MAP, GateBench, install_fake
import pytest


FAULTS = {
    "crash": "in head: was killed by SIGSEGV; it said: about to crash",
    "hang": "in head: did not end within 10 s",
    "error_row": "in head: the sum is wrong",
    "exit": "in head: no result was written (exit 7); it said: no licence",
    "truncated": "in head: the JSON written cannot be read",
    "silent": "in head: no result was written",
    "zero": "in head: its metric 'cpu' is missing, not finite or not above 0",
}


def test_benchmarks_that_fail_exit_with_1_and_the_others_are_decided(gate: GateBench) -> None:
    gate.base_plan = {"names": [FAST, *FAULTS]}
    gate.head_plan = {**gate.base_plan, "behave": {how: how for how in FAULTS}}
    result = gate.run("--time-limit", "10", drawn=True)
    assert result.returncode == 1, result.stderr
    for how, message in FAULTS.items():
        assert f"ERROR         bench_map:{how} {message}" in result.stdout
    assert "Traceback" not in result.stderr
    assert gate.verdicts() == {FAST: "pass", **dict.fromkeys(FAULTS, "error")}
    assert gate.junit().get("errors") == str(len(FAULTS))


def test_what_is_on_one_side_only_is_said_and_what_is_gone_is_no_pass(gate: GateBench) -> None:
    gate.base_plan = {"names": [FAST, "lookup/1000/hot"]}
    gate.head_plan = {"names": [FAST, "lookup/1000/warm", "brand_new"]}
    result = gate.run()
    assert result.returncode == 4
    assert gate.verdicts() == {
        FAST: "pass",
        "lookup/1000/hot": "only in base",
        "lookup/1000/warm": "only in head",
        "brand_new": "only in head",
    }
    assert "renamed to bench_map:lookup/1000/warm?" in result.stdout


def test_what_is_new_in_head_is_no_reason_to_stop(gate: GateBench) -> None:
    gate.head_plan = {"names": [FAST, MAP, "brand_new"]}
    assert gate.run("--filter", "fast|new").returncode == 0


def test_nothing_in_common_is_an_error(gate: GateBench) -> None:
    result = gate.run("--filter", "NoSuchThing")
    assert result.returncode == 1
    assert "nothing to compare: of 2 benchmarks in base and 2 in head" in result.stderr


def test_a_program_rebuilt_meanwhile_voids_the_gate(gate: GateBench) -> None:
    gate.head_plan = {"names": [FAST], "behave": {FAST: "rebuilt"}, "file": str(gate.head)}
    gate.base_plan = {"names": [FAST]}
    result = gate.run()
    assert result.returncode == 1
    assert "the programs changed while they were measured" in result.stdout and "PASS" not in result.stdout


def test_an_equal_program_that_is_said_to_be_slower_voids_the_gate(gate: GateBench) -> None:
    gate.base_plan = gate.head_plan = {"names": [FAST], "slow_in": gate.head.parent.name}
    result = gate.run()
    assert result.returncode == 1, result.stdout
    assert "ERROR: the gate's own check failed" in result.stdout and "PASS" not in result.stdout
    assert gate.junit().get("errors") == "1"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--min-effect", "5"], "'5' is no percentage"),
        (["--min-effect", "0%"], "no percentage above 0"),
        (["--alpha", "2"], "no level"),
        (["--budget", "soon"], "not a number of seconds"),
        (["--filter", "("], "not a regular expression"),
        (["--set", "/nonexistent.toml"], "no such file"),
        (["--base-env", "X"], "not NAME=VALUE"),
        (["--base", "no-such-ref"], "is no program, no folder and no commit"),
        (["--", "--benchmark_filter=x"], "use --filter in its place"),
    ],
)
def test_usage_errors_exit_with_2(
    gate: GateBench, capfd: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert cli.main(gate.command("--budget", "100", *words)) == 2
    err = capfd.readouterr().err
    assert message in err and "Traceback" not in err


def test_a_set_with_a_fault_is_named(gate: GateBench, tmp_path: Path) -> None:
    path = tmp_path / "gate.toml"
    path.write_text('[[benchmark]]\nmatch = "x"\nmetrics = "cpu"\n')
    result = gate.run("--set", str(path))
    assert result.returncode == 2 and "unknown key 'metrics'" in result.stderr
    path.write_text("[[benchmark]\n")
    assert gate.run("--set", str(path)).returncode == 2


def test_results_that_cannot_be_written_are_said_at_once(gate: GateBench) -> None:
    gate.out.write_text("a file")
    result = gate.run()
    assert result.returncode == 1 and "results cannot be written" in result.stderr


def test_a_program_that_does_not_start_is_named(gate: GateBench) -> None:
    gate.head.write_bytes(b"\x7fELF")
    result = gate.run()
    assert result.returncode == 1 and "cannot be started" in result.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_keeps_what_was_decided(gate: GateBench, number: int) -> None:
    gate.base_plan = {"names": ["one", "two"], "behave": {"two": "slow_start"}}
    gate.head_plan = {**gate.base_plan, "swing": True}
    result = gate.run_until(lambda: gate.has_pairs(4), number)
    assert result.returncode == 130, result.stderr
    assert "INTERRUPTED" in result.stdout and "Traceback" not in result.stderr
    assert "--resume --out" in result.stderr
    assert set(gate.verdicts().values()) == {"inconclusive"}
    assert sum(row["screened"] + row["rejected"] for row in gate.document()["rows"]) >= 3


def test_who_stops_reading_does_not_change_the_exit_code(gate: GateBench) -> None:
    gate.head_plan = {"behave": {FAST: "exit"}}
    read, write = os.pipe()
    os.close(read)
    result = subprocess.run(gate.arguments("--filter", "fast", "--budget", "60"), stdout=write, stderr=subprocess.PIPE, check=False)
    os.close(write)
    assert result.returncode == 1 and b"BrokenPipe" not in result.stderr


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits: a program that is built by a copy, and one that does not build."""
    folder = tmp_path / "project"
    install_fake(folder / "source.py")
    git = ["git", "-C", str(folder), "-c", "user.name=x", "-c", "user.email=x@x", "-c", "init.defaultBranch=main"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "good"], ["tag", "good"]):
        subprocess.run([*git, *command], check=True)
    os.remove(folder / "source.py")
    for command in (["add", "-A"], ["commit", "-qm", "broken"]):
        subprocess.run([*git, *command], check=True)
    return folder


def test_a_repository_that_cannot_be_written_is_said(gate: GateBench, repository: Path) -> None:
    (repository / "build").write_text("a file")
    result = gate.run("--base", "good", "--head", "good", "--repository", str(repository))
    assert result.returncode == 1, result.stderr
    assert "build/gate cannot be written" in result.stderr and "name two folders" in result.stderr


def test_commits_are_built_once_and_one_that_does_not_build_is_said(gate: GateBench, repository: Path) -> None:
    build = ["--repository", str(repository), "--build", "mkdir b && cp source.py b/bench_x", "--build-dir", "b"]
    good = ["--base", "good", "--head", "good", "--filter", "fast", *build]
    result = gate.run(*good)
    assert result.returncode == 0, result.stderr
    assert "building" in result.stderr and "building" not in gate.run(*good).stderr
    result = gate.run("--base", "good", "--head", "HEAD", *build)
    assert result.returncode == 1
    assert "does not build" in result.stderr and "cp: cannot stat 'source.py'" in result.stderr


def test_a_plot_that_could_not_be_written_whole_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run_out_of_space(_: Outcome, folder: Path) -> list[Path]:
        (folder / "forest.svg").write_text("<svg")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(forest, "draw", run_out_of_space)
    session.write(Outcome("base", "head", [], 1, 0.01, 1.0, 1.0, "machine"), tmp_path, {})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gate.json", "gate.md", "junit.xml"]
