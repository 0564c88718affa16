"""What about this machine makes figures worse, and what to do about each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from contendlib.machine import Card

DEBUG_LIBRARY = (
    'Debian\'s Google Benchmark says "Library was built as DEBUG": harmless here, since the timed loops are ours and are '
    "compiled as Release; the line is left out of what contend shows"
)


@dataclass(frozen=True)
class Finding:
    """One finding and its remedy."""

    text: str
    remedy: str


def warnings(card: Card) -> list[Finding]:
    """All that the card tells; what is unknown (None) is not warned of."""
    return [warning for check in _CHECKS for warning in check(card)]


def _quota(card: Card) -> Iterator[Finding]:
    quota, cpus = card["quota_cpus"], len(card["cpus"])
    if quota is not None and quota < cpus:
        yield Finding(
            f"a quota of {quota:g} CPUs on {cpus} usable: workers are stopped in the middle of rounds, and waits are the "
            "scheduler's",
            "raise the quota (docker run --cpus, cpu.max)" + (" or use no more CPUs than it: --cpus" if quota >= 1 else ""),
        )


def _cpus(card: Card) -> Iterator[Finding]:
    cpus = card["cpus"]
    if len(cpus) == 1:
        yield Finding(
            "one CPU only: whatever has more than one worker is oversubscribed, and nothing about scaling can be measured",
            "allow more CPUs (taskset, cpuset) or a machine with more",
        )
    elif card["logical_cpus"] and len(cpus) < card["logical_cpus"]:
        yield Finding(
            f"only {len(cpus)} of {card['logical_cpus']} CPUs may be used (affinity or cpuset)",
            "if that is not meant, start from a shell without taskset or in a larger cpuset",
        )


def _load(card: Card) -> Iterator[Finding]:
    if card["load"] and card["load"][0] > 0.5:
        yield Finding(
            f"other programs are running: load average {card['load'][0]:g} over the last minute",
            "stop them, or wait until `uptime` shows a load near 0",
        )


def _steal(card: Card) -> Iterator[Finding]:
    steal = (card.get("noise") or {}).get("steal_percent")
    if steal is not None and steal > 1:
        yield Finding(
            f"the hypervisor gave {steal:.1f} % of the time to others (steal)",
            "use a dedicated host or instance; believe intervals, not single figures",
        )


def _noise(card: Card) -> Iterator[Finding]:
    noise = card.get("noise") or {}
    if noise.get("spread_percent", 0) > 10:
        yield Finding(
            f"a fixed loop varies by {noise['spread_percent']:,.0f} % (5th to 95th percentile)",
            "stop other programs; smaller differences than that need many repetitions (--full)",
        )


def _governor(card: Card) -> Iterator[Finding]:
    if card["governor"] not in (None, "performance"):
        yield Finding(
            f"the CPU frequency governor is {card['governor']}: clocks change during the run",
            "cpupower frequency-set --governor performance",
        )


def _turbo(card: Card) -> Iterator[Finding]:
    if card["turbo"]:
        yield Finding(
            "turbo is on: the clock depends on how many CPUs work and how warm they are, which bends scaling curves",
            "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo, or echo 0 > /sys/devices/system/cpu/cpufreq/boost",
        )


def _smt(card: Card) -> Iterator[Finding]:
    if card["smt"]:
        yield Finding(
            "SMT is on: two CPUs of a core share its units, so that worker counts above the cores measure something else",
            "--placement scatter to use each core once, or echo off > /sys/devices/system/cpu/smt/control",
        )


def _clock(card: Card) -> Iterator[Finding]:
    if card["clock_source"] not in (None, "tsc", "arch_sys_counter", "kvm-clock"):
        yield Finding(
            f"the clock source is {card['clock_source']}: reading the clock is a system call and takes about a microsecond",
            "echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource, if the kernel offers it",
        )


def _counters(card: Card) -> Iterator[Finding]:
    if card["hardware_counters"] is False:
        where = "in this virtual machine" if card["virtualized"] else "on this machine"
        yield Finding(
            f"no hardware counters {where}: cache misses and instructions cannot be told",
            "bare metal, or a VM with a virtual PMU",
        )
    elif card["hardware_counters"] and (card["perf_event_paranoid"] or "0").lstrip("-").isdecimal():
        if int(card["perf_event_paranoid"] or 0) > 2:
            yield Finding(
                f"hardware counters are forbidden (perf_event_paranoid is {card['perf_event_paranoid']})",
                "sysctl kernel.perf_event_paranoid=2",
            )


_CHECKS: tuple[Callable[[Card], Iterator[Finding]], ...] = (
    _quota, _cpus, _load, _steal, _noise, _governor, _turbo, _smt, _clock, _counters,
)  # fmt: skip
