"""How often verdicts contradict each other over runs of one build on one machine, against what their confidence promises.

A verdict is contradicted by another run's on the same question if the two name nobody in common: one's pick is not among
those that the other picks or cannot tell apart. To be less sure is no contradiction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
import json
from typing import Any

from contendlib.run_data import RunData
from contendlib.stored import fingerprint
from contendlib.verdicts import Verdict, decisions
from contendlib.wording import a_few, percent

LEAST_RUNS = 10
# Of the other runs, those that may contradict a verdict of this confidence. Of low confidence nothing is promised.
ALLOWED = {"high": 0.05, "medium": 0.20, "low": 1.0}

Question = tuple[str, str, str]  # suite, pattern, regime


@dataclass
class Tally:
    """Of all verdicts of one confidence: how often another run was asked, and how often it said otherwise."""

    asked: int = 0
    contradicted: int = 0

    @property
    def rate(self) -> float:
        return self.contradicted / self.asked if self.asked else 0.0


@dataclass
class Flips:
    runs: list[str]
    questions: int = 0
    tallies: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in ALLOWED})
    flipped: list[tuple[Question, int, list[str]]] = field(default_factory=list)  # pairs of runs; what each run said
    unkept: list[Question] = field(default_factory=list)  # each by itself contradicted too often
    elsewhere: dict[str, str] = field(default_factory=dict)  # runs left out, and why

    @property
    def kept(self) -> bool:
        """Whether every confidence held what it promises: of all verdicts together, and of each question as far as more
        than one run tells."""
        return not self.unkept and _kept(self.tallies)


def _kept(tallies: Mapping[str, Tally]) -> bool:
    return all(tally.rate <= ALLOWED[name] for name, tally in tallies.items())


def count(runs: Sequence[RunData]) -> Flips:
    """Over the runs that are comparable with the last one given."""
    found = Flips([])
    comparable = []
    for run in runs:
        if why := _differences(run, runs[-1]):
            found.elsewhere[run.folder.name] = why
        else:
            comparable.append(run)
    found.runs = [run.folder.name for run in comparable]
    answers: dict[Question, dict[int, Verdict]] = {}
    for place, run in enumerate(comparable):
        for verdict in decisions(run.summary, run.machine, run.manifest):
            if verdict.pick is None or verdict.runner_up:  # else nobody was there to compare with
                answers.setdefault((verdict.suite, verdict.pattern, verdict.regime), {})[place] = verdict
    found.questions = len(answers)
    for question, by_run in answers.items():
        _add(found, question, by_run)
    found.flipped.sort(key=lambda entry: (-entry[1], entry[0]))
    return found


def _differences(one: RunData, other: RunData) -> str:
    """The first difference of machine or build, in words; empty where there is none."""
    facts = [_facts(run) for run in (one, other)]
    return next(iter(fingerprint.differences(*facts)), "")


def _facts(run: RunData) -> fingerprint.Facts:
    facts = fingerprint.of_run(run.machine, run.manifest)
    return facts | {name: json.dumps(run.manifest[name]) for name in ("commit", "binaries") if run.manifest.get(name)}


def _add(found: Flips, question: Question, by_run: dict[int, Verdict]) -> None:
    own, against = _tallies(by_run)
    for name, tally in own.items():
        found.tallies[name].asked += tally.asked
        found.tallies[name].contradicted += tally.contradicted
    if pairs := sum(against.values()) // 2:
        found.flipped.append((question, pairs, [_words(v) for v in by_run.values()]))
    if not _kept(own):
        # One odd run contradicts all others and proves nothing.
        odd = max(against, key=lambda place: against[place])
        if not _kept(_tallies({place: v for place, v in by_run.items() if place != odd})[0]):
            found.unkept.append(question)


def _tallies(by_run: dict[int, Verdict]) -> tuple[dict[str, Tally], dict[int, int]]:
    """Of one question: a tally for each confidence, and by how many others each run is contradicted."""
    tallies = {name: Tally() for name in ALLOWED}
    against = {}
    for place, verdict in by_run.items():
        others = [other for at, other in by_run.items() if at != place]
        against[place] = sum(not _named(verdict) & _named(other) for other in others)
        tallies[verdict.confidence].asked += len(others)
        tallies[verdict.confidence].contradicted += against[place]
    return tallies, against


def _named(verdict: Verdict) -> set[str]:
    return {verdict.pick} if verdict.pick else set(verdict.tied)


def _words(verdict: Verdict) -> str:
    return f"{verdict.pick or 'no clear winner: ' + a_few(verdict.tied, 2)} ({verdict.confidence})"


def markdown(found: Flips) -> str:
    lines = [
        f"## {len(found.runs)} runs, {found.questions} questions: "
        + ("every confidence held what it promises" if found.kept else "a confidence promised too much"),
        "",
        "A verdict is contradicted where another run of the same build on the same machine names others only.",
        "",
        "| confidence | other runs asked | contradicted | share | allowed |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, tally in found.tallies.items():
        allowed = percent(ALLOWED[name]) if ALLOWED[name] < 1 else "nothing promised"
        lines.append(f"| {name} | {tally.asked} | {tally.contradicted} | {percent(tally.rate)} | {allowed} |")
    if found.flipped:
        lines += ["", "| question | pairs of runs | what the runs said |", "|---|---:|---|"]
    for question, pairs, words in found.flipped:
        _, pattern, regime = question
        too_often = " (too often)" if question in found.unkept else ""
        said = "; ".join(f"{words.count(w)} x {w}" for w in dict.fromkeys(words))
        lines.append(f"| {pattern}, {regime} | {pairs}{too_often} | {said} |")
    lines += [f"\n- not comparable, left out: {run} ({why})" for run, why in found.elsewhere.items()]
    return "\n".join(lines) + "\n"


def document(found: Flips) -> dict[str, Any]:
    """For JSON."""
    return {
        "runs": found.runs,
        "questions": found.questions,
        "kept": found.kept,
        "too_often": found.unkept,
        "confidence": {
            name: {"asked": t.asked, "contradicted": t.contradicted, "share": t.rate, "allowed": ALLOWED[name]}
            for name, t in found.tallies.items()
        },
        "flipped": [{"question": q, "pairs": pairs, "said": words} for q, pairs, words in found.flipped],
        "left_out": found.elsewhere,
    }
