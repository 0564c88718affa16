"""Runs as they might have come out, drawn from the repetitions of one.

Drawn with replacement are whole repetitions, so that what slowed several cases down at once does so here too. What
differs between runs and not within one, such as where a program is loaded, is not in them. And a draw holds some
repetitions twice, so its intervals are narrower than those of a run: it contradicts others sooner.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
import random

from contendlib import samples, summary
from contendlib.exits import ContendError
from contendlib.run_data import RunData, rows_of

_FEWEST = 5  # repetitions: of fewer, draws are hardly different


def runs(run: RunData, count: int, seed: int = 1) -> Iterator[RunData]:
    """That many runs, of as many repetitions as this one; the same ones for the same seed."""
    by_repetition: dict[int, list[samples.Sample]] = {}
    for sample in samples.read(run.folder / "samples.jsonl"):
        by_repetition.setdefault(sample.repetition, []).append(sample)
    if len(by_repetition) < _FEWEST:
        raise ContendError(
            f"{run.folder}: {len(by_repetition)} repetitions are too few to draw runs from; {_FEWEST} are not"
        )
    generator = random.Random(seed)
    for at in range(count):
        drawn = generator.choices(sorted(by_repetition), k=len(by_repetition))
        measured = (replace(s, repetition=place) for place, which in enumerate(drawn) for s in by_repetition[which])
        document = run.summary | {"cases": summary.summarise(measured)}
        yield RunData(run.folder / f"drawn-{at}", document, run.machine, run.manifest, rows_of(document))
