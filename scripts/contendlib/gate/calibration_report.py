"""How often the gate errs on recorded pairs, and how noisy they are, in Markdown."""

from collections.abc import Mapping
import math
from statistics import median

from contendlib import cpus
from contendlib.gate import choice, replay, rule, signed_rank
from contendlib.gate.contest import differences
from contendlib.gate.pairs import Pair
from contendlib.gate.rule import Rule, Verdict

Recorded = Mapping[str, list[Pair]]  # by benchmark

_EFFECT = 0.05
_MOST_PAIRS = 200  # from which the noise is taken: the exact distribution of more takes long


def report(recorded: Mapping[int, Recorded], gates: int, seed: int, budget: float) -> str:
    """The error rates, and below them each benchmark's noise."""
    lines = [
        f"{gates} simulated gates for each row, budget {budget:.0f} s, smallest effect {_EFFECT:.0%}. In brackets: exact 95 % bounds on "
        "the rule given these recordings; simulated gates share recorded pairs.",
        "",
        "Measured is the median of the benchmarks' estimates, and their range. The last two columns measure base first and head "
        "afterwards, 20 times each: a gate fails where one benchmark's median grew by 5 %, or where compare.py of Google "
        "Benchmark calls it slower.",
        "",
        "| planted | benchmarks | pairs | measured | gates that fail | caught | passed | undecided | fail by 5 % threshold | "
        "by compare.py |",
        "|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for plant in sorted(recorded):
        for what, chosen in _suites(recorded[plant]).items():
            lines.append(_line(plant, what, chosen, gates, seed, budget))
    if 0 in recorded:
        lines += ["", *_noise(recorded[0])]
    return "\n".join(lines) + "\n"


def _suites(recorded: Recorded) -> dict[str, Recorded]:
    """All together, as a gate takes them; and where they are of both kinds, each kind by itself."""
    kinds: dict[str, Recorded] = {
        f"by {kind} time": {name: pairs for name, pairs in recorded.items() if choice.metric_of(name) == kind}
        for kind in (choice.CPU, choice.WALL)
    }
    found = {what: chosen for what, chosen in kinds.items() if chosen}
    return {"in all": recorded, **found} if len(found) > 1 else found


def _line(plant: int, what: str, chosen: Recorded, gates: int, seed: int, budget: float) -> str:
    count = len(cpus.usable())
    tally = replay.replay(chosen, plant == 0, gates, seed, Rule(), count, budget)
    by_compare_py = tally.failed_by_compare_py
    cells = [
        f"{plant} %",
        f"{len(chosen)} {what}",
        str(sum(map(len, chosen.values()))),
        _measured(chosen),
        str(replay.Rate(tally.failed, gates)),
        str(tally.rate(Verdict.FAIL)),
        str(tally.rate(Verdict.PASS)),
        str(tally.rate(Verdict.INCONCLUSIVE)),
        str(replay.Rate(tally.failed_by_threshold, gates)),
        "not installed" if by_compare_py is None else str(replay.Rate(by_compare_py, gates)),
    ]
    return "| " + " | ".join(cells) + " |"


def _measured(chosen: Recorded) -> str:
    """So that a plant that is no slowdown on this machine is seen, and not taken for a gate that is blind."""
    averages = [signed_rank.walsh_averages(differences(pairs)) for pairs in chosen.values()]
    found = sorted(math.exp(signed_rank.estimate(each)) for each in averages)
    return f"{median(found):.3f} ({found[0]:.3f} to {found[-1]:.3f})"


def _noise(equal: Recorded) -> list[str]:
    """Noisiest first."""
    found = {name: rule.evidence(differences(pairs[:_MOST_PAIRS]), Rule()) for name, pairs in equal.items()}
    lines = [
        "Equal programs, one by one. Pairs to see: with so many, a slowdown of 5 % is a suspect with a chance of 95 %.",
        "",
        "| benchmark | by | ns | noise of a pair | pairs to see 5 % |",
        "|---|---|---:|---:|---:|",
    ]
    for name in sorted(found, key=lambda each: -found[each].noise):
        one = found[name]
        wanted = math.ceil(one.n * (one.detectable / math.log1p(_EFFECT)) ** 2)
        time_ns = median(pair.base.time_ns for pair in equal[name])
        lines.append(f"| `{name}` | {choice.metric_of(name)} | {time_ns:.4g} | {math.expm1(one.noise):.1%} | {wanted} |")
    return lines
