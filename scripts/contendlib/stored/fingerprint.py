"""What must be equal for two results to be comparable at all: the machine, the compiler, the flags, the libraries.

What fluctuates on one machine (kernel, governor, load, frequency) is no part of it, or identical machines would differ.
"""

from collections.abc import Mapping
import json
from typing import Any

Facts = dict[str, str]  # by name; what is not known is not there

_OF_MACHINE = (
    "vendor", "cpu_model", "family", "model", "stepping", "logical_cpus", "cpus", "threads_per_core", "sockets", "numa_nodes",
    "hypervisor", "architecture",
)  # fmt: skip
_OF_BUILD = ("compiler", "flags", "build_type", "library_build_type", "placement")
_OF_GOOGLE_BENCHMARK = ("host_name", "num_cpus", "caches", *_OF_BUILD)
_VERSION = "version:"
_COMPARED = "version:contend"  # ours is what changes from one result to the next


def of_run(machine: Mapping[str, Any], manifest: Mapping[str, Any]) -> Facts:
    """Of a folder that `contend run` wrote."""
    context = manifest.get("context")
    context = context if isinstance(context, dict) else {}
    versions = [name for name in context if name.startswith(_VERSION) and name != _COMPARED]
    return _known(machine, _OF_MACHINE) | _known(context, (*_OF_BUILD, *versions))


def of_google_benchmark(context: Mapping[str, Any]) -> Facts:
    """Of the JSON that any program writes, which tells little: another name of the host is another machine."""
    return _known(context, _OF_GOOGLE_BENCHMARK)


def differences(one: Facts, other: Facts) -> list[str]:
    """What both say, and say differently; empty where they may be compared."""
    both = [name for name in one if name in other]
    if not both:
        return ["they say nothing that could be compared about where they were measured"]
    return [f"{name}: {one[name]} and {other[name]}" for name in both if one[name] != other[name]]


def _known(source: Mapping[str, Any], names: tuple[str, ...]) -> Facts:
    return {name: _text(source[name]) for name in names if source.get(name) not in (None, "", [])}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
