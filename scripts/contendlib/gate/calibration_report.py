"""The page of a calibration: how often the gate errs on this machine, simulated and for real, in Markdown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
import math
from statistics import fmean, median

from contendlib import cpus
from contendlib.console import plural
from contendlib.gate import choice, rule, signed_rank, tuning
from contendlib.gate.contest import averages
from contendlib.gate.pairs import Pair
from contendlib.gate.provenance import Provenance
from contendlib.gate.rehearsal import Gate, Planted
from contendlib.gate.replay import Rate, Sequential, Tally
from contendlib.gate.rule import Rule, Verdict

Recorded = Mapping[str, list[Pair]]  # by benchmark

_EFFECT = 0.05
_MOST_PAIRS = 200  # from which the noise is taken: the exact distribution of more takes long
_KINDS = {choice.CPU: "CPU-bound (CPU time)", choice.WALL: "contended (wall time)"}
_WANTED = ((choice.CPU, 5, "at least 95 %", 120.0), (choice.WALL, tuning.EFFECT, "at least 90 %", math.inf))  # caught, in seconds
PLANTS_WANTED = tuple(plant for _, plant, *_ in _WANTED)


@dataclass(frozen=True)
class Evidence:
    """What a page is made of: recordings and simulated gates by planted percentage, real gates, and simulated ones of
    exactly so much slower programs."""

    recorded: Mapping[int, Recorded]
    tallies: Mapping[int, Tally]
    real: list[Gate]
    budget: float
    exact: Mapping[int, Tally] = field(default_factory=dict)
    plants: tuning.Plants = tuning.Plants()

    @property
    def cpus(self) -> int:
        return len(cpus.usable())


def page(evidence: Evidence, provenance: Provenance | None) -> str:
    lines = ["# Calibration of the gate", "", *_where(provenance), *_result(evidence)]
    if evidence.plants.tries:
        lines += _plants(evidence.plants)
    if evidence.tallies:
        lines += [*_simulated(evidence), *_noise(evidence)]
    if evidence.real:
        lines += _real(evidence.real)
    return "\n".join(lines).rstrip() + "\n"


def _where(provenance: Provenance | None) -> list[str]:
    if provenance is None:
        return []
    card, steps = provenance.machine, provenance.steps
    hypervisor = f", a guest of {card['hypervisor']}" if card.get("hypervisor") else ""
    commits = ", ".join(dict.fromkeys(step.commit for step in steps))
    return [
        f"Machine {card['id']}: {card['cpu_model']}, {plural(len(card['cpus']), 'CPU')}{hypervisor}. Commit {commits}, program "
        f"{provenance.program[:12]} (SHA-256). Measured from {steps[0].utc} on, by",
        "",
        *(f"    {step.command}" for step in steps),
        "",
    ]


def _result(evidence: Evidence) -> list[str]:
    lines = [
        "In brackets: exact 95 % bounds (Clopper and Pearson). A gate takes all benchmarks of the program, and at most "
        f"{evidence.budget:.0f} s; the smallest effect is {100 * _EFFECT:.0f} %, and 10 % of what is contended. What is not caught "
        "and has not passed is undecided. The last column is simulated on pairs of equal programs whose head's times were made "
        "longer by exactly so much; the others did extra work, the effect of which a recording knows only as well as it has "
        "pairs (below), and what measures less than the smallest effect may pass.",
        "",
        "| | wanted | simulated gates | real gates | simulated, exactly so much |",
        "|---|---|---:|---:|---:|",
    ]
    equal, tally = _of(evidence.real, Planted(0, 0)), evidence.tallies.get(0)
    failed = Rate(sum(gate.count(Verdict.FAIL) > 0 for gate in equal), len(equal))
    simulated = Rate(tally.failed, tally.gates) if tally else None
    lines.append(_result_line("equal programs: gates that fail", "at most 1 %", simulated, failed, simulated))
    for kind, plant, wanted, limit in _WANTED:
        caught = f"caught within {limit:.0f} s" if math.isfinite(limit) else "caught"
        for what, verdict, aim, within in ((caught, Verdict.FAIL, wanted, limit), ("passed", Verdict.PASS, "0", math.inf)):
            simulated, exact = (
                _simulated_rate(found.get(plant), kind, verdict, within) for found in (evidence.tallies, evidence.exact)
            )
            real = _real_rate([gate for gate in evidence.real if gate.planted.of(kind) == plant], kind, verdict, within)
            lines.append(_result_line(f"{plant} % slower, {_KINDS[kind]}: {what}", aim, simulated, real, exact))
    return [*lines, ""]


def _plants(plants: tuning.Plants) -> list[str]:
    return [
        "## What is planted where two threads contend",
        "",
        f"So much extra work of each that the benchmark becomes {tuning.EFFECT} % slower: all that was tried, before anything else "
        "was measured, with the effect and its 95 % interval. An amount was changed where its effect was another one with 99 % "
        "confidence; the last one of each is planted.",
        "",
        "| benchmark | extra work | pairs | measured |",
        "|---|---:|---:|---:|",
        *(
            f"| `{known.benchmark}` | {known.percent} % | {known.pairs} | {known.ratio:.3f} ({known.low:.3f} to {known.high:.3f}) |"
            for known in plants.tries
        ),
        "",
    ]


def _result_line(what: str, wanted: str, *found: Rate | None) -> str:
    return f"| {what} | {wanted} | {' | '.join(map(_shown, found))} |"


def _simulated_rate(tally: Tally | None, kind: str, verdict: Verdict, within: float) -> Rate | None:
    return tally.rate(verdict, _names(tally.by_benchmark, kind), within) if tally else None


def _shown(rate: Rate | None) -> str:
    return str(rate) if rate and rate.trials else "not measured"


def _simulated(evidence: Evidence) -> list[str]:
    gates = next(iter(evidence.tallies.values())).gates
    lines = [
        "## Simulated gates",
        "",
        f"{gates} for each planted slowdown, each on recorded pairs from a random place on; they share the recorded pairs, so the "
        "bounds are on the rule given these recordings. Beside the gate, on the same recordings: base measured 20 times and "
        "head afterwards, where a benchmark is slower if its median grew by more than 5 %, or if compare.py of Google "
        "Benchmark says so.",
        "",
    ]
    if equal := evidence.tallies.get(0):
        lines += [
            "| equal programs | the gate | 5 % threshold | compare.py |",
            "|---|---:|---:|---:|",
            f"| gates that fail | {Rate(equal.failed, gates)} | {Rate(equal.by_threshold.failed, gates)} | "
            f"{_failed(equal.by_compare_py)} |",
            "",
        ]
    lines += [
        "Verdicts on single benchmarks. Measured is the median of the benchmarks' estimates, and their range: whether the plant "
        "is one here.",
        "",
        "| planted | benchmarks | pairs | measured | caught | passed | undecided | slower by 5 % threshold | by compare.py |",
        "|---:|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for plant, tally in sorted(evidence.tallies.items()):
        lines += [_line(plant, kind, evidence, tally) for kind in _KINDS if _names(evidence.recorded[plant], kind)]
    return [*lines, "", *_effects(evidence), ""]


def _effects(evidence: Evidence) -> list[str]:
    """Of the plants that are to be caught, one by one: how big each came out, and what the machine was like meanwhile."""
    lines = [
        "What is to be caught, one by one: the plant as it was measured, with the 95 % interval, as if no pair had to do with the "
        "next; the noise of a pair; and the CPUs that others used meanwhile, the host included, in the median.",
        "",
        "| benchmark | planted | pairs | measured | noise | others' CPUs | caught | passed |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for kind, plant, *_ in reversed(_WANTED):
        recorded = evidence.recorded.get(plant, {})
        for name in sorted(_names(recorded, kind)):
            tally, pairs = evidence.tallies[plant], recorded[name]
            rates = " | ".join(str(tally.rate(verdict, [name])) for verdict in (Verdict.FAIL, Verdict.PASS))
            lines.append(
                f"| `{name}` | {plant} % | {len(pairs)} | {_with_interval(pairs, evidence.cpus)} | "
                f"{_circumstances(pairs, evidence.cpus)} | {rates} |"
            )
    return lines


def _circumstances(pairs: list[Pair], cpus: int) -> str:
    noise = signed_rank.noise(averages(pairs, cpus), len(pairs))
    loads = [half.foreign_load for pair in pairs for half in (pair.base, pair.head) if half.foreign_load is not None]
    return f"{100 * math.expm1(noise):.1f} % | {f'{median(loads):.1f}' if loads else 'unknown'}"


def _with_interval(pairs: list[Pair], cpus: int) -> str:
    found = averages(pairs, cpus)
    bounds = (signed_rank.lower_bound(found, len(pairs), 0.025), signed_rank.upper_bound(found, len(pairs), 0.025))
    low, high = map(math.exp, bounds)
    return f"{math.exp(signed_rank.estimate(found)):.3f} ({low:.3f} to {high:.3f})"


def _failed(found: Sequential | None) -> str:
    return str(Rate(found.failed, found.gates)) if found else "not installed"


def _line(plant: int, kind: str, evidence: Evidence, tally: Tally) -> str:
    recorded = evidence.recorded[plant]
    names = _names(recorded, kind)
    theirs = tally.by_compare_py
    cells = [
        f"{plant} %",
        f"{len(names)} {_KINDS[kind]}",
        str(sum(len(recorded[name]) for name in names)),
        _measured([averages(recorded[name], evidence.cpus) for name in names]),
        *(str(tally.rate(verdict, names)) for verdict in (Verdict.FAIL, Verdict.PASS, Verdict.INCONCLUSIVE)),
        str(tally.by_threshold.rate(names)),
        str(theirs.rate(names)) if theirs else "not installed",
    ]
    return "| " + " | ".join(cells) + " |"


def _measured(of_each: Iterable[signed_rank.Array]) -> str:
    found = sorted(math.exp(signed_rank.estimate(one)) for one in of_each)
    return f"{median(found):.3f} ({found[0]:.3f} to {found[-1]:.3f})"


def _real(real: list[Gate]) -> list[str]:
    lines = [
        "## Real gates",
        "",
        "| planted | benchmarks | gates | gates that fail | seconds, longest | pairs of a benchmark | caught | passed | undecided | failed to run |",
        "|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for planted in dict.fromkeys(gate.planted for gate in real):
        gates = _of(real, planted)
        lines += [_real_line(planted.of(kind), kind, gates) for kind in _KINDS if any(_rows(gates, kind))]
    return [*lines, ""]


def _real_line(plant: int, kind: str, gates: list[Gate]) -> str:
    seconds = [gate.elapsed_s for gate in gates]
    rows = list(_rows(gates, kind))
    cells = [
        f"{plant} %",
        f"{len(rows) // len(gates)} {_KINDS[kind]}",
        str(len(gates)),
        str(Rate(sum(gate.count(Verdict.FAIL, kind) > 0 for gate in gates), len(gates))),
        f"{fmean(seconds):.0f}, {max(seconds):.0f}",
        f"{fmean(float(str(row['pairs'])) for row in rows):.0f}",
        *(str(_real_rate(gates, kind, verdict)) for verdict in (Verdict.FAIL, Verdict.PASS, Verdict.INCONCLUSIVE)),
        str(sum(gate.count(Verdict.ERROR, kind) for gate in gates)),
    ]
    return "| " + " | ".join(cells) + " |"


def _real_rate(gates: list[Gate], kind: str, verdict: Verdict, within: float = math.inf) -> Rate:
    return Rate(sum(gate.count(verdict, kind, within) for gate in gates), sum(1 for _ in _rows(gates, kind)))


def _rows(gates: list[Gate], kind: str) -> Iterable[dict[str, object]]:
    return (row for gate in gates for row in gate.rows if row["metric"] == kind)


def _of(real: list[Gate], planted: Planted) -> list[Gate]:
    return [gate for gate in real if gate.planted == planted]


def _names(benchmarks: Iterable[str], kind: str) -> list[str]:
    return [name for name in benchmarks if choice.metric_of(name) == kind]


def _noise(evidence: Evidence) -> list[str]:
    """Noisiest first."""
    equal, levels = evidence.recorded[0], Rule()

    def known(pairs: list[Pair]) -> rule.Evidence:
        return rule.evidence(averages(pairs, evidence.cpus), len(pairs), levels.pass_level, levels.suspect_level)

    found = {name: known(pairs[:_MOST_PAIRS]) for name, pairs in equal.items()}
    lines = [
        "## Noise",
        "",
        "Equal programs, one by one. Pairs to see: with so many, a slowdown of 5 % is a suspect with a chance of 95 %.",
        "",
        "| benchmark | by | ns | noise of a pair | pairs to see 5 % |",
        "|---|---|---:|---:|---:|",
    ]
    for name in sorted(found, key=lambda each: -found[each].noise):
        one = found[name]
        wanted = math.ceil(one.n * (one.detectable / math.log1p(_EFFECT)) ** 2)
        time_ns = median(pair.base.time_ns for pair in equal[name])
        lines.append(f"| `{name}` | {choice.metric_of(name)} | {time_ns:.4g} | {100 * math.expm1(one.noise):.1f} % | {wanted} |")
    return [*lines, ""]
