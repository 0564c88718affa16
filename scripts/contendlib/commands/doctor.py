"""`contend doctor`: the machine, its noise, and what makes figures worse."""

from argparse import ArgumentParser, Namespace
from typing import Any

from contendlib import console, cpus, diagnosis, machine, noise
from contendlib.commands.command import Command
from contendlib.exits import Exit


def _add_arguments(parser: ArgumentParser) -> None:
    del parser


def _execute(args: Namespace) -> Exit:
    del args
    card = machine.read()
    card["noise"] = noise.measure()
    for name, value in _lines(card):
        console.out(f"{name + ':':<20}{value}")
    console.out()
    found = diagnosis.warnings(card)
    for warning in found:
        console.out(f"warning: {warning.text}\n     do: {warning.remedy}")
    if not found:
        console.out("nothing to warn of")
    console.note(diagnosis.DEBUG_LIBRARY)
    return Exit.OK


def _lines(card: machine.Card) -> list[tuple[str, str]]:
    floor = card["noise"]
    return [
        ("machine id", card["id"]),
        ("CPU", _known(card["cpu_model"])),
        ("CPUs", f"{len(card['cpus'])} usable ({cpus.shown(card['cpus'])}) of {_known(card['logical_cpus'])}"),
        ("topology", _topology(card)),
        ("caches", ", ".join(f"{name} {size}" for name, size in card["caches"].items()) or "unknown"),
        ("memory", f"{card['memory_bytes'] / 2**30:.1f} GiB" if card["memory_bytes"] else "unknown"),
        ("CPU quota", "none" if card["quota_cpus"] is None else f"{card['quota_cpus']:g} CPUs"),
        ("governor", _known(card["governor"])),
        ("turbo", _known(card["turbo"])),
        ("SMT", _known(card["smt"])),
        ("load", " ".join(f"{value:g}" for value in card["load"]) if card["load"] else "unknown"),
        ("steal", "unknown" if floor["steal_percent"] is None else f"{floor['steal_percent']:.1f} %"),
        ("hypervisor", card["hypervisor"] or ("unknown" if card["virtualized"] else "none")),
        ("clock source", _known(card["clock_source"])),
        ("huge pages", _known(card["thp"])),
        ("ASLR", {"0": "off", "1": "partly", "2": "on"}.get(card["aslr"] or "", "unknown")),
        ("hardware counters", _known(card["hardware_counters"])),
        ("kernel", card["kernel"]),
        ("mitigations", _mitigations(card["mitigations"])),
        ("noise floor", f"a fixed loop of {floor['median_us']:.0f} us: 5th to 95th percentile {floor['spread_percent']:.1f} %, "
         f"worst +{floor['worst_percent']:.0f} %, {floor['lost_percent']:.1f} % of the time not running "
         f"({floor['samples']} passes)"),
    ]  # fmt: skip


def _topology(card: machine.Card) -> str:
    parts = [
        ("sockets", "socket"),
        ("cores_per_socket", "core"),
        ("threads_per_core", "thread"),
        ("numa_nodes", "NUMA node"),
    ]
    return " x ".join(console.plural(card[key], noun) for key, noun in parts if card[key]) or "unknown"


def _mitigations(found: dict[str, str] | None) -> str:
    if found is None:
        return "unknown"
    on = [name for name, state in found.items() if state.startswith("Mitigation")]
    return ", ".join(on) or "none needed or all off"


def _known(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "unknown" if value is None else str(value)


COMMAND = Command(
    name="doctor",
    help="describe this machine, measure its noise, and say what would make figures better",
    add_arguments=_add_arguments,
    execute=_execute,
)
