"""A stored result in the formats of others' tools: one entry for each benchmark that did not fail."""

from collections.abc import Callable
import json

from contendlib import summary
from contendlib.stored.run import StoredRun

Exporter = Callable[[StoredRun], str]


def github_action_benchmark(run: StoredRun) -> str:
    """For benchmark-action/github-action-benchmark with `tool: customSmallerIsBetter`. Its reader of Google Benchmark's own
    JSON takes every row, standard deviations too, for a benchmark."""
    entries = []
    for name in sorted(run.times):
        found = _statistics(run, name)
        entries.append(
            {
                "name": name,
                "unit": "ns",
                "value": found.median,
                "range": f"± {(found.high - found.low) / 2:.4g}",
                "extra": f"median of {len(run.times[name])} repetitions",
            }
        )
    return json.dumps(entries, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def bencher(run: StoredRun) -> str:
    """Bencher Metric Format, for `bencher run --adapter json --file FILE`."""
    document = {}
    for name in sorted(run.times):
        found = _statistics(run, name)
        document[name] = {"latency": {"value": found.median, "lower_value": found.low, "upper_value": found.high}}
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def benchstat(run: StoredRun) -> str:
    """Go's benchmark format (https://golang.org/design/14313-benchmark-format): a line for each repetition."""
    facts = {key: value for key, value in sorted(run.facts.items()) if ":" not in key and key != "host_name"}
    lines = [f"{key.lower().replace('_', '-')}: {value}" for key, value in facts.items() if "\n" not in value]
    for name in sorted(run.times):
        word = "_".join(name.split())
        lines += [f"Benchmark{word[:1].upper()}{word[1:]} 1 {time:.6g} ns/op" for time in run.times[name]]
    return "\n".join(lines) + "\n"


EXPORTERS: dict[str, Exporter] = {
    "github-action-benchmark": github_action_benchmark,
    "bencher": bencher,
    "benchstat": benchstat,
}


def _statistics(run: StoredRun, name: str) -> summary.Statistics:
    times = run.times[name]
    return summary.statistics_of(times, range(len(times)))
