"""compare.py of Google Benchmark, as Debian's libbenchmark-tools installs it, on the same data: what its users would see."""

from collections.abc import Sequence
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from statistics import median
from types import ModuleType

REPORT = Path("/usr/share/benchmark/gbench/report.py")
_LEVEL = 0.05  # its default


def is_installed(report: Path = REPORT) -> bool:
    return report.is_file()


def says_slower(base: Sequence[float], head: Sequence[float], report: Path = REPORT) -> bool:
    """Whether its U test calls the difference significant and head is the slower one."""
    rows = _module(report).get_difference_report(_document(base), _document(head), utest=True)
    return bool(rows[0]["utest"]["time_pvalue"] < _LEVEL) and median(head) > median(base)


def _document(times: Sequence[float]) -> dict[str, list[dict[str, object]]]:
    common = {"name": "b", "run_name": "b", "run_type": "iteration", "time_unit": "ns"}
    return {"benchmarks": [{**common, "real_time": time, "cpu_time": time} for time in times]}


@cache
def _module(report: Path) -> ModuleType:
    spec = spec_from_file_location("google_benchmark_report", report)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
