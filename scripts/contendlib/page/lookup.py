"""The decisions as a reader looks them up: by what he does, and by who contends for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
import re

from contendlib.decisions.verdict import CONFIDENCES, Verdict, grouped
from contendlib.decisions.wanted import OVER, PROCESSES, WANTED, WITHIN, Unanswered, Wanted
from contendlib.ranking import Ratio
from contendlib.wording import a_few, between, joined

REGIMES = (WITHIN, OVER, PROCESSES)


@dataclass(frozen=True)
class Answer:
    """Who to use, for one or more like questions; `place` is that of the first in the decision table."""

    pick: str  # empty: no clear winner
    words: str
    detail: str
    confidence: str
    place: int


@dataclass(frozen=True)
class Cell:
    """What is known of a pattern in a regime: answers, or why there are none. Neither: nobody asks that."""

    answers: Sequence[Answer] = ()
    unanswered: Unanswered | None = None


@dataclass(frozen=True)
class Line:
    pattern: str
    cells: Sequence[Cell]  # one for each of REGIMES


def lines(decided: Sequence[Verdict], unanswered: Sequence[Unanswered]) -> list[Line]:
    """Every pattern that a reader is expected to look up, in their order."""
    missing = {(u.pattern, u.regime): u for u in unanswered}
    places = {id(verdict): place for place, verdict in enumerate(decided)}
    return [
        Line(pattern, [_cell(wanted, regime, decided, places, missing.get((pattern, regime))) for regime in REGIMES])
        for pattern, wanted in grouped(WANTED, lambda w: w.pattern).items()
    ]


def _cell(
    wanted: Sequence[Wanted],
    regime: str,
    decided: Sequence[Verdict],
    places: Mapping[int, int],
    missing: Unanswered | None,
) -> Cell:
    of_regime = [w for w in wanted if w.regime == regime]
    found = [v for v in decided if any(w.answered_by(v) for w in of_regime)]
    alike = grouped(found, lambda v: (v.pick, v.tied))
    return Cell([_answer(same, found, places[id(same[0])]) for same in alike.values()], missing)


def _answer(same: Sequence[Verdict], found: Sequence[Verdict], place: int) -> Answer:
    first = same[0]
    details = [_which(same, found)] if len(found) > 1 else []
    margins = sorted(v.margin for v in same if v.margin)
    if first.pick and margins:
        least = str(Ratio(*margins[0])) if len(margins) == 1 else between(margins[0][0], margins[-1][0])
        beaten = joined(list(dict.fromkeys(v.runner_up for v in same if v.runner_up)), "or")
        details.append(f"{least} the next, {beaten}")
    if all(v.alone for v in same):
        details.append("nothing else was measured")
    confidence = min((v.confidence for v in same), key=CONFIDENCES.index)
    return Answer(first.pick or "", first.pick or a_few(first.tied, 3), "; ".join(details), confidence, place)


def _which(same: Sequence[Verdict], found: Sequence[Verdict]) -> str:
    """What tells these questions from the others of the cell."""
    common = set.intersection(*(set(_parts(v)) for v in found))
    which = list(dict.fromkeys(", ".join(p for p in _parts(v) if p not in common) for v in same))
    return a_few([_sides(words) for words in which], 3)


def _sides(words: str) -> str:
    """'4 x 2' of '4 producers and 2 consumers', as in the plots."""
    return re.sub(r"(\d+) producers? and (\d+) consumers?", r"\1 x \2", words)


def _parts(verdict: Verdict) -> list[str]:
    crowded = verdict.regime.endswith(OVER)
    return [*verdict.pattern.split(", "), "oversubscribed" if crowded else "with a CPU each"]
