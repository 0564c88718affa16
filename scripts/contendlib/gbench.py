"""Google Benchmark's command line and JSON: the only part that knows them."""

import json
import math
from pathlib import Path
import re
import socket
import statistics
from typing import Any

_NANOSECONDS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}
_OWN_FIELDS = frozenset(
    "name run_name run_type family_index per_family_instance_index repetitions repetition_index threads iterations "
    "real_time cpu_time time_unit label error_occurred error_message".split()
)

# Set by the runner for each process, with the option of ours that users are to give in its place.
RESERVED_FLAGS = {
    "--benchmark_filter": "--filter",
    "--benchmark_min_time": "--round",
    "--benchmark_repetitions": "--repetitions",
    "--benchmark_out": "--out",
    "--benchmark_out_format": "--out",
    "--benchmark_list_tests": "`contend list`",
    "--contend_case": "--filter",
    "--contend_workers": "--workers",
    "--contend_placement": "--placement",
    "--contend_list": "`contend list --json`",
}


class BadOutput(Exception):
    """The file of a process is missing, broken, or holds an error row."""


def measured(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """(what a sample takes from the only row, the context). Raises BadOutput."""
    document = _load(path)
    rows = [row for row in document["benchmarks"] if row.get("run_type", "iteration") == "iteration"]
    if len(rows) != 1:
        raise BadOutput(f"{len(rows)} rows in place of one")
    return values(rows[0]), document.get("context", {})


def verbatim_filter(name: str) -> str:
    """A filter for the benchmark that --benchmark_list_tests prints so, and for no other. Google Benchmark takes POSIX's
    extended syntax, where it is an error to escape what closes a bracket or a brace."""
    return "^" + re.sub(r"([.^$*+?()\[{|\\])", r"\\\1", name) + "$"


def iteration_rows(path: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """(the rows of repetitions, as they stand, and of a benchmark that reports aggregates only its median; the context).
    Raises BadOutput."""
    document = _load(path)
    rows = [row for row in document["benchmarks"] if isinstance(row, dict)]
    found = [row for row in rows if row.get("run_type", "iteration") == "iteration"]
    repeated = {run_name(row) for row in found}
    medians = [row for row in rows if row.get("aggregate_name") == "median" and run_name(row) not in repeated]
    context = document.get("context")
    return found + medians, context if isinstance(context, dict) else {}


def run_name(row: dict[str, Any]) -> str:
    """Without what tells repetitions and aggregates apart."""
    return str(row.get("run_name", row.get("name")))


def median_of(rows: list[dict[str, Any]], name: str, metric: str) -> float:
    """The median over the repetitions of one benchmark: of wall or CPU time in nanoseconds, or of a counter. Raises
    BadOutput where a repetition failed, where there is none, and where the value is not above 0."""
    found = [values(row) for row in rows if run_name(row) == name]
    if not found:
        raise BadOutput("no row was written for it")
    times = [_metric(values, metric) for values in found]
    if not all(time is not None and time > 0 for time in times):
        raise BadOutput(f"its metric '{metric}' is missing, not finite or not above 0")
    return statistics.median(times)


def _metric(values: dict[str, Any], metric: str) -> Any:
    known = {"wall": "real_time_ns", "cpu": "cpu_time_ns"}
    return values[known[metric]] if metric in known else values["counters"].get(metric)


def without_host_name(path: Path) -> None:
    """Replaces the host's name in the file, the one thing in it that is nobody's business."""
    named = f'"host_name": {json.dumps(socket.gethostname())}'
    text = path.read_text(errors="replace")
    path.write_text(text.replace(named, '"host_name": "host"', 1))


def messages(tail: str) -> str:
    """The last lines of what a process wrote to stderr, without Google Benchmark's own heading."""
    lines = [line.rstrip() for line in tail.splitlines() if line.strip()]
    headings = [i for i, line in enumerate(lines) if line.startswith(("***WARNING***", "Load Average:"))]
    return "\n".join(lines[headings[-1] + 1 if headings else 0 :][-5:])


def _load(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text())
    except FileNotFoundError:
        raise BadOutput("no result was written") from None
    except ValueError as failure:
        raise BadOutput(f"the JSON written cannot be read ({failure})") from failure
    if not isinstance(document, dict) or not isinstance(document.get("benchmarks"), list):
        raise BadOutput("the JSON written is not Google Benchmark's")
    return document


def values(row: dict[str, Any]) -> dict[str, Any]:
    """What a row says, times in nanoseconds. Raises BadOutput for an error row and for what is no row."""
    if row.get("error_occurred"):
        raise BadOutput(str(row.get("error_message") or "error row without a message"))
    try:
        factor = _NANOSECONDS[row.get("time_unit", "ns")]
        real, cpu, iterations = row["real_time"] * factor, row["cpu_time"] * factor, int(row["iterations"])
    except (KeyError, TypeError) as failure:
        raise BadOutput(f"the row cannot be read ({failure!r})") from failure
    if not math.isfinite(real) or real < 0:
        raise BadOutput(f"the time is {real}")
    return {
        "real_time_ns": real,
        "cpu_time_ns": _finite(cpu),
        "iterations": iterations,
        "counters": {
            name: _finite(value)
            for name, value in row.items()
            if name not in _OWN_FIELDS and isinstance(value, (int, float))
        },
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
