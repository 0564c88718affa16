"""Bad input: one clear message that says what to do, and the documented exit code."""

import json
import os
import subprocess

from conftest import Bench
from contendlib import cli, cpus
from contendlib.exits import MEANINGS, Exit
import pytest


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["locks"], "there is no suite 'locks'; there are: lock, queue, executor, sync, floor, pattern"),
        (["--workers", "0"], "'0' is no worker count"),
        (["--workers", "-2"], "--workers"),
        (["--workers", "1,two"], "'two' is no worker count"),
        (["--workers", "5000"], "give 1 to 4096"),
        (["--workers", "\N{ARABIC-INDIC DIGIT THREE}"], "is no worker count"),
        (["--workers", ""], "'' is no worker count"),
        (["--cpus", "0,99999"], "99999 not usable"),
        (["--cpus", "a"], "'a' is neither a CPU number nor a range"),
        (["--cpus", "3-1"], "not a range of CPUs"),
        (["--repetitions", "0"], "'0' is not a number from 1 on"),
        (["--round", "0"], "seconds above 0"),
        (["--time-limit", "nan"], "seconds above 0"),
        (["--seed", "x"], "'x' is not a number"),
        (["--filter", "("], "is not a regular expression"),
        (["--placement", "everywhere"], "invalid choice: 'everywhere'"),
        (["--quick", "--full"], "not allowed with"),
        (["--binaries", "/nonexistent"], "is not a folder"),
        (["--bogus"], "unrecognized arguments: --bogus"),
        (["--", "--benchmark_filter=x"], "use --filter in its place"),
        (["--", "--benchmark_bogus=1"], "bench_lock: error: unrecognized command-line flag: --benchmark_bogus"),
    ],
)
def test_usage_errors_exit_with_2_and_one_message(
    bench: Bench, capfd: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert cli.main(bench.run_words("--repetitions", "2", "lock", *words)) == 2
    out, err = capfd.readouterr()
    assert message in err
    assert len(err.strip().splitlines()) == 1
    assert out == ""


def test_a_filter_that_matches_nothing_exits_with_1(bench: Bench) -> None:
    result = bench.run("--filter", "NoSuchLock")
    assert result.returncode == 1
    assert "'NoSuchLock' matches none of 6 cases" in result.stderr


def test_a_missing_binary_is_named(bench: Bench) -> None:
    (bench.folder / "bench_queue").unlink()
    result = bench.command(*bench.run_words("queue"))
    assert result.returncode == 1
    assert "bench_queue: no such benchmark binary" in result.stderr


def test_a_binary_that_does_not_start_is_named(bench: Bench) -> None:
    (bench.folder / "bench_lock").write_bytes(b"\x7fELF")
    result = bench.run()
    assert result.returncode == 1
    assert "bench_lock: cannot be started" in result.stderr


def test_a_list_that_cannot_be_read_is_said(bench: Bench) -> None:
    bench.plan["broken_list"] = True
    result = bench.run()
    assert result.returncode == 1
    assert "printed no list that can be read" in result.stderr and "Traceback" not in result.stderr


def test_help_documents_the_exit_codes(bench: Bench) -> None:
    text = bench.command("--help").stdout
    assert all(f"{code.value:<4} {meaning}" in text for code, meaning in MEANINGS.items())
    assert set(MEANINGS) == set(Exit)


@pytest.mark.parametrize(
    "words", [[], ["fly"], ["doctor", "--", "x"], ["test", "--preset", "debug"], ["plot", "/nonexistent"]]
)
def test_other_commands_have_usage_errors_too(capfd: pytest.CaptureFixture[str], words: list[str]) -> None:
    assert cli.main(words) == 2
    assert "Traceback" not in capfd.readouterr().err


def test_the_exit_code_is_that_of_the_process(bench: Bench) -> None:
    result = bench.run("--bogus")
    assert (result.returncode, result.stdout) == (2, "")


def test_list_shows_suites_cases_and_json(bench: Bench) -> None:
    binaries = ["--binaries", str(bench.folder)]
    text = bench.command("list", *binaries).stdout
    assert "lock      sections" in text and "std::mutex" in text and "left out: Abseil: not found" in text
    names = bench.command("list", "queue", "--cases", *binaries).stdout.split()
    assert len(names) == 6 and all(name.startswith("queue/") for name in names)
    document = json.loads(bench.command("list", "--json", *binaries).stdout)
    assert len(document["cases"]) == 36 and len(document["subjects"]) == 3


def test_output_that_nobody_reads_is_no_error(bench: Bench) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    result = subprocess.run(
        bench.arguments("list", "--json", "--binaries", str(bench.folder)),
        env=bench.environment,
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writer)
    assert (result.returncode, result.stderr) == (0, "")


def test_cpu_lists_are_read_and_shown() -> None:
    assert cpus.parse("0-2,5") == [0, 1, 2, 5]
    assert cpus.shown([5, 0, 1, 2]) == "0-2,5"
    assert cpus.shown([]) == ""
    for text in ("", "1-", "-1", "1,,2", "1-2-3", "x"):
        with pytest.raises(ValueError):
            cpus.parse(text)
