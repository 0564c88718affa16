"""The machine card as people read it: labelled facts, what they do not tell, and the warnings with their
remedies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from contendlib import cpus, diagnosis
from contendlib.run_data import RunData, cpus_chosen
from contendlib.wording import joined, significant, stamp

UNKNOWN = "unknown"

Facts = list[tuple[str, str]]


def facts(run: RunData) -> Facts:
    """What the figures depend on besides the code: machine, build and how it was measured."""
    card, manifest = run.machine, run.manifest
    context = _dict(manifest.get("context"))
    options = _dict(manifest.get("options"))
    return [
        ("CPU", _text(card.get("cpu_model"))),
        ("CPUs used", _cpus(card, manifest)),
        ("Topology", _topology(card)),
        ("Caches", ", ".join(f"{k} {v}" for k, v in _dict(card.get("caches")).items()) or UNKNOWN),
        ("Memory", _memory(card.get("memory_bytes"))),
        (
            "Hypervisor",
            _text(card.get("hypervisor"), "none seen" if card.get("virtualized") is False else UNKNOWN),
        ),
        ("CPU quota", _text(card.get("quota_cpus"), "none" if "quota_cpus" in card else UNKNOWN)),
        ("Kernel", _text(card.get("kernel"))),
        ("Governor", _text(card.get("governor"))),
        ("Turbo, SMT", " / ".join(dict.fromkeys(_text(card.get(k)) for k in ("turbo", "smt")))),
        ("Clock source", _text(card.get("clock_source"))),
        ("Load before the run", ", ".join(f"{v:g}" for v in card.get("load") or ()) or UNKNOWN),
        ("Noise of a fixed loop", _noise(_dict(card.get("noise")))),
        ("Commit", _text(manifest.get("commit")) + (" with local changes" if manifest.get("dirty") else "")),
        ("Compiler", _text(context.get("compiler") or manifest.get("compiler"))),
        ("Flags", _text(context.get("flags"))),
        ("Versions", _versions(context, run)),
        ("Placement", run.placement),
        (
            "Length of a round",
            f"{options['round_s']:g} s" if isinstance(options.get("round_s"), (int, float)) else UNKNOWN,
        ),
        ("Seed of the order", _text(options.get("seed", manifest.get("seed")))),
        ("Measured", f"{stamp(manifest.get('started'))} to {stamp(manifest.get('ended'))}"),
    ]


def warnings(run: RunData) -> list[tuple[str, str]]:
    """(finding, remedy) for all that makes figures worse here; those stored with the run, or else read off
    its card."""
    stored = run.machine.get("warnings")
    if not isinstance(stored, list):
        stored = []
        if isinstance(run.machine.get("cpus"), list):
            stored = [{"text": w.text, "remedy": w.remedy} for w in diagnosis.warnings(_Lenient(run.machine))]
    pairs = [(w.get("text", ""), w.get("remedy", "")) if isinstance(w, dict) else (w, "") for w in stored]
    return [(str(text).rstrip("."), str(remedy).rstrip(".")) for text, remedy in pairs]


class _Lenient(dict):
    """A card in which what was never recorded is unknown."""

    def __missing__(self, key: str) -> None:
        return None


def topology_text(run: RunData) -> str:
    return str(run.machine.get("topology_text") or "")


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any, otherwise: str = UNKNOWN) -> str:
    if value is None or value == "":
        return otherwise
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


def _cpus(card: dict[str, Any], manifest: dict[str, Any]) -> str:
    """Those chosen for the run, of all that the machine has."""
    usable = card.get("cpus")
    used = cpus_chosen(manifest) or usable
    if not isinstance(used, list):
        return _text(usable)
    total = card.get("logical_cpus")
    return f"{len(used)}{f' of {total}' if total else ''} ({cpus.shown([int(c) for c in used])})"


def _topology(card: dict[str, Any]) -> str:
    parts = (
        ("sockets", "socket"),
        ("cores_per_socket", "core per socket"),
        ("threads_per_core", "thread per core"),
        ("numa_nodes", "NUMA node"),
    )
    plural: Callable[[str], str] = (
        lambda noun: noun.replace(" per", "s per", 1) if " per" in noun else f"{noun}s"
    )
    known = [
        f"{card[key]} {noun if card[key] == 1 else plural(noun)}" for key, noun in parts if card.get(key)
    ]
    return joined(known) if known else UNKNOWN


def _memory(size: Any) -> str:
    return f"{size / 2**30:.0f} GiB" if isinstance(size, (int, float)) else UNKNOWN


def _noise(noise: dict[str, Any]) -> str:
    spread, steal = noise.get("spread_percent"), noise.get("steal_percent")
    parts = [f"{significant(spread)} % between the 5th and 95th percentile"] if spread is not None else []
    parts += [f"{significant(steal)} % stolen by the hypervisor"] if steal is not None else []
    return ", ".join(parts) or UNKNOWN


def _versions(context: dict[str, Any], run: RunData) -> str:
    found = {k.removeprefix("version:"): v for k, v in context.items() if k.startswith("version:")}
    for subject in run.summary.get("subjects") or []:
        if isinstance(subject, dict) and subject.get("peer") and subject.get("version"):
            found.setdefault(str(subject.get("family")), subject["version"])
    return ", ".join(f"{family} {version}" for family, version in sorted(found.items())) or UNKNOWN
