"""Checks that the layers see each other only downwards: primitives <- workloads <- benchmarks.

    python3 include_directions.py ROOT

Prints one line for each violation; exits 1 if there is any.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
import re
import sys

# What workloads may know of primitives/: what all subjects have in common, and facts about the machine. No primitive.
_COMMON = r"primitives/(concepts|baton|async_item|event_loop_backend|internal/cache_line|internal/platform)\.h$"

# What of ours each layer may include, as patterns of paths from the root.
_ALLOWED = {
    "primitives": r"primitives/",
    "workloads": rf"workloads/|{_COMMON}",
    "benchmarks": r"benchmarks/|workloads/|primitives/",
}
_ALLOWED_IN_TESTS = {"workloads": rf"workloads/|{_COMMON}|primitives/(?!internal/)"}

_GOOGLE_BENCHMARK = re.compile(r"benchmark/benchmark\.h$")
_FUTEX_CALL = re.compile(r"\b(SYS_futex|__NR_futex|linux/futex\.h)\b")
_FUTEX_HOME = "primitives/internal/futex.cc"

# The kernel's list of robust futexes is declared in the same header as the call.
_ROBUST_LIST = ("primitives/internal/robust_thread.h", "#include <linux/futex.h>")

_INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
_SUFFIXES = {".h", ".cc", ".hpp", ".cpp"}


@dataclass(frozen=True)
class Violation:
    """A line that breaks a rule."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.what}"


def violations(root: Path) -> Iterator[Violation]:
    """All of them, in the order of the files."""
    for layer in _ALLOWED:
        for path in sorted((root / layer).rglob("*")):
            if path.suffix in _SUFFIXES:
                yield from _in_file(root, layer, path)


def _in_file(root: Path, layer: str, path: Path) -> Iterator[Violation]:
    name = path.relative_to(root).as_posix()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if _FUTEX_CALL.search(line) and name != _FUTEX_HOME and (name, line) != _ROBUST_LIST:
            yield Violation(name, number, f"only {_FUTEX_HOME} makes the futex system call")
        if found := _INCLUDE.match(line):
            if fault := _fault(root, layer, name, quoted=found[1] == '"', included=found[2]):
                yield Violation(name, number, fault)


def _fault(root: Path, layer: str, name: str, *, quoted: bool, included: str) -> str | None:
    if _GOOGLE_BENCHMARK.search(included):
        return None if layer == "benchmarks" else "only benchmarks/ knows Google Benchmark"
    ours = included.split("/")[0] in _ALLOWED
    if not ours:
        return (
            f'"{included}" is not named from the root'
            if quoted and (root / name).with_name(included).exists()
            else None
        )
    if not quoted:
        return f"<{included}> is ours: include it with quotes"
    is_test = Path(name).stem.endswith("_test")
    allowed = _ALLOWED_IN_TESTS.get(layer, _ALLOWED[layer]) if is_test else _ALLOWED[layer]
    return None if re.match(allowed, included) else f"{layer}/ may not include {included}"


def main() -> int:
    root = Path(sys.argv[1]).resolve()
    found = list(violations(root))
    for violation in found:
        print(violation)
    print(f"include directions: {len(found)} violations in {root.name}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
