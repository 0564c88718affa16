"""The machine card, its id, quotas and warnings, read from made-up file systems."""

import json
from pathlib import Path
from typing import Any

from contendlib import cgroup, diagnosis, machine, noise
import pytest


def _tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.mark.parametrize(
    ("files", "quota"),
    [
        ({}, None),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "50000 100000\n"}, 0.5),
        ({"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/cpu.max": "150000 100000\n", "sys/fs/cgroup/a/b/cpu.max": "max 100000\n"}, 1.5),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n"}, None),
        ({"proc/self/cgroup": "3:cpu,cpuacct:/job\n0::/\n", "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us": "25000\n",
          "sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us": "50000\n"}, 0.5),
        ({"proc/self/cgroup": "1:cpu:/\n", "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
          "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"}, None),
    ],
)  # fmt: skip
def test_the_tightest_quota_of_either_version_counts(
    tmp_path: Path, files: dict[str, str], quota: float | None
) -> None:
    assert cgroup.cpu_quota(_tree(tmp_path, files)) == quota


def test_what_a_machine_does_not_tell_is_unknown_and_not_warned_of(tmp_path: Path) -> None:
    card = machine.read(tmp_path)
    for key in (
        "governor",
        "turbo",
        "smt",
        "clock_source",
        "thp",
        "quota_cpus",
        "load",
        "memory_bytes",
        "mitigations",
    ):
        assert card[key] is None, key
    texts = [warning.text for warning in diagnosis.warnings(card)]
    assert not [text for text in texts if "CPU" not in text], texts


def test_the_card_is_read_from_the_kernels_files(tmp_path: Path) -> None:
    cpu = "sys/devices/system/cpu"
    card = machine.read(
        _tree(
            tmp_path,
            {
                f"{cpu}/cpu0/cpufreq/scaling_governor": "powersave\n",
                f"{cpu}/intel_pstate/no_turbo": "0\n",
                f"{cpu}/smt/active": "1\n",
                f"{cpu}/vulnerabilities/meltdown": "Mitigation: PTI\n",
                "sys/devices/system/clocksource/clocksource0/current_clocksource": "hpet\n",
                "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n",
                "sys/bus/event_source/devices/cpu/type": "4\n",
                "proc/loadavg": "1.50 0.7 0.1 1/94 8008\n",
                "proc/meminfo": "MemTotal:       1024 kB\n",
                "proc/sys/kernel/perf_event_paranoid": "4\n",
                "proc/self/cgroup": "0::/\n",
                "sys/fs/cgroup/cpu.max": "50000 100000\n",
            },
        )
    )
    assert (card["governor"], card["turbo"], card["smt"], card["thp"]) == ("powersave", True, True, "madvise")
    assert (card["load"], card["memory_bytes"], card["hardware_counters"]) == ([1.5, 0.7, 0.1], 2**20, True)
    text = "\n".join(f"{warning.text} {warning.remedy}" for warning in diagnosis.warnings(card))
    for word in (
        "quota of 0.5",
        "powersave",
        "turbo",
        "SMT",
        "hpet",
        "load average 1.5",
        "perf_event_paranoid is 4",
    ):
        assert word in text, word
    assert "use no more CPUs" not in text  # than half a CPU


def _card(**changes: Any) -> machine.Card:
    return {**machine.read(), **changes}


def test_one_cpu_is_warned_of() -> None:
    found = diagnosis.warnings(_card(cpus=[0], logical_cpus=1))
    assert any("one CPU only" in warning.text and warning.remedy for warning in found)


def test_the_id_depends_on_what_makes_figures_comparable_and_on_nothing_else() -> None:
    card = machine.read()
    assert machine.machine_id(card) == card["id"]
    for same in ({"load": [9.0]}, {"governor": "x"}, {"kernel": "x"}, {"quota_cpus": 0.5}):
        assert machine.machine_id({**card, **same}) == card["id"]
    for other in (
        {"stepping": "x"},
        {"cpus": [0, 77]},
        {"logical_cpus": 77},
        {"topology": []},
        {"cpu_model": "x"},
    ):
        assert machine.machine_id({**card, **other}) != card["id"]


def test_the_id_is_readable() -> None:
    card = _card(cpu_model="AMD EPYC(TM) 7B13 CPU @ 2.25GHz", cpus=[0, 1])
    assert machine.machine_id(card).startswith("amd-epyc-7b13-2cpu-")


def test_the_card_is_plain_json_and_knows_no_host() -> None:
    text = json.dumps(machine.read(), allow_nan=False)
    import socket

    assert f'"{socket.gethostname()}"' not in text


def test_the_noise_of_a_fixed_loop_is_measured() -> None:
    found = noise.measure(0.01)
    assert found["samples"] >= 20 and found["median_us"] > 0 and found["spread_percent"] >= 0
