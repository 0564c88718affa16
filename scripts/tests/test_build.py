"""Building and `contend test`, with stand-ins for cmake and ctest; and what happens when drawing fails."""

import os
from pathlib import Path
from types import SimpleNamespace

from conftest import Bench
import contendlib
from contendlib import build, cli, ending, process, results
from contendlib.commands import test as test_command
from contendlib.exits import ContendError, Exit
import pytest


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of nothing and a PATH on which cmake and ctest write down how they were called."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("cmake", "ctest"):
        _tool(folder, name, f'echo {name} "$@" >> "{tmp_path}/calls"')
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(test_command, "ROOT", tmp_path)
    monkeypatch.setattr(build, "build_dir", lambda preset: tmp_path / "build" / preset)
    monkeypatch.setattr(build, "install_packages", lambda *groups: None)
    return folder


def _tool(folder: Path, name: str, body: str) -> None:
    (folder / name).write_text(f"#!/bin/bash\n{body}\n")
    (folder / name).chmod(0o755)


def _calls(tools: Path) -> list[str]:
    return (tools.parent / "calls").read_text().splitlines()


def _build() -> Path:
    with process.Interrupts() as interrupts:
        return build.build("release", tests=False, interrupts=interrupts)


def test_a_build_configures_then_compiles_and_keeps_a_log(tools: Path) -> None:
    folder = _build()
    configure, compile_ = _calls(tools)
    assert configure == "cmake --preset release -DBUILD_TESTING=OFF"
    assert compile_.startswith(f"cmake --build {folder} --parallel ")
    assert (folder / "contend-build.log").exists()


def test_a_failing_build_shows_the_compilers_words_and_names_the_log(
    tools: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    body = 'if [[ $1 == --build ]]; then echo "[1/2] ok"; echo "FAILED: lock.o"; echo "lock.h:7: error: no"; exit 1; fi'
    _tool(tools, "cmake", body)
    with pytest.raises(ContendError, match=r"building failed \(exit 1\).*contend-build.log") as failure:
        _build()
    assert failure.value.exit_code == Exit.FAILED
    shown = capfd.readouterr().err
    assert "lock.h:7: error: no" in shown and "[1/2] ok" not in shown


def test_a_failing_configuration_shows_its_last_lines(tools: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _tool(tools, "cmake", "for i in {1..99}; do echo line $i; done; echo 'CMake Error: no hwloc'; exit 1")
    with pytest.raises(ContendError, match="configuring failed"):
        _build()
    shown = capfd.readouterr().err
    assert "CMake Error: no hwloc" in shown and "line 3\n" not in shown


def test_without_cmake_the_message_says_how_to_get_it(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ContendError, match="cmake is not installed"):
        _build()


def test_the_compiler_is_named(tmp_path: Path) -> None:
    path = tmp_path / "CMakeFiles" / "3.25.1" / "CMakeCXXCompiler.cmake"
    path.parent.mkdir(parents=True)
    path.write_text('set(CMAKE_CXX_COMPILER_ID "GNU")\nset(CMAKE_CXX_COMPILER_VERSION "12.2.0")\n')
    assert build.compiler(tmp_path) == "gcc-12.2.0"
    assert build.compiler(tmp_path / "none") == "unknown"


def test_a_checkout_without_git_has_an_unknown_commit(tools: Path) -> None:
    assert build.source() == build.Source("unknown", False)


def test_contend_test_passes_its_arguments_to_ctest(tools: Path) -> None:
    assert (
        cli.main(["test", "--preset", "tsan", "-R", "lock", "-L", "fast", "--", "--rerun-failed"]) == Exit.OK
    )
    configure, _, ctest = _calls(tools)
    assert configure == "cmake --preset tsan -DBUILD_TESTING=ON"
    assert ctest.startswith("ctest --preset tsan --parallel ") and ctest.endswith(
        "-R lock -L fast --rerun-failed"
    )


def test_failing_tests_exit_with_1(tools: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _tool(tools, "ctest", "echo 1 test failed; exit 8")
    assert cli.main(["test"]) == Exit.FAILED
    captured = capfd.readouterr()
    assert "1 test failed" in captured.out and "tests failed" in captured.err


def test_a_fault_in_drawing_costs_no_measurements(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert bench.run().returncode == 0

    def broken(*_: object) -> None:
        raise ValueError("no such colour")

    monkeypatch.setattr(contendlib, "plots", SimpleNamespace(draw_all=broken), raising=False)
    monkeypatch.setattr(contendlib, "report", SimpleNamespace(write=broken), raising=False)
    monkeypatch.setattr(contendlib, "verdicts", SimpleNamespace(verdicts=broken), raising=False)
    monkeypatch.delenv("CONTEND_DEBUG", raising=False)
    run = results.RunFolder(bench.newest)
    assert ending.finished(bench.out, run, run.read_manifest(), report=True) == Exit.FAILED
    captured = capfd.readouterr()
    assert (
        "no such colour" in captured.err
        and "contend report" in captured.err
        and "Traceback" not in captured.err
    )
    assert f"results: {bench.newest}" in captured.out


def test_an_internal_error_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from contendlib import machine

    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.delenv("CONTEND_DEBUG", raising=False)
    monkeypatch.setattr(machine, "read", broken)
    assert cli.main(["doctor"]) == Exit.FAILED
    assert capfd.readouterr().err == (
        "contend: internal error: ZeroDivisionError(); CONTEND_DEBUG=1 shows where, please report it\n"
    )
