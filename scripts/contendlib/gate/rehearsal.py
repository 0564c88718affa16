"""Whole gates, measured one after the other, on programs whose truth is known: what the simulated ones are checked with."""

from dataclasses import replace
from pathlib import Path

from contendlib import console, process
from contendlib.gate import session
from contendlib.gate.outcome import Outcome
from contendlib.gate.replay import Rate
from contendlib.gate.rule import Verdict
from contendlib.gate.session import Request


def run(program: Path, gates: int, plant: int, budget: float, seed: int, out: Path, interrupts: process.Interrupts) -> list[Outcome]:
    """Gates of the program against itself with that percentage planted in head, each into a folder of its own below out. An
    interrupt ends it early; those that ended count."""
    request = Request(
        str(program), str(program), out, budget=budget, head_environment={"CONTEND_PLANT": str(plant)} if plant else {}
    )
    outcomes = []
    for number in range(gates):
        console.status(f"gate {number + 1} of {gates}")
        this = replace(request, out=out / f"gate-{number:03}", seed=seed + number)
        outcome, _ = session.run(this, interrupts)
        if outcome.interrupted:
            break
        outcomes.append(outcome)
    if not outcomes:
        raise process.Interrupted
    return outcomes


def report(outcomes: list[Outcome], plant: int) -> str:
    """A line of Markdown with exact bounds. An error is not a verdict, and is counted by itself."""
    failed = Rate(sum(bool(outcome.count(Verdict.FAIL)) for outcome in outcomes), len(outcomes))
    counts = {verdict: sum(outcome.count(verdict) for outcome in outcomes) for verdict in Verdict}
    total = sum(counts.values())
    each = ", ".join(
        f"{verdict.value} {Rate(counts[verdict], total)}"
        for verdict in (Verdict.FAIL, Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.ERROR)
        if counts[verdict] or verdict is not Verdict.ERROR
    )
    seconds = sum(outcome.elapsed_s for outcome in outcomes) / len(outcomes)
    return f"{plant} % planted, {len(outcomes)} real gates of {seconds:.0f} s on average: gates that fail {failed}; verdicts: {each}.\n"
