"""The machine card: what a result depends on besides the code. What the machine does not tell is None."""

import hashlib
import json
import os
from pathlib import Path
import platform
import re
import subprocess
from typing import Any

from contendlib import cgroup, cpus

Card = dict[str, Any]

_LSCPU_FIELDS = {
    "cpu_model": "Model name:",
    "vendor": "Vendor ID:",
    "family": "CPU family:",
    "model": "Model:",
    "stepping": "Stepping:",
    "sockets": "Socket(s):",
    "cores_per_socket": "Core(s) per socket:",
    "threads_per_core": "Thread(s) per core:",
    "numa_nodes": "NUMA node(s):",
    "hypervisor": "Hypervisor vendor:",
}
_NUMBERS = ("sockets", "cores_per_socket", "threads_per_core", "numa_nodes")


def read(root: Path = Path("/")) -> Card:
    """The card of this machine. `root` replaces the root of the files that are read, in tests."""
    lscpu = _lscpu()
    card: Card = {key: lscpu.get(field) for key, field in _LSCPU_FIELDS.items()}
    for key in _NUMBERS:
        card[key] = int(card[key]) if (card[key] or "").isdecimal() else None
    cpu_table = _cpu_table()
    card |= {
        "architecture": platform.machine(),
        "logical_cpus": os.cpu_count(),
        "cpus": cpus.usable(),
        "topology": cpu_table,
        "topology_text": topology("console"),
        "caches": {
            name.split()[0]: size for name, size in lscpu.items() if re.fullmatch(r"L\d[di]? cache:", name)
        },
        "quota_cpus": cgroup.cpu_quota(root),
        "mitigations": _mitigations(root),
        "memory_bytes": _memory(root),
        "load": _load(root),
        "kernel": platform.release(),
        "virtualized": "hypervisor" in lscpu.get("Flags:", "").split() or card["hypervisor"] is not None,
        **_settings(root),
    }
    return {"schema": 1, "id": machine_id(card), **card}


def machine_id(card: Card) -> str:
    """A readable name and a hash of what makes figures comparable: CPU, topology and the CPUs we may use."""
    keys = ("vendor", "cpu_model", "family", "model", "stepping", "logical_cpus", "topology", "cpus")
    digest = hashlib.sha256(json.dumps([card[key] for key in keys], sort_keys=True).encode()).hexdigest()
    name = re.sub(
        r"\(R\)|\(TM\)|\b(CPU|Processor)\b|@.*", " ", card["cpu_model"] or card["architecture"], flags=re.I
    )
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:32].strip("-")
    return f"{slug}-{len(card['cpus'])}cpu-{digest[:8]}"


def topology(form: str) -> str | None:
    """The machine with its caches in one of lstopo's output formats; None where hwloc is missing."""
    return _run("lstopo-no-graphics", "--of", form, "--no-io", "--no-legend")


def steal_ticks(root: Path = Path("/")) -> tuple[int, int] | None:
    """(stolen, all) clock ticks of all CPUs since boot. Two readings tell what the hypervisor gave to others."""
    line = _text(root, "proc/stat")
    if line is None:
        return None
    ticks = [int(field) for field in line.split("\n", 1)[0].split()[1:9]]
    return (ticks[7], sum(ticks)) if len(ticks) == 8 else None


def _settings(root: Path) -> Card:
    cpu = "sys/devices/system/cpu"
    return {
        "governor": _governor(root),
        "turbo": _turbo(root),
        "smt": _flag(_text(root, f"{cpu}/smt/active")),
        "clock_source": _text(root, "sys/devices/system/clocksource/clocksource0/current_clocksource"),
        "thp": _chosen(_text(root, "sys/kernel/mm/transparent_hugepage/enabled")),
        "aslr": _text(root, "proc/sys/kernel/randomize_va_space"),
        "perf_event_paranoid": _text(root, "proc/sys/kernel/perf_event_paranoid"),
        "hardware_counters": _hardware_counters(root),
    }


def _hardware_counters(root: Path) -> bool | None:
    folder = root / "sys/bus/event_source/devices"
    return any(folder.glob("cpu*")) if folder.is_dir() else None


def _governor(root: Path) -> str | None:
    found = {
        path.read_text().strip()
        for path in (root / "sys/devices/system/cpu").glob("cpu*/cpufreq/scaling_governor")
    }
    return ",".join(sorted(found)) or None


def _turbo(root: Path) -> bool | None:
    cpu = "sys/devices/system/cpu"
    no_turbo = _flag(_text(root, f"{cpu}/intel_pstate/no_turbo"))
    return not no_turbo if no_turbo is not None else _flag(_text(root, f"{cpu}/cpufreq/boost"))


def _mitigations(root: Path) -> dict[str, str] | None:
    folder = root / "sys/devices/system/cpu/vulnerabilities"
    return {path.name: path.read_text().strip() for path in sorted(folder.glob("*"))} or None


def _memory(root: Path) -> int | None:
    found = re.search(r"^MemTotal:\s+(\d+) kB", _text(root, "proc/meminfo") or "", re.M)
    return int(found[1]) * 1024 if found else None


def _load(root: Path) -> list[float] | None:
    text = _text(root, "proc/loadavg")
    return [float(value) for value in text.split()[:3]] if text else None


def _lscpu() -> dict[str, str]:
    text = _run("lscpu", "--json")
    return {entry["field"]: entry["data"] for entry in json.loads(text)["lscpu"]} if text else {}


def _cpu_table() -> list[dict[str, int | None]] | None:
    """Core, socket and NUMA node of each CPU."""
    text = _run("lscpu", "--json", "--extended=CPU,CORE,SOCKET,NODE")
    return json.loads(text)["cpus"] if text else None


def _run(*command: str) -> str | None:
    try:
        return subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=20, env={**os.environ, "LC_ALL": "C"}
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return None


def _text(root: Path, path: str) -> str | None:
    try:
        return (root / path).read_text().strip()
    except OSError:
        return None


def _flag(text: str | None) -> bool | None:
    return None if text is None else text == "1"


def _chosen(text: str | None) -> str | None:
    """`always [madvise] never` -> `madvise`."""
    found = re.search(r"\[(\w+)\]", text or "")
    return found[1] if found else None
