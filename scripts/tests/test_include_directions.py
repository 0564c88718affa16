"""The check of include directions finds what it is for: each rule is broken once, on purpose."""

from pathlib import Path
import subprocess
import sys

from conftest import SCRIPTS
import pytest

CHECK = SCRIPTS / "checks" / "include_directions.py"


def _check(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(CHECK), str(root)], capture_output=True, text=True)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small project without a fault."""
    files = {
        "primitives/concepts.h": "#include <concepts>\n",
        "primitives/lock.h": '#include "primitives/internal/futex.h"\n',
        "primitives/internal/futex.cc": "#include <linux/futex.h>\nsyscall(SYS_futex);\n",
        "primitives/internal/robust_thread.h": "#include <linux/futex.h>\n",
        "workloads/worker.h": '#include <atomic>\n#include "primitives/concepts.h"\n#include "primitives/internal/cache_line.h"\n#include "workloads/arrival.h"\n',
        "workloads/worker_test.cc": '#include "primitives/lock.h"\n',
        "benchmarks/main.cc": '#include <benchmark/benchmark.h>\n#include "workloads/worker.h"\n#include "primitives/lock.h"\n',
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_a_tree_without_a_fault_passes(tree: Path) -> None:
    result = _check(tree)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        (
            "primitives/lock.h",
            '#include "workloads/worker.h"',
            "primitives/ may not include workloads/worker.h",
        ),
        (
            "primitives/lock_test.cc",
            '#include "benchmarks/main.h"',
            "primitives/ may not include benchmarks/main.h",
        ),
        (
            "workloads/worker.h",
            '#include "benchmarks/registry.h"',
            "workloads/ may not include benchmarks/registry.h",
        ),
        (
            "workloads/worker.h",
            '#include "primitives/lock.h"',
            "workloads/ may not include primitives/lock.h",
        ),
        (
            "workloads/worker_test.cc",
            '  #  include "primitives/internal/futex.h"',
            "may not include primitives/internal/",
        ),
        ("workloads/worker.h", "#include <benchmark/benchmark.h>", "only benchmarks/ knows Google Benchmark"),
        (
            "benchmarks/floor.cc",
            "syscall(SYS_futex, 0);",
            "only primitives/internal/futex.cc makes the futex",
        ),
        (
            "primitives/internal/robust_thread.h",
            "syscall(SYS_futex, 0);",
            "only primitives/internal/futex.cc makes the futex",
        ),
        ("primitives/lock.h", "#include <linux/futex.h>", "only primitives/internal/futex.cc makes the futex"),
        ("workloads/worker.h", '#include "worker_test.cc"', "is not named from the root"),
        ("benchmarks/main.cc", "#include <primitives/lock.h>", "include it with quotes"),
    ],
)
def test_each_planted_violation_is_found(tree: Path, name: str, line: str, message: str) -> None:
    with (tree / name).open("a") as file:
        file.write(f"// one more\n{line}\n")
    result = _check(tree)
    assert result.returncode == 1
    (fault, _) = result.stdout.strip().splitlines()
    assert fault.startswith(f"{name}:") and message in fault


def test_a_line_that_is_commented_out_is_none(tree: Path) -> None:
    with (tree / "workloads/worker.h").open("a") as file:
        file.write('// #include "primitives/lock.h"\n')
    assert _check(tree).returncode == 0
