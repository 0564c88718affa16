"""process.run: limits, descendants, output."""

import os
from pathlib import Path
import subprocess
import sys
import time

from contendlib import process
import pytest

# Starts a child in a session of its own that starts one more; both ids are printed.
_ORPHANS = """
import subprocess, sys, time
deeper = "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); \
open(sys.argv[1], 'a').write(str(p.pid) + chr(10)); time.sleep(600)"
p = subprocess.Popen([sys.executable, "-c", deeper, sys.argv[1]], start_new_session=True)
open(sys.argv[1], "a").write(str(p.pid) + chr(10))
while len(open(sys.argv[1]).read().split()) < 2: time.sleep(0.01)
if sys.argv[2] == "hang": time.sleep(600)
"""


def _run(*command: str, **options: object) -> process.Outcome:
    with process.Interrupts() as interrupts:
        return process.run(command, interrupts, **options)  # type: ignore[arg-type]


def _alive(path: Path) -> list[str]:
    return [pid for pid in path.read_text().split() if Path(f"/proc/{pid}").exists()]


def test_an_exit_code_and_the_last_words_are_reported() -> None:
    outcome = _run("sh", "-c", "echo out; echo no room >&2; exit 3")
    assert (outcome.returncode, outcome.timed_out, outcome.left_behind, outcome.tail) == (
        3,
        False,
        0,
        "no room\n",
    )


def test_much_output_does_not_block_and_only_its_end_is_kept() -> None:
    pieces: list[bytes] = []
    outcome = _run(
        "sh", "-c", "yes | head -c 3000000; echo end", stdout=subprocess.STDOUT, sink=pieces.append
    )
    assert sum(map(len, pieces)) == 3_000_004
    assert outcome.tail.endswith("y\nend\n") and len(outcome.tail) < 20_000


def test_a_process_that_closes_its_output_is_waited_for() -> None:
    outcome = _run("sh", "-c", "exec 2>&-; sleep 0.2; exit 5")
    assert outcome.returncode == 5


def test_descendants_in_other_sessions_are_ended(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    pids.touch()
    outcome = _run(sys.executable, "-c", _ORPHANS, str(pids), "end", limit=100.0)
    assert (outcome.timed_out, outcome.left_behind) == (False, 2)
    assert len(pids.read_text().split()) == 2 and not _alive(pids)


def test_descendants_of_one_that_hangs_are_ended(tmp_path: Path) -> None:
    """It is given longer where both have not started in time."""
    for limit in (2.0, 8.0, 32.0, 128.0):
        pids = tmp_path / f"pids within {limit}"
        pids.touch()
        outcome = _run(sys.executable, "-c", _ORPHANS, str(pids), "hang", limit=limit)
        assert outcome.timed_out and outcome.left_behind == 0 and not _alive(pids)
        if len(pids.read_text().split()) == 2:
            return
    pytest.fail("two processes did not start")


def test_an_orphan_that_ends_by_itself_is_no_fault() -> None:
    assert _run("sh", "-c", "sleep 0.1 & exit 0").left_behind == 0


def test_of_several_each_has_an_outcome_of_its_own(tmp_path: Path) -> None:
    words = (["sh", "-c", "echo no >&2; exit 3"], ["sleep", "600"], ["sh", "-c", "sleep 600 >&- 2>&- &"], ["true"])
    with process.Interrupts() as interrupts:
        start = time.monotonic()
        failed, hung, left, fine = process.run_together([process.Launch(each) for each in words], interrupts, limit=10)
    assert time.monotonic() - start < 100
    assert (failed.returncode, failed.tail, failed.timed_out) == (3, "no\n", False)
    assert hung.timed_out and hung.returncode < 0
    assert (left.returncode, left.left_behind) == (0, 1)
    assert (fine.returncode, fine.timed_out, fine.left_behind) == (0, False, 0)


def test_of_several_none_is_left_where_one_cannot_be_started() -> None:
    start = time.monotonic()
    with process.Interrupts() as interrupts, pytest.raises(OSError):
        process.run_together([process.Launch(["sleep", "600"]), process.Launch(["/nonexistent"])], interrupts)
    assert time.monotonic() - start < 100


def test_a_process_that_ignores_sigterm_is_ended() -> None:
    start = time.monotonic()
    outcome = _run("sh", "-c", "trap '' TERM INT HUP; sleep 600", limit=0.2)
    assert outcome.timed_out and time.monotonic() - start < 100


def test_it_is_bound_to_its_cpus() -> None:
    cpu = max(os.sched_getaffinity(0))
    own = f"import os; assert os.sched_getaffinity(0) == {{{cpu}}}"
    assert _run(sys.executable, "-c", own, cpus=[cpu]).returncode == 0


def test_it_dies_with_us(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    script = (
        f"import sys; sys.path.insert(0, {str(Path(process.__file__).parents[1])!r})\n"
        "from contendlib import process\n"
        f"with process.Interrupts() as i: process.run(['sh', '-c', 'echo $$ > {pid}; exec sleep 600'], i)"
    )
    runner = subprocess.Popen([sys.executable, "-c", script])
    while not (pid.exists() and pid.read_text().endswith("\n")):
        time.sleep(0.01)
    runner.kill()
    runner.wait()
    stat = Path(f"/proc/{pid.read_text().strip()}/stat")
    deadline = time.monotonic() + 100
    while stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_command_that_does_not_exist_is_an_os_error() -> None:
    with pytest.raises(FileNotFoundError):
        _run("/nonexistent/bench")


def test_children_are_found_without_the_kernels_list() -> None:
    child = subprocess.Popen(["sleep", "600"])
    try:
        assert child.pid in process._children() and child.pid in process._children_by_parent()
    finally:
        child.kill()
        child.wait()
