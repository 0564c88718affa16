"""Benchmarks that crash, hang, lie or leave processes behind; signals; full disks. What was measured is kept."""

from collections.abc import Callable, Iterator
import os
from pathlib import Path
import shutil
import signal
import subprocess
import time

from conftest import Bench
import pytest


def _only_spin_lock_failed(
    bench: Bench, result: subprocess.CompletedProcess[str], status: str, error: str
) -> None:
    assert result.returncode == 1, result.stderr
    rows = bench.summary()
    assert {case for case, row in rows.items() if row["status"] != "ok"} == {
        f"lock/sections/SpinLock/team:threads/workers:{n}/cs_ns:50" for n in (1, 2)
    }
    row = rows["lock/sections/SpinLock/team:threads/workers:1/cs_ns:50"]
    assert row["status"] == status and error in row["error"]
    assert row["median_ns"] is None and not row["stable"]
    assert "failed: 2 cases" in result.stdout and "SpinLock" in result.stdout
    assert sum(sample["status"] == "ok" for sample in bench.samples()) == 4 * 2
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("how", "status", "error"),
    [
        ("crash", "crashed", "killed by SIGSEGV; it said: about to crash"),
        ("error_row", "failed", "counter is 41, expected 42"),
        ("broken_json", "failed", "cannot be read"),
        ("exit", "failed", "exit 7); it said: cannot open the arena"),
        ("nan", "failed", "the time is nan"),
    ],
)
def test_a_case_that_fails_is_named_and_the_run_goes_on(
    bench: Bench, how: str, status: str, error: str
) -> None:
    bench.misbehave(SpinLock=how)
    _only_spin_lock_failed(bench, bench.run(), status, error)


def test_a_failed_case_is_not_repeated(bench: Bench) -> None:
    bench.misbehave(SpinLock="crash")
    bench.run("--repetitions", "3")
    assert sum(sample["subject"] == "SpinLock" for sample in bench.samples()) == 2


def test_a_hanging_case_is_ended_with_all_its_descendants(bench: Bench) -> None:
    bench.misbehave(SpinLock="hang")
    result = bench.run("--time-limit", "10")
    _only_spin_lock_failed(bench, result, "timeout", "did not end within 10 s")
    assert not bench.orphans()


def test_a_process_left_behind_is_ended_and_fails_the_case(bench: Bench) -> None:
    bench.misbehave(SpinLock="orphan")
    _only_spin_lock_failed(bench, bench.run("--repetitions", "2"), "failed", "left processes behind")
    assert not bench.orphans()


# It has measured something, and is still at it, however late the test looks.
ALL_STOP = {"Lock": "stops", "SpinLock": "stops", "std::mutex": "stops"}


def _measured_something(bench: Bench) -> bool:
    return bool(bench.runs) and (bench.newest / "samples.jsonl").exists() and len(bench.samples()) > 1


def _both_orphans_started(bench: Bench) -> bool:
    pids = bench.folder / "pids"
    return pids.exists() and len(pids.read_text().split()) == 2


def _started(
    bench: Bench, *words: str, until: Callable[[Bench], bool] = _measured_something
) -> subprocess.Popen[str]:
    """A run in the background that has got so far."""

    def default_signals() -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)

    process = subprocess.Popen(
        bench.arguments(*bench.run_words("lock", *words)),
        env=bench.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=default_signals,
    )
    deadline = time.monotonic() + 400
    while not until(bench):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_keeps_what_was_measured_and_the_run_can_be_resumed(bench: Bench, number: int) -> None:
    bench.misbehave(**ALL_STOP)
    process = _started(bench, "--repetitions", "3")
    process.send_signal(number)
    _, stderr = process.communicate(timeout=400)
    assert process.returncode == 130, stderr
    assert "--resume" in stderr and "Traceback" not in stderr
    kept = bench.samples()
    assert 1 < len(kept) < 18
    assert set(bench.summary()) == {sample["case"] for sample in kept}
    assert not (bench.out / "latest").exists()

    bench.misbehave(Lock="ok")
    result = bench.resume()
    assert result.returncode == 0, result.stderr
    assert f"{len(kept)} samples there already" in result.stderr
    assert bench.samples()[: len(kept)] == kept
    assert sorted((s["case"], s["repetition"]) for s in bench.samples()) == sorted(
        (case, repetition) for case in bench.summary() for repetition in range(3)
    )
    assert [sample["order"] for sample in bench.samples()] == list(range(18))
    assert bench.document("manifest.json")["status"] == "finished"


def test_an_interrupt_ends_the_process_that_is_measuring(bench: Bench) -> None:
    bench.misbehave(SpinLock="hang")
    process = _started(bench, "--repetitions", "2", "--time-limit", "600", until=_both_orphans_started)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=400)
    assert process.returncode == 130
    assert not bench.orphans()
    assert all(sample["status"] == "ok" for sample in bench.samples())


def test_a_killed_run_can_be_resumed_after_half_a_line(bench: Bench) -> None:
    bench.misbehave(**ALL_STOP)
    process = _started(bench, "--repetitions", "2")
    process.kill()
    process.communicate()
    kept = len(bench.samples())
    with (bench.newest / "samples.jsonl").open("a") as file:
        file.write('{"case": "lock/sec')
    bench.misbehave(Lock="ok")
    assert bench.resume(str(bench.newest)).returncode == 0
    assert 1 < kept < len(bench.samples()) == 12


def test_a_run_that_is_being_measured_is_not_resumed(bench: Bench) -> None:
    bench.misbehave(SpinLock="hang")
    process = _started(bench, "--time-limit", "600", until=_both_orphans_started)
    manifest = bench.document("manifest.json")
    result = bench.resume(str(bench.newest))
    assert result.returncode == 1
    assert "is being measured by another contend" in result.stderr and "--resume" not in result.stderr
    assert bench.document("manifest.json") == manifest
    process.send_signal(signal.SIGTERM)
    process.communicate()


def test_resuming_refuses_other_binaries(bench: Bench) -> None:
    bench.misbehave(**ALL_STOP)
    process = _started(bench)
    process.send_signal(signal.SIGTERM)
    process.communicate()
    with (bench.folder / "bench_lock").open("a") as file:
        file.write("# built again\n")
    result = bench.resume()
    assert result.returncode == 4
    assert "the benchmark binaries changed" in result.stderr


def test_resuming_refuses_another_machine(bench: Bench) -> None:
    bench.misbehave(**ALL_STOP)
    process = _started(bench)
    process.send_signal(signal.SIGTERM)
    process.communicate()
    manifest = bench.newest / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"machine_id": "', '"machine_id": "another-'))
    result = bench.resume()
    assert result.returncode == 4
    assert "the machine changed" in result.stderr


def test_a_results_folder_that_is_removed_ends_the_run(bench: Bench) -> None:
    bench.misbehave(**{"Lock": "slow", "SpinLock": "slow", "std::mutex": "slow"})
    process = _started(bench, "--repetitions", "50")
    run = bench.newest
    while run.exists():  # it is being written to
        shutil.rmtree(run, ignore_errors=True)
    _, stderr = process.communicate(timeout=400)
    assert process.returncode == 1, stderr
    assert "results cannot be written" in stderr and "the folder was removed" in stderr
    assert "no result" not in stderr and "--resume" not in stderr and "Traceback" not in stderr


def test_there_may_be_nothing_to_resume(bench: Bench) -> None:
    assert "nothing to resume" in bench.resume().stderr
    bench.run()
    assert bench.resume().returncode == 1
    assert "is finished" in bench.resume(str(bench.newest)).stderr
    assert bench.command(*bench.run_words("lock", "--resume", str(bench.newest))).returncode == 2


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 120 KiB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=120k", "none", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("mounting a file system needs root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_ends_the_run_and_keeps_what_there_is(bench: Bench, small_disk: Path) -> None:
    bench.out = small_disk
    result = bench.command(*bench.run_words("--repetitions", "20"))
    assert result.returncode == 1
    assert "results cannot be written" in result.stderr and "No space left" in result.stderr
    assert "free space" in result.stderr
    assert "--resume" in result.stderr and "Traceback" not in result.stderr
    assert len(bench.samples()) > 3
    assert all(sample["status"] == "ok" for sample in bench.samples())


def test_a_results_folder_that_is_a_file_is_said_at_once(bench: Bench) -> None:
    bench.out.write_text("not a folder")
    result = bench.run()
    assert result.returncode == 1
    assert "results cannot be written" in result.stderr and str(bench.out) in result.stderr
    assert "free space" not in result.stderr
    assert "Traceback" not in result.stderr


def test_a_read_only_results_folder_is_said_at_once(bench: Bench, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    bench.out = small_disk / "results"
    result = bench.run()
    assert result.returncode == 1
    assert "Read-only file system" in result.stderr
